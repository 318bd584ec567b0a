"""Reads what is typed or piped: a line at a time, whatever its bytes and its length."""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ask_person", "piped_lines"]

# Well over the 1,000 characters that a question may have (four bytes each at most),
# so that the core is the one to say that a message was too long.
MAX_LINE_BYTES = 64 * 1024
# Lines of one paste reach us within this time of one another; nobody types so fast.
_PASTE_SECONDS = 0.03


def piped_lines(stream: BinaryIO) -> Iterator[str]:
    """Every line of ``stream`` without its end, as soon as it comes.

    Bytes that are not UTF-8 become lone surrogates; what a line has over 64 KiB is dropped.
    """
    first = True
    while line := stream.readline(MAX_LINE_BYTES):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(MAX_LINE_BYTES)):
            pass
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        yield text.removeprefix("\ufeff") if first else text
        first = False


def ask_person(prompt: str) -> str | None:
    """What a person types after ``prompt``, pasted lines joined; None at the end of input (Ctrl-D)."""
    # Arrows and history, in memory only; a Python without readline does without.
    with suppress(ImportError):
        import readline  # noqa: F401
    try:
        lines = [input(prompt)]
    except EOFError:
        return None
    with suppress(EOFError):
        while _more_is_pasted():
            lines.append(input())
    return "\n".join(lines)


def _more_is_pasted() -> bool:
    # Windows can only wait for sockets: there each pasted line is a message.
    return os.name != "nt" and bool(select.select([sys.stdin], [], [], _PASTE_SECONDS)[0])
