"""Which fact of the project's sources each entry rests on, and why the others were left out.

    python -m benchmarks.coverage

writes docs/knowledge-coverage.md from docs/coverage/<base>.tsv, one line a fact, if every
entry and place that these name is in the base.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from benchmarks.page import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
MAPS = ROOT / "docs" / "coverage"
PAGE = ROOT / "docs" / "knowledge-coverage.md"
# The order of the page: what every town shares, then the towns.
BASES = ("france", "paris", "kremlin-bicetre")
CONFIDENCE = {"high": "haute", "medium": "moyenne", "low": "faible", "none": "inconnu"}
_HEAD = """# D'où viennent les fiches

Cette page est écrite par une commande. Ne la corrigez pas à la main : corrigez `docs/coverage/`, puis relancez-la.

    python -m benchmarks.coverage

Avant d'écrire les fiches, des faits ont été relevés dans des sources publiques, chacun avec une confiance. Un fait
de confiance haute ou moyenne est publié. Un fait de confiance faible ne l'est pas, sauf si un second le confirme.
Un fait « inconnu » est une question à laquelle personne n'a trouvé de réponse : la fiche le dit, et dit à qui
demander. La source et la date de chaque fait sont dans la fiche elle-même.

Chaque ligne est un fait : où il est employé, ou pourquoi il ne l'est pas. `place:` est un lieu, `calendar:` un
calendrier de collecte, `city` l'accueil de la ville (`city.yaml`) ; le reste est une fiche, de la base ou de celle
qu'elle reprend."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the sources: its key, how sure it is, the places of the base that use it, and what to say of that."""

    number: int
    confidence: str
    topic: str
    name: str
    where: tuple[str, ...]
    note: str


def read_facts(file: Path) -> list[Fact]:
    """The facts of one map, in order. Raises ValueError if a line has not its six columns."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [
        Fact(int(number), confidence, topic, name, tuple(filter(None, where.split(", "))), note)
        for number, confidence, topic, name, where, note in rows
    ]


def faults(facts: Sequence[Fact], known: frozenset[str]) -> Iterator[str]:
    """What is wrong with a map: a fact without entry or reason, or an entry that is not in the base."""
    for position, fact in enumerate(facts, 1):
        if fact.number != position:
            yield f"{fact.number}: line {position} is missing or out of order"
        if fact.confidence not in CONFIDENCE:
            yield f"{fact.number}: confidence {fact.confidence!r}"
        if not fact.where and not fact.note:
            yield f"{fact.number}: neither a place nor a reason"
        if fact.confidence == "low" and fact.where and not fact.note:
            yield f"{fact.number}: published without a reason, though its confidence is low"
        yield from (f"{fact.number}: {place} is not in the base" for place in fact.where if place not in known)


def places_of(base: Path) -> frozenset[str]:
    """Everything a fact can be said to be used in: entries, ``place:``, ``calendar:`` and ``city``, includes too."""
    city = _read(base / "city.yaml")
    found = {"city", *_listed(base)}
    if "include" in city:
        found |= _listed((base / city["include"]).resolve())
    return frozenset(found)


def _listed(base: Path) -> set[str]:
    entries = {entry["id"] for file in base.glob("entries/*.yaml") for entry in _read(file)["entries"]}
    places = base / "places.yaml"
    found = {f"place:{place['id']}" for place in _read(places)["places"]} if places.exists() else set()
    return entries | found | {f"calendar:{_read(file)['id']}" for file in base.glob("calendars/*.yaml")}


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return content


def page(maps: Mapping[str, Sequence[Fact]]) -> str:
    """The whole page."""
    parts = [_HEAD]
    for base, facts in maps.items():
        parts += [f"## `knowledge/{base}`", _count(facts), _table(facts)]
    return "\n\n".join(parts) + "\n"


def _count(facts: Sequence[Fact]) -> str:
    used = Counter(fact.confidence for fact in facts if fact.where)
    left = Counter(fact.confidence for fact in facts if not fact.where)
    rows = [[name, str(used[code]), str(left[code])] for code, name in CONFIDENCE.items()]
    total = ["toutes", str(used.total()), str(left.total())]
    return table(["Confiance", "faits employés", "faits laissés de côté"], [*rows, total])


def _table(facts: Sequence[Fact]) -> str:
    lines = ["| n° | Fait | Confiance | Où | Remarque |", "| ---: | --- | --- | --- | --- |"]
    for fact in facts:
        where = ", ".join(f"`{place}`" for place in fact.where) or "laissé de côté"
        cells = (str(fact.number), f"{fact.topic} : {fact.name}", CONFIDENCE[fact.confidence], where, fact.note)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def main() -> int:
    """Write the page; 1, and what is wrong on stderr, if a map and its base do not agree."""
    maps = {base: read_facts(MAPS / f"{base}.tsv") for base in BASES}
    wrong = [
        f"{base}: {fault}"
        for base, facts in maps.items()
        for fault in faults(facts, places_of(ROOT / "knowledge" / base))
    ]
    if wrong:
        print(*wrong, sep="\n", file=sys.stderr)
        return 1
    PAGE.write_text(page(maps), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
