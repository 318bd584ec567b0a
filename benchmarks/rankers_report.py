"""The section that compares rankers, in French: accuracy, calibration, time and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.figures import reliability
from benchmarks.page import BUSY, machine_words, number, table
from benchmarks.shortfalls import ranker_shortfalls
from benchmarks.targets import FLOORS, SPEED, TYPO_COST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Figures = Mapping[str, Any]
    Speeds = Sequence[Figures]

__all__ = ["section"]

_NAMES = {
    "parvis": "**Parvis**",
    "wratio": "rapidfuzz `extractOne(WRatio)`",
    "fts5": "SQLite FTS5 bm25",
    "svm": "TF-IDF + SVM linéaire",
}
# What a few of the sets call questions from the same field, and from others.
_KINDS = {"id": "proches", "ood": "lointaines"}
_HOW = """Chaque jeu donne ses phrasés à apprendre, au hasard mais toujours les mêmes, puis ses questions ; les chiffres
sont la moyenne de {seeds} tirages. « Juste » : la première réponse est la bonne ; « parmi 3 » : elle est dans les trois
premières. « Fautes » : une lettre ôtée, échangée, ajoutée ou doublée dans un quart des mots d'au moins cinq lettres.
AUROC : probabilité qu'une question qui a une réponse soit mieux notée qu'une question qui n'en a pas. « Refusées » :
part des questions sans réponse écartées quand 90 % des autres passent. Parvis n'a ici aucun vocabulaire. WRatio compare
des textes déjà mis en minuscules et FTS5 cherche l'un quelconque des mots : c'est ce qui leur réussit le mieux."""
_SPEED_HOW = """Chaque classeur dans son propre processus, sur un seul cœur. Jusqu'à 8 622 phrasés, ce sont ceux de
banking77 (77 fiches) ; au-delà s'ajoutent des fiches inventées de dix phrasés : le début d'un vrai phrasé, la fin d'un
autre, et entre eux l'un des deux mots propres à la fiche, recomposés de vrais mots et fléchis. La base de 600 fiches
n'est faite que de celles-là. Les questions, une sur deux fautive, ne sont posées qu'une fois ; après 60 secondes on
s'arrête. « Apprendre » comprend, pour Parvis, l'étalonnage. La mémoire est celle du processus : au repos une fois prêt,
et au plus haut pendant l'apprentissage ; elle comprend Python, les bibliothèques et les données (environ {data} Mio
pour la plus petite base)."""
_CALIBRATION_HOW = """Ce que Parvis annonce (confiance) et ce qui est vrai (part juste), sur les questions de test
de tous les tirages. Le seuil de réponse directe vient de la base seule, jamais des questions de test."""


def section(figures: Figures, date: str | None) -> str:
    """The whole section, with what falls short of the targets."""
    parts = ["## Le classeur et trois autres", machine_words(figures["machine"], date)]
    parts.append(_HOW.format(seeds=figures["seeds"]))
    for name, rankers in figures["quality"].items():
        parts += [f"### Justesse : {name}", _quality_table(name, rankers)]
    parts += ["### Étalonnage de Parvis", _CALIBRATION_HOW]
    parts += [_promises(figures["quality"]), _reliability(figures["quality"])]
    if figures["speed"]:
        parts += ["### Temps et mémoire", _SPEED_HOW.format(data=_data(figures)), _speed_table(figures["speed"])]
    parts += [*_busy(figures["speed"]), "### Ce qui n'est pas atteint par le classeur", _list(figures)]
    return "\n\n".join(parts)


def _quality_table(name: str, rankers: Figures) -> str:
    kinds = list(next(iter(rankers.values()))["outside"])
    head = ["", "juste", "parmi 3", "juste, fautes", "parmi 3, fautes"]
    for kind in kinds:
        head += [f"AUROC {_KINDS.get(kind, kind)}", f"refusées {_KINDS.get(kind, kind)}"]
    rows = []
    for ranker, found in rankers.items():
        row = [found["accuracy"], found["recall3"], found["typo_accuracy"], found["typo_recall3"]]
        for kind in kinds:
            row += [found["outside"][kind]["auroc"], found["outside"][kind]["refused"]]
        rows.append([_NAMES[ranker], *(number(value, 3) for value in row)])
    ours, reference = rankers["parvis"], rankers["wratio"]
    keys = ("accuracy", "recall3", "typo_accuracy", "typo_recall3")
    times = [f"× {number(ours[key] / reference[key], 1)}" for key in keys]
    rows.append(["Parvis / WRatio", *times, *("" for _ in kinds for _ in range(2))])
    floor = FLOORS.get(name)
    if floor is not None:
        aims = [floor.accuracy, floor.recall3, ours["accuracy"] - TYPO_COST, ours["recall3"] - TYPO_COST]
        far = [("–", number(floor.refused if kind == "ood" else None, 3)) for kind in kinds]
        rows.append(["visé", *(f"≥ {number(aim, 3)}" for aim in aims), *(cell for pair in far for cell in pair)])
    return table(head, rows)


def _promises(quality: Figures) -> str:
    head = ["", "précision visée", "répondu directement", "précision", "proches répondues", "lointaines répondues"]
    rows = [
        [
            name,
            number(promise["target"]),
            number(promise["answered"], 3),
            number(promise["precision"], 3),
            *(number(promise["outside"].get(kind), 3) for kind in _KINDS),
        ]
        for name, rankers in quality.items()
        for promise in rankers["parvis"]["promises"]
    ]
    return table(head, rows)


def _reliability(quality: Figures) -> str:
    """A row for each tenth of confidence, a column for each set."""
    cells: dict[int, dict[str, str]] = {}
    for name, rankers in quality.items():
        for sure, good, count in reliability(rankers["parvis"]["confidences"], rankers["parvis"]["right"]):
            cells.setdefault(min(int(sure * 10), 9), {})[name] = f"{number(sure)} → {number(good)} ({count})"
    rows = [
        [f"{number(tenth / 10, 1)} à {number((tenth + 1) / 10, 1)}", *(found.get(name, "–") for name in quality)]
        for tenth, found in sorted(cells.items())
    ]
    return table(["confiance", *(f"{name} : annoncé → juste (questions)" for name in quality)], rows)


def _speed_table(speed: Speeds) -> str:
    head = [
        *("phrasés", "fiches", "", "p50, ms", "p99, ms", "WRatio / p50"),
        *("apprendre, s", "mémoire prêt, Mio", "au plus haut, Mio", "questions"),
    ]
    rows = []
    for one in speed:
        size, rankers = str(one["size"]), one["rankers"]
        rows += [_speed_row(size, _NAMES[ranker], found, rankers["wratio"]) for ranker, found in rankers.items()]
        aim = SPEED.get(one["size"])
        if aim is not None:
            faster = f"× {number(aim.times_faster, 0)}" if aim.times_faster else ""
            aims = [f"≤ {number(value, 1)}" if value else "" for value in (aim.p50_ms, aim.p99_ms)]
            build = f"≤ {number(aim.build_s, 1)}" if aim.build_s else ""
            rows.append([size, "", "visé", *aims, faster, build, "", "", ""])
    return table(head, rows)


def _speed_row(size: str, name: str, found: Figures, reference: Figures) -> list[str]:
    if "too_large" in found:
        return [
            size,
            str(found["entries"]),
            name,
            *("–" for _ in range(3)),
            f"trop grand : {found['too_large']}",
            "",
            "",
            "",
        ]
    star = " *" if found["own_cpu"] < BUSY else ""
    return [
        *(size, str(found["entries"]), name, number(found["p50_ms"]) + star, number(found["p99_ms"]) + star),
        *(f"× {number(reference['p50_ms'] / found['p50_ms'], 1)}", number(found["build_s"])),
        *(number(found["serving_mb"], 0), number(found["peak_mb"], 0), str(found["questions"])),
    ]


def _busy(speed: Speeds) -> list[str]:
    shares = [found["own_cpu"] for one in speed for found in one["rankers"].values() if "own_cpu" in found]
    if not shares or min(shares) >= BUSY:
        return []
    return [
        "\\* D'autres processus tournaient : celui qu'on mesurait n'a pas toujours eu un cœur entier (au pire "
        f"{number(100 * min(shares), 0)} %). Ces temps-là, surtout le p99, sont allongés d'autant."
    ]


def _data(figures: Figures) -> str:
    return number(figures["speed"][0]["rankers"]["parvis"]["data_mb"], 0)


def _list(figures: Figures) -> str:
    return "\n".join(f"- {line}" for line in ranker_shortfalls(figures)) or "Rien."
