"""Shows answers to a person at a terminal, or plainly to a file or a pipe."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from bot.messages import Answer, BlockKind
from bot.rendering import lines, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Screen", "for_stream", "wrap"]

# ECMA-48 "select graphic rendition": how each manner begins and ends.
_BOLD, _DIM, _YELLOW, _BLUE, _CYAN = ("1", "22"), ("2", "22"), ("33", "39"), ("34", "39"), ("36", "39")
_MANNERS = MappingProxyType(
    {
        BlockKind.NOTICE: _YELLOW,
        BlockKind.TITLE: _BOLD,
        BlockKind.LINK: _BLUE,
        BlockKind.CHOICES: _BOLD,
        BlockKind.SOURCE: _DIM,
        BlockKind.CONTACT: _CYAN,
    }
)
_SEQUENCE = re.compile(r"\x1b\[\d+m")
_LIST_MARK = re.compile(r"(- |\d+\. )")
# Longer lines are hard to read (Web Content Accessibility Guidelines 2.2, 1.4.8: 80 characters).
_WIDEST, _NARROWEST = 80, 20


class Screen:
    """Where answers are written: wrapped to ``width`` columns unless it is None, coloured or not."""

    def __init__(self, stream: TextIO, width: int | None = None, *, coloured: bool = False) -> None:
        self._stream = stream
        self._width = width
        self._coloured = coloured

    def show(self, answer: Answer) -> None:
        """Write the answer, then a blank line."""
        if self._width is None:
            self.say(plain_text(answer))
            return
        for kind, text, gap in lines(answer, self._bold):
            if gap:
                self._stream.write("\n")
            self._write_wrapped(text, _MANNERS.get(kind))
        self._end()

    def say(self, text: str) -> None:
        """Write a sentence of the bot's own, then a blank line."""
        for line in text.splitlines():
            self._write_wrapped(line, None)
        self._end()

    def prompt(self, text: str) -> str:
        """``text`` as a prompt for readline, which must be told what takes no room."""
        return f"\x01\x1b[1m\x02{text}\x01\x1b[22m\x02" if self._coloured else text

    def _bold(self, text: str) -> str:
        return _styled(text, _BOLD) if self._coloured else text

    def _write_wrapped(self, text: str, manner: tuple[str, str] | None) -> None:
        for line in [text] if self._width is None else wrap(text, self._width):
            self._stream.write((_styled(line, manner) if manner and self._coloured else line) + "\n")

    def _end(self) -> None:
        self._stream.write("\n")
        self._stream.flush()


def for_stream(stream: TextIO, environment: Mapping[str, str], columns: int) -> Screen:
    """The screen that suits ``stream``: plain and unwrapped unless it is a terminal of ``columns`` columns.

    No colours where NO_COLOR is set (https://no-color.org) or the terminal is "dumb".
    """
    if not stream.isatty():
        return Screen(stream)
    coloured = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    return Screen(stream, max(_NARROWEST, min(columns, _WIDEST)), coloured=coloured)


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns, list items indented under their first word.

    A word longer than a line, such as an address, keeps its own line whole so that it can be copied.
    """
    mark = _LIST_MARK.match(text)
    indent = " " * len(mark.group()) if mark else ""
    wrapped, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line.strip() else line + word
        if line.strip() and _columns(longer) > width:
            wrapped.append(line)
            longer = indent + word
        line = longer
    return [*wrapped, line]


def _columns(text: str) -> int:
    return sum(_char_columns(char) for char in _SEQUENCE.sub("", text))


def _char_columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    # UAX 11: wide and full-width characters take two columns.
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _styled(text: str, manner: tuple[str, str]) -> str:
    begin, end = manner
    return f"\x1b[{begin}m{text}\x1b[{end}m"
