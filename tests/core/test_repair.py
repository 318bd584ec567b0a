"""A resident who slips on a key is read as if the word were right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.answering.repair import Repair, Repairer

WORDS = ("piscine", "passeport", "poubelle", "crèche", "creche", "mairie", "encombrants", "cantine", "carte", "marche")
REPAIRER = Repairer(dict.fromkeys(WORDS, 1))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("piscinne", "piscine"),
        ("oiscine", "piscine"),
        ("iscine", "piscine"),
        ("xpiscine", "piscine"),
        ("ipscine", "piscine"),
        ("pasepotr", "passeport"),
        ("ecnombrants", "encombrants"),
        ("encombr", "encombrants"),
    ],
)
def test_a_slip_anywhere_is_mended(typed: str, meant: str) -> None:
    """A letter replaced, missing, added or swapped is forgiven, even the first one."""
    found = REPAIRER.repair(typed, "en")
    assert found is not None
    assert found.word == meant


@given(st.sampled_from(WORDS), st.lists(st.tuples(st.integers(0, 9), st.sampled_from("aeiprs")), max_size=2))
def test_no_nearer_word_is_missed(word: str, slips: list[tuple[int, str]]) -> None:
    """Whatever the slips, no known word is nearer to what was typed than the one it is read as."""
    typed = word
    for place, letter in slips:
        typed = typed[: place % len(typed)] + letter + typed[place % len(typed) + 1 :]
    found: Repair | None = REPAIRER.repair(typed, "en")
    if found is not None and not found.word.startswith(typed):
        assert OSA.distance(typed, found.word) == min(
            OSA.distance(typed, known) for known in WORDS if known[0] == typed[0] or OSA.distance(typed, known) == 1
        )


@pytest.mark.parametrize("typed", ["xylophone", "bbbbbb", "abc", "75019", "cartes2"])
def test_what_is_no_slip_is_left_alone(typed: str) -> None:
    """A word the town has no word for is not turned into one."""
    assert REPAIRER.repair(typed, "en") is None
