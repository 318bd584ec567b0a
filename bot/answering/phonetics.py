"""How a French word sounds, roughly: "koman" and "comment", "resté" and "rester" are written alike."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["sound"]

# In order: each spelling becomes one sign. Words come folded, without accents.
_SPELLINGS = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"ph", "f"),
        (r"[sc]h", "C"),
        (r"h", ""),
        (r"(eau|au)x?", "o"),
        (r"sc(?=[eiy])|ss|c(?=[eiy])|t(?=ion)", "s"),
        (r"qu|q|ck|c", "k"),
        (r"gu(?=[eiy])", "g"),
        (r"g(?=[eiy])", "j"),
        (r"y", "i"),
        (r"oeu|eu", "e"),
        (r"ou", "u"),
        (r"(ai|ei)(?=[mn](?![aeiou]))|i(?=[mn](?![aeiou]))|u(?=[mn](?![aeiou]))", "I"),
        (r"[ae](?=[mn](?![aeioumn]))", "A"),
        (r"(?<=[A])[mn]|(?<=[I])[mn]", ""),
        (r"(?<=m)m|(?<=n)n", ""),
        (r"ai|ei", "e"),
        (r"z", "s"),
        (r"(.)\1+", r"\1"),
        # What is written and not heard at the end, and the endings that sound like "é".
        (r"(e[rsz]?|[stxdp]+)$", ""),
    )
)


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """The signs of a folded word; words that sound alike mostly have the same."""
    for pattern, sign in _SPELLINGS:
        word = pattern.sub(sign, word)
    return word
