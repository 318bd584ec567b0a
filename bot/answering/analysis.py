"""A text as the ranker sees it: words with their stems and how surely they were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import stem, tokens, without_politeness

if TYPE_CHECKING:
    from bot.answering.repair import Repairer

__all__ = ["Analysis", "Word", "analyse", "words_of"]


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word, its stem, and its weight ``k`` (1 as typed, less when it was repaired from ``typed``)."""

    text: str
    stem: str
    weight: float = 1.0
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The words of a text in order, and the language they were read in."""

    words: tuple[Word, ...]
    language: str


def words_of(text: str, language: str) -> list[str]:
    """The folded words of ``text``, texting spellings written out ("c koi" -> "c est quoi").

    "S'il vous plaît" and the like are left out, unless the text says nothing else.
    """
    texting = shipped_lexicon(language).texting
    found: list[str] = []
    for token in tokens(text):
        found.extend(texting.get(token, (token,)))
    return without_politeness(found) or found


def analyse(text: str, language: str, repairer: Repairer | None = None) -> Analysis:
    """Read ``text`` in ``language``; with a repairer, misspelt words become the nearest known one."""
    words: list[Word] = []
    for token in words_of(text, language):
        repaired = repairer.repair(token, language) if repairer is not None else None
        if repaired is None:
            words.append(Word(token, stem(token, language)))
        else:
            words.append(Word(repaired.word, stem(repaired.word, language), repaired.weight, token))
    return Analysis(tuple(words), language)
