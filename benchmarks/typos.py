"""Typing mistakes as residents make them, the same for the same seed."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

__all__ = ["mistype"]

# About one long word in four: what a hurried message on a telephone looks like.
_SHARE = 0.25
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")


def mistype(text: str, rng: Random) -> str:
    """``text`` with a letter dropped, swapped, inserted or doubled in a quarter of its words of five letters or more.

    The first letter stays: residents seldom miss it.
    """
    return _LONG_WORD.sub(lambda match: _spoil(match[0], rng) if rng.random() < _SHARE else match[0], text)


def _spoil(word: str, rng: Random) -> str:
    place = rng.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    kind = rng.randrange(4)
    if kind == 0:
        return before + after
    if kind == 1:
        return before + after[0] + letter + after[1:]
    if kind == 2:
        return before + rng.choice(string.ascii_lowercase) + letter + after
    return before + letter + letter + after
