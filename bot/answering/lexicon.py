"""How common words are, and what texting spellings stand for, in the languages shipped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Lexicon", "shipped_lexicon"]

# From this Zipf value on a word only binds others together ("de", "le", "the").
_FUNCTION_ZIPF = 6.0
# Damping of frequent words, clip((7 - Zipf) / 2.8, .55, 1), tuned on the public data sets.
_ZIPF_CEILING, _ZIPF_RANGE, _LEAST = 7.0, 2.8, 0.55


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's common words (folded word to Zipf value) and texting spellings (word to words)."""

    zipf: Mapping[str, float]
    texting: Mapping[str, tuple[str, ...]]

    def is_common(self, word: str) -> bool:
        """True if ``word`` is an everyday word, so no misspelling of another."""
        return word in self.zipf

    def is_function(self, word: str) -> bool:
        """True if ``word`` carries no meaning of its own."""
        return self.zipf.get(word, 0.0) >= _FUNCTION_ZIPF

    def damping(self, word: str) -> float:
        """The share of its weight a word keeps: 1 for a rare one, 0.55 for the most frequent."""
        zipf = self.zipf.get(word, 0.0)
        return min(1.0, max(_LEAST, (_ZIPF_CEILING - zipf) / _ZIPF_RANGE))


@cache
def shipped_lexicon(language: str) -> Lexicon:
    """The lexicon of ``language``; an empty one for a language that has none."""
    text = (files("bot.answering") / "data" / "frequencies.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    zipf = {
        word: float(value)
        for value, listed in sorted(data.get(language, {}).items(), reverse=True)
        for word in str(listed).split()
    }
    texting = {str(word): tuple(str(full).split()) for word, full in data["sms"].get(language, {}).items()}
    return Lexicon(MappingProxyType(zipf), MappingProxyType(texting))
