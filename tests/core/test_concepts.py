"""The ideas of municipal life, whatever words name them."""

from __future__ import annotations

import pytest

from bot.answering.analysis import analyse
from bot.answering.concepts import ConceptFinder, Sighting
from bot.knowledge.model import Concept


def concept(id_: str, parent: str | None = None, **terms: list[str]) -> Concept:
    """A concept of the vocabulary."""
    return Concept.model_validate({"id": id_, "parent": parent, "terms": terms})


FINDER = ConceptFinder(
    [
        concept("papiers", fr=["papiers d'identité"]),
        concept("papiers.carte", "papiers", fr=["carte d'identité", "CNI"], en=["identity card"]),
        concept("papiers.perte", "papiers.carte", fr=["perdu carte"]),
        concept("panne", fr=["lumière marche plus", "sans électricité"]),
        concept("passeport", fr=["passeport"], zh=["护照"], ar=["جواز سفر"], en=["travel document"]),
    ]
)


def find(text: str, language: str = "fr") -> Sighting:
    """What the vocabulary sees in ``text``."""
    return FINDER.find(analyse(text, language))


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("ma carte nationale d'identité", "fr", "papiers.carte"),
        ("mes CARTES d'identité", "fr", "papiers.carte"),
        ("j'ai perdu toute ma carte", "fr", "papiers.perte"),
        ("la lumière ne marche plus", "fr", "panne"),
        ("nous sommes sans électricité", "fr", "panne"),
        ("my identity card", "en", "papiers.carte"),
        ("护照多少钱", "zh", "passeport"),
        ("护照", "fr", "passeport"),
        ("أريد جواز سفر", "ar", "passeport"),
        ("refaire passeport please", "en", "passeport"),
    ],
)
def test_an_idea_is_seen(text: str, language: str, found: str) -> None:
    """Plurals, words between, negations, other languages and scripts: the idea is the same."""
    assert find(text, language).strengths[found] == 1
    assert find(text, language).positions[found]


@pytest.mark.parametrize(
    ("text", "language", "absent"),
    [
        ("la lumière marche", "fr", "panne"),
        ("une carte", "fr", "papiers.carte"),
        ("identité de la carte", "fr", "papiers.carte"),
        ("une carte de bibliothèque rouge, verte ou bleue, identité", "fr", "papiers.carte"),
        ("électricité", "fr", "panne"),
        ("travel document", "fr", "passeport"),
        ("", "fr", "passeport"),
    ],
)
def test_half_an_expression_is_no_idea(text: str, language: str, absent: str) -> None:
    """Words missing, in another order or too far apart do not make the expression."""
    assert absent not in find(text, language).strengths


def test_a_child_speaks_of_its_parents_more_faintly() -> None:
    """Who lost a card speaks of cards, and a little of papers."""
    seen = find("perdu ma carte")
    assert seen.strengths == {"papiers.perte": 1.0, "papiers.carte": 0.5, "papiers": 0.25}
    assert set(seen.positions) == {"papiers.perte"}


def test_parents_in_a_ring_are_survived() -> None:
    """Two ideas that each claim to be the other's parent hold nobody up."""
    ring = ConceptFinder([concept("a", "b", fr=["alpha"]), concept("b", "a", fr=["beta"])])
    assert ring.find(analyse("alpha", "fr")).strengths["b"] == 0.5
    assert ConceptFinder([]).find(analyse("alpha", "fr")) == Sighting({}, {})
