"""What the ranker does not reach, said without being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.page import number
from benchmarks.targets import FLOORS, SPEED, TYPO_COST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Figures = Mapping[str, Any]

__all__ = ["ranker_shortfalls"]


def ranker_shortfalls(figures: Figures) -> list[str]:
    """Each target that is missed, with what was measured, in French."""
    found = [line for name, rankers in figures["quality"].items() for line in _accuracy(name, rankers)]
    found += [line for name, rankers in figures["quality"].items() for line in _promises(name, rankers["parvis"])]
    return found + [line for one in figures["speed"] for line in _speed(one["size"], one["rankers"])]


def _accuracy(name: str, rankers: Figures) -> Iterator[str]:
    ours, floor = rankers["parvis"], FLOORS.get(name)
    if floor is not None:
        for key, words, aim in (("accuracy", "juste", floor.accuracy), ("recall3", "parmi 3", floor.recall3)):
            if ours[key] < aim:
                yield f"{name}, {words} : {number(ours[key], 3)} au lieu de {number(aim, 3)}."
        refused = ours["outside"].get("ood", {}).get("refused")
        if floor.refused is not None and refused is not None and refused < floor.refused:
            yield f"{name}, lointaines refusées : {number(refused, 3)} au lieu de {number(floor.refused, 3)}."
    for key, words in (("accuracy", "juste"), ("recall3", "parmi 3")):
        cost = ours[key] - ours[f"typo_{key}"]
        if cost > TYPO_COST:
            yield f"{name}, {words} : les fautes coûtent {_points(cost)} points au lieu de {_points(TYPO_COST)}."
    for key, words in (("accuracy", "juste"), ("recall3", "parmi 3")):
        best = max(found[key] for found in rankers.values())
        if best > ours[key]:
            yield f"{name}, {words} : un autre classeur fait mieux ({number(best, 3)} contre {number(ours[key], 3)})."


def _promises(name: str, ours: Figures) -> Iterator[str]:
    for promise in ours["promises"]:
        aim, answered, precision = promise["target"], promise["answered"], promise["precision"]
        if precision is not None and precision < aim:
            yield f"{name}, précision visée {number(aim)} : {number(precision, 3)} seulement."
        elif answered < ours["accuracy"] / 2:
            yield (
                f"{name}, précision visée {number(aim)} : {number(100 * answered, 0)} % des questions seulement "
                f"reçoivent une réponse directe (la première est juste pour {number(100 * ours['accuracy'], 0)} %)."
            )


def _speed(size: int, rankers: Figures) -> Iterator[str]:
    aim, ours, reference = SPEED.get(size), rankers["parvis"], rankers["wratio"]
    if aim is None:
        return
    for words, found, most, unit in (
        ("p50", ours["p50_ms"], aim.p50_ms, "ms"),
        ("p99", ours["p99_ms"], aim.p99_ms, "ms"),
        ("apprendre", ours["build_s"], aim.build_s, "s"),
    ):
        if most is not None and found > most:
            where = f"{size} phrasés, {ours['entries']} fiches"
            yield f"{where}, {words} : {number(found)} {unit} au lieu de {number(most)}."
    faster = reference["p50_ms"] / ours["p50_ms"]
    if aim.times_faster is not None and faster < aim.times_faster:
        wanted = number(aim.times_faster, 0)
        yield f"{size} phrasés : {number(faster, 1)} fois plus vite que WRatio au lieu de {wanted}."


def _points(share: float) -> str:
    return number(100 * share, 1)
