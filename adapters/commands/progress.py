"""Tells a person who waits what Parvis is doing; says nothing about what is quick."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from adapters.commands.words import Words

__all__ = ["Progress"]

# A wait of up to a second does not interrupt one's thought (Nielsen, "Usability Engineering", 1993).
PATIENCE_SECONDS = 1.0
_ERASE_LINE = "\r\x1b[K"


class Progress:
    """While entered, shows the last step it was told of, once a second has gone by.

    On a terminal one line is rewritten and erased at the end; elsewhere each step is a line.
    """

    def __init__(self, words: Words, stream: TextIO, patience: float = PATIENCE_SECONDS) -> None:
        """``patience`` is in seconds."""
        self._words = words
        self._stream = stream
        self._on_terminal = stream.isatty()
        self._lock = threading.Lock()
        self._shown: str | None = None
        self._waiting = True
        self._step, self._share = "start", 0.0
        self._timer = threading.Timer(patience, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._shown is not None and self._on_terminal:
                self._stream.write(_ERASE_LINE)
                self._stream.flush()
            self._waiting = True

    def __call__(self, step: str, share: float) -> None:
        """Note that ``step`` is under way; ``share`` of it, 0 to 1, is done."""
        with self._lock:
            self._step, self._share = step, share
            if not self._waiting:
                self._write()

    def _begin(self) -> None:
        with self._lock:
            self._waiting = False
            self._write()

    def _write(self) -> None:
        text = self._words(f"cli.step_{self._step}")
        line = f"{_ERASE_LINE}{text} {self._share:.0%}" if self._on_terminal else f"{text}\n"
        if line != self._shown:
            self._shown = line
            self._stream.write(line)
            self._stream.flush()
