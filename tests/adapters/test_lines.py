"""What is piped in is read line by line, whatever its bytes."""

from __future__ import annotations

import io
import os
import pty
import sys
from typing import TYPE_CHECKING

import pytest

from adapters.terminal.lines import MAX_LINE_BYTES, ask_person, piped_lines

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"un\ndeux", ["un", "deux"]),
        (b"un\r\n\ndeux\n", ["un", "", "deux"]),
        ("\ufeffété\n\ufeff".encode(), ["été", "\ufeff"]),
        (b"caf\xe9\n", ["caf\udce9"]),
        (b"a\x00b\x0bc\n", ["a\x00b\x0bc"]),
        ("a\u2028b\x85c\n".encode(), ["a\u2028b\x85c"]),
    ],
)
def test_each_line_is_one_question(data: bytes, lines: list[str]) -> None:
    """A file of questions gives one question a line, whoever wrote it and on whatever system."""
    assert list(piped_lines(io.BytesIO(data))) == lines


def test_an_endless_line_is_one_question() -> None:
    """A line of a megabyte is still one question, and the next line the next."""
    lines = list(piped_lines(io.BytesIO(b"a" * 1_000_000 + b"\nb\n")))
    assert [len(line) for line in lines] == [MAX_LINE_BYTES, 1]


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The typing end of a terminal whose other end is the standard input."""
    typing_end, reading_end = pty.openpty()
    stdin = os.fdopen(reading_end, encoding="utf-8", errors="surrogateescape")
    monkeypatch.setattr(sys, "stdin", stdin)
    yield typing_end
    stdin.close()
    os.close(typing_end)


def test_a_paste_of_several_lines_is_one_message(keyboard: int) -> None:
    """A resident who pastes three lines asks one question, not three."""
    os.write(keyboard, b"un\ndeux\ntrois\n")
    assert ask_person("") == "un\ndeux\ntrois"


def test_bytes_that_are_no_text_are_read_all_the_same(keyboard: int) -> None:
    """A terminal in another encoding does not end the chat."""
    os.write(keyboard, b"caf\xe9\n")
    assert ask_person("") == "caf\udce9"


def test_the_end_of_input_keeps_what_was_typed_before(keyboard: int) -> None:
    """A line before Ctrl-D is still asked, and Ctrl-D then ends the chat."""
    os.write(keyboard, b"un\n\x04")
    assert ask_person("") == "un"
    os.write(keyboard, b"\x04")
    assert ask_person("") is None
