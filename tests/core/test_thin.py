"""Entries with few phrasings beside entries with many."""

from __future__ import annotations

import numpy as np

from bot.answering.concepts import Sighting
from bot.answering.documents import Document
from bot.answering.thin import lent, lifts
from bot.knowledge.model import Concept


def asked(entry: int, count: int, language: str = "fr") -> list[Document]:
    """``count`` phrasings of ``entry``."""
    return [Document(f"{entry} {number}", language, entry, 1.0, asked=True) for number in range(count)]


def test_fewer_phrasings_lift_an_entry() -> None:
    """An entry with three phrasings is lifted more than one with eight, one with twenty not at all."""
    few, some, many = lifts([*asked(0, 3), *asked(1, 8), *asked(2, 20)], np.zeros(3, bool)).tolist()
    assert few > some > many == 0


def test_a_translation_makes_no_entry_thicker() -> None:
    """Four phrasings in each of two languages help a resident as much as four in one."""
    once, twice = lifts([*asked(0, 4), *asked(1, 4), *asked(1, 4, "en")], np.zeros(2, bool)).tolist()
    assert once == twice > 0


def test_the_towns_own_come_first() -> None:
    """Between two entries as likely, the one the town wrote itself."""
    included, own = lifts([*asked(0, 20), *asked(1, 20)], np.array([False, True])).tolist()
    assert own > included


def test_the_vocabulary_lends_its_words() -> None:
    """An entry with two phrasings on potholes is also known by the words for potholes; a rich one needs none."""
    concept = Concept(id="voirie.trou", terms={"fr": ["nid-de-poule", "trou dans la chaussée"], "en": ["pothole"]})
    sighting = Sighting({"voirie.trou": 1.0}, {"voirie.trou": frozenset({0})})
    documents = [*asked(0, 2), *asked(1, 15)]
    loans = list(lent(documents, [sighting] * len(documents), {concept.id: concept}, 2))
    assert {(loan.text, loan.entry, loan.asked) for loan in loans} == {
        ("nid-de-poule", 0, False),
        ("trou dans la chaussée", 0, False),
    }


def test_an_idea_everyone_speaks_of_is_lent_to_none() -> None:
    """What most entries speak of tells none of them from the others."""
    concept = Concept(id="mairie.mairie", terms={"fr": ["mairie"]})
    sighting = Sighting({"mairie.mairie": 1.0}, {"mairie.mairie": frozenset({0})})
    documents = [document for entry in range(6) for document in asked(entry, 2)]
    assert not list(lent(documents, [sighting] * 12, {concept.id: concept}, 6))
