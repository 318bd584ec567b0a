"""Someone who waits is told why; someone who does not is left in peace."""

from __future__ import annotations

import io
from threading import Event

from adapters.commands.progress import Progress
from adapters.commands.words import Words


class Watched(io.StringIO):
    """A stream that tells when something is written to it."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.written = Event()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._terminal

    def write(self, text: str) -> int:
        """Write and tell."""
        done = super().write(text)
        self.written.set()
        return done


def test_what_is_quick_says_nothing() -> None:
    """A command that is done within a second writes nothing to stderr."""
    stream = Watched(terminal=True)
    with Progress(Words("fr"), stream, patience=60) as progress:
        progress("check", 0.5)
    assert stream.getvalue() == ""


def test_a_terminal_sees_one_line_that_goes_away() -> None:
    """A person at a terminal sees the step and its share, then a clean line."""
    stream = Watched(terminal=True)
    with Progress(Words("fr"), stream, patience=0) as progress:
        assert stream.written.wait(10)
        progress("check", 0.5)
    assert stream.getvalue() == "\r\x1b[KPréparation… 0%\r\x1b[KRelecture de la base… 50%\r\x1b[K"


def test_a_log_gets_one_line_a_step() -> None:
    """A log file gets whole lines, each step once, in the language of staff."""
    stream = Watched(terminal=False)
    with Progress(Words("en"), stream, patience=0) as progress:
        assert stream.written.wait(10)
        for share in (0.1, 0.5, 0.9):
            progress("check", share)
    assert stream.getvalue() == "Getting ready…\nReviewing the base…\n"
