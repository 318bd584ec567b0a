"""What a person sees: wrapped and coloured at a terminal, plain in a file."""

from __future__ import annotations

import io
import re

import pytest
from faketown import POOL, WHICH
from hypothesis import given
from hypothesis import strategies as st

from adapters.terminal.screen import Screen, for_stream, wrap
from bot.messages import Answer, Block, BlockKind, Outcome, Span


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Always."""
        return True


def test_a_file_gets_plain_text() -> None:
    """An answer sent to a file has no colours and no line breaks of ours."""
    stream = io.StringIO()
    for_stream(stream, {}, 20).show(POOL)
    assert stream.getvalue() == (
        "La piscine d'essai\n\nElle ouvre à 7 h.\n\nSource : Ville-d'Essai, vérifié le 24 octobre 2025.\n\n"
    )


def test_a_terminal_gets_colours_and_short_lines() -> None:
    """A person at a terminal sees titles and bold words stand out, in lines that fit."""
    stream = Tty()
    for_stream(stream, {}, 24).show(POOL)
    shown = stream.getvalue()
    assert "\x1b[1m7 h\x1b[22m" in shown
    assert all(len(line) <= 24 for line in re.sub(r"\x1b\[\d+m", "", shown).splitlines())


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_refused(environment: dict[str, str]) -> None:
    """A person who wants no colours gets none, and the same words."""
    stream = Tty()
    for_stream(stream, environment, 80).show(POOL)
    assert "\x1b" not in stream.getvalue()
    assert "Elle ouvre à 7 h." in stream.getvalue()


def test_a_prompt_tells_readline_what_takes_no_room() -> None:
    """Editing a long line does not smear the prompt."""
    assert Screen(Tty(), 80, coloured=True).prompt("> ") == "\x01\x1b[1m\x02> \x01\x1b[22m\x02"
    assert Screen(io.StringIO()).prompt("> ") == "> "


def test_a_wrapped_item_is_indented_under_its_words() -> None:
    """A long choice stays readable: its second line starts under its first word."""
    assert wrap("1. une piscine et deux", 12) == ["1. une", "   piscine", "   et deux"]


def test_an_address_is_never_broken() -> None:
    """An address longer than the terminal can still be copied."""
    assert wrap("voir https://ville.example/page", 10) == ["voir", "https://ville.example/page"]


def test_wide_letters_count_for_two() -> None:
    """An answer with Chinese words or emoji still fits."""
    assert wrap("日本 日本 日本", 9) == ["日本 日本", "日本"]


@given(text=st.text(st.sampled_from("ab é🏊日\u0301"), max_size=80), width=st.integers(4, 30))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    """However narrow the terminal, every word is there, in order."""
    assert " ".join(wrap(text, width)).split() == text.split()


def test_a_base_cannot_move_the_cursor() -> None:
    """Control characters in a text reach no terminal."""
    stream = Tty()
    answer = Answer(Outcome.ANSWERED, "fr", (Block(BlockKind.PARAGRAPH, (Span("a\x1b[2Jb\rc\x9bd"),)),))
    for_stream(stream, {"NO_COLOR": "1"}, 80).show(answer)
    assert stream.getvalue() == "a [2Jb c d\n\n"


def test_choices_stand_under_their_question() -> None:
    """The sentence that introduces choices comes first, then one line each."""
    stream = Tty()
    for_stream(stream, {"NO_COLOR": "1"}, 80).show(WHICH)
    assert stream.getvalue() == "Laquelle ?\n\n1. La piscine\n2. L'école\n\n"
