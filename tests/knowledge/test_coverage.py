"""Every fact of the sources is in an entry, or was left out for a reason that anyone can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.coverage import BASES, MAPS, PAGE, ROOT, Fact, faults, page, places_of, read_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("base", BASES)
def test_every_fact_has_its_entry_or_its_reason(base: str) -> None:
    """Whoever doubts an answer finds the facts it rests on, and every place named is in the base."""
    assert list(faults(read_facts(MAPS / f"{base}.tsv"), places_of(ROOT / "knowledge" / base))) == []


def test_the_page_is_up_to_date() -> None:
    """The page that is read says what the maps say: run `python -m benchmarks.coverage` after mending one."""
    assert PAGE.read_text("utf-8") == page({base: read_facts(MAPS / f"{base}.tsv") for base in BASES})


@pytest.mark.parametrize("base", BASES)
def test_a_sure_fact_is_left_out_for_a_reason_of_its_own(base: str) -> None:
    """What the sources say with confidence is told to residents."""
    left = [fact for fact in read_facts(MAPS / f"{base}.tsv") if fact.confidence != "low" and not fact.where]
    assert [fact.number for fact in left if len(fact.note.split()) < 3] == []


@pytest.mark.parametrize(
    ("fact", "fault"),
    [
        (Fact(1, "high", "dechets", "Encombrants", ("encombrants", "disparue"), ""), "disparue is not in the base"),
        (Fact(1, "medium", "dechets", "Encombrants", (), ""), "neither a place nor a reason"),
        (Fact(1, "low", "dechets", "Encombrants", ("place:mairie",), ""), "published without a reason"),
        (Fact(1, "sure", "dechets", "Encombrants", ("city",), ""), "confidence 'sure'"),
        (Fact(2, "high", "dechets", "Encombrants", ("encombrants",), ""), "missing or out of order"),
    ],
)
def test_a_map_that_does_not_fit_its_base_is_told(fact: Fact, fault: str, town: Callable[..., Path]) -> None:
    """An entry renamed, or a fact forgotten, is noticed."""
    found = list(faults([fact], places_of(town())))
    assert len(found) == 1
    assert fault in found[0]


def test_what_a_town_takes_from_the_shared_base_counts(town: Callable[..., Path]) -> None:
    """A fact of the town may be told by an entry of the base it includes."""
    shared = town({"entries/autre.yaml": "entries: [{id: passeport}]"}, folder="commune")
    (shared / "city.yaml").write_text("name: Commun", "utf-8")
    base = town({"city.yaml": "name: Ville-d'Essai\ninclude: ../commune"})
    assert places_of(base) == {"city", "encombrants", "passeport", "place:mairie"}
