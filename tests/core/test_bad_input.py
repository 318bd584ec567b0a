"""Whatever a resident sends, something kind and readable comes back, and soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from villedessai import resident_of, text_of

from bot.messages import Outcome

if TYPE_CHECKING:
    from villedessai import Resident

    from bot.answering.snapshot import Snapshot
    from bot.messages import Answer

ZALGO = "p" + "\u0301\u0323\u0310" * 60 + "asseport"
ODD = {
    "nothing": "",
    "spaces": " \t\n ",
    "100 KB": "passeport " * 10_000,
    "100 KB of one letter": "a" * 100_000,
    "emoji only": "😀👨‍👩‍👧‍👦🇫🇷",
    "right to left": "مرحبا، أين البلدية؟",
    "marks of direction": "\u202epassport\u202c \u200b\u200f",
    "zalgo": ZALGO * 20,
    "control characters": "\x00\x01\x1b[31m\x7f\x9b",
    "NUL in a word": "passe\x00port",
    "lone surrogates": "\ud800 passeport \udfff",
    "HTML": "<script>alert('x')</script><b>passeport</b>",
    "a URL": "https://example.org/?q=%00&a=<b>",
    "a file name": "../../etc/passwd C:\\CON scan.pdf",
    "new lines": "\r\n".join(["passeport"] * 50),
    "braces": "{town} %s {0} ${PATH}",
    "SQL": "'; drop table conversations; --",
    "numbers": "0" * 400,
    "quotes": "« \"'` »" * 50,
    "a date beyond dates": "le 31/02/0000 et le 99/99/9999 à 25h61",
    "Chinese": "护照多少钱",
    "broken commands": "followup:passeport:1 place:mairie-nord:: street:",
    "a target": "place:" * 100,
}


def assert_readable(answer: Answer) -> None:
    """One block at least, and in each something to read that any screen can show."""
    assert answer.outcome is not Outcome.ERROR
    assert answer.blocks
    for block in answer.blocks:
        assert block.text.strip()
        assert all(char.isprintable() for char in block.text)
    text_of(answer).encode()


@pytest.mark.parametrize("text", ODD.values(), ids=list(ODD))
def test_odd_messages_get_a_friendly_answer(resident: Resident, text: str) -> None:
    """A resident who sends anything at all gets words back, twice over."""
    assert_readable(resident.asks(text))
    assert_readable(resident.asks(text))


@pytest.mark.parametrize("text", ["", "\x00", "😀", "..."])
def test_messages_without_words_are_asked_for_some(resident: Resident, text: str) -> None:
    """Nothing, or only signs: the bot asks for a few words."""
    assert resident.asks(text).outcome is Outcome.SMALLTALK


@settings(max_examples=25)
@given(st.text(st.characters(), max_size=200), st.text(max_size=60))
def test_any_two_messages_are_answered(snapshot: Snapshot, first: str, second: str) -> None:
    """Any text, after any text, gets an answer that can be read."""
    resident = resident_of(snapshot)
    assert_readable(resident.asks(first))
    assert_readable(resident.asks(second))


TOWN_WORDS = """\
passeport piscine mairie bac jaune rue place Neuve samedi 2 oui non combien et la plus proche ? , . 14 juillet
护照 ouvert enfant papiers merci first passport à Lyon <b> ; M. 8.30"""
WORDS = st.sampled_from(TOWN_WORDS.split())
PIECES = st.sampled_from(["place", "street", "followup", ":", "bac-jaune", "mairie-nord", "9", "passeport"])


@settings(max_examples=25)
@given(st.lists(st.lists(WORDS, max_size=9).map(" ".join), min_size=2, max_size=4))
def test_any_conversation_goes_on(snapshot: Snapshot, texts: list[str]) -> None:
    """The town's own words in any order, message after message, never break a conversation."""
    resident = resident_of(snapshot)
    for text in texts:
        assert_readable(resident.asks(text))


@settings(max_examples=20)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES).map("".join)))
def test_any_button_is_answered(snapshot: Snapshot, target: str) -> None:
    """A button of any make, forged ones too, gets an answer."""
    assert_readable(resident_of(snapshot).presses(target))
