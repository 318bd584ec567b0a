"""The section on how long a resident waits on Matrix, in French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.page import machine_words, number, table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TARGET", "section"]

# The project's own limit: the median wait may be 1.5 times that of a bare echo.
TARGET = 1.5
# A bare echo that takes longer, in milliseconds, waits for a homeserver that has more to do than it can.
_SATURATED = 1000.0


def section(figures: Mapping[str, Any], date: str | None) -> str:
    """The whole section, with what falls short."""
    return "\n\n".join(
        [
            "## Attente d'un habitant sur Matrix",
            machine_words(figures["machine"], date).replace("Un seul cœur est employé", "Tout y tournait ensemble"),
            "Synapse, Parvis, l'écho et les habitants tournaient sur la même machine, les deux bots à tour de rôle "
            "dans la même mesure. L'attente va du moment où la question part de l'application de l'habitant à celui où "
            "la réponse y arrive. L'écho renvoie chaque message, sans disque ni bibliothèque. 10 habitants écrivent "
            "dans 50 salons.",
            table(
                [
                    "questions par seconde",
                    "écho p50, ms",
                    "écho p95, ms",
                    "Parvis p50, ms",
                    "Parvis p95, ms",
                    "rapport",
                    "tour par tour",
                ],
                [_row(one) for one in figures["paces"]],
            ),
            *_saturated(figures),
            "### Ce qui n'est pas atteint sur Matrix",
            _shortfalls(figures),
        ]
    )


def _saturated(figures: Mapping[str, Any]) -> list[str]:
    """A word on the paces that the homeserver itself does not keep up."""
    paces = [str(one["pace"]) for one in figures["paces"] if one["echo"]["p50_ms"] > _SATURATED]
    if not paces:
        return []
    return [
        f"À {' et '.join(paces)} questions par seconde, l'écho lui-même attend plus d'une seconde : Synapse reçoit "
        "plus qu'il ne traite. Ce qui est mesuré là est sa file d'attente, et les bots partagent ses cœurs."
    ]


def _row(one: Mapping[str, Any]) -> list[str]:
    times = [number(one[name][share], 0) for name in ("echo", "parvis") for share in ("p50_ms", "p95_ms")]
    turns = " et ".join(number(ratio) for ratio in one["ratios"])
    return [str(one["pace"]), *times, number(_ratio(one)), turns]


def _ratio(one: Mapping[str, Any]) -> float:
    ratio: float = one["parvis"]["p50_ms"] / one["echo"]["p50_ms"]
    return ratio


def _shortfalls(figures: Mapping[str, Any]) -> str:
    missed = [
        f"- à {one['pace']} questions par seconde, la médiane est de {number(_ratio(one))} fois celle de l'écho, "
        f"pour {number(TARGET, 1)} au plus"
        for one in figures["paces"]
        if _ratio(one) > TARGET
    ]
    missed += [
        f"- à {one['pace']} questions par seconde, {one['asked'] - one[name]['answered']} sans réponse ({name})"
        for one in figures["paces"]
        for name in ("echo", "parvis")
        if one[name]["answered"] < one["asked"]
    ]
    return "\n".join(missed) if missed else "Rien."
