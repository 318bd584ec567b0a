"""How common words are, and what texting spellings stand for: data, by language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Lexicon", "shipped_lexicon"]

# A word absent from the list is rarer than its last step.
_RARE = 4.0
_FUNCTION = 6.5


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Zipf frequencies (log10 of occurrences per billion words) and texting spellings of one language."""

    zipf: Mapping[str, float]
    texting: Mapping[str, tuple[str, ...]]

    def damping(self, word: str) -> float:
        """How much a word counts: .55 for the commonest to 1 for rare ones.

        The slope and the floor gave the best cross-validated accuracy on public
        question sets (``benchmarks/``).
        """
        return min(1.0, max(0.55, (7.0 - self.zipf.get(word, _RARE)) / 2.8))

    def is_common(self, word: str) -> bool:
        """True for a word of everyday language, which is never taken for a misspelling."""
        return word in self.zipf

    def is_function(self, word: str) -> bool:
        """True for articles, pronouns and the like, which carry no subject."""
        return self.zipf.get(word, _RARE) >= _FUNCTION


@cache
def shipped_lexicon(language: str) -> Lexicon:
    """The lexicon of ``language``; an empty one for a language Parvis has no list for."""
    data = yaml.load(
        (files("bot.answering") / "data" / "frequencies.yaml").read_text("utf-8"),
        Loader=yaml.CSafeLoader,  # a safe loader, over our own file
    )
    zipf = {word: float(step) for step, words in data.get(language, {}).items() for word in words.split()}
    texting = {str(short): tuple(full.split()) for short, full in data["sms"].get(language, {}).items()}
    return Lexicon(zipf, texting)
