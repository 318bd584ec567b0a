"""Word lists kept as data, and how they are found in what a resident typed, typos included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.answering.normalise import fold, tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["Hit", "Phrases", "Word", "nearest", "read_words", "words"]

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and what stood between it and the one before (``"/"`` in "24/12")."""

    text: str
    gap: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed expression found at words ``start`` to before ``end``."""

    meaning: str
    start: int
    end: int


def words(text: str) -> tuple[Word, ...]:
    """The words of ``text``, one for one those of ``normalise.tokens``."""
    folded = fold(text)
    found: list[Word] = []
    end = 0
    for match in _WORD.finditer(folded):
        found.append(Word(match.group(), folded[end : match.start()].strip()))
        end = match.end()
    return tuple(found)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The listed word ``word`` is a misspelling of, if it is one.

    One slip is forgiven from five letters on, two from nine; a slip on the first
    letter only from seven on, where a chance likeness is rare.
    """
    if len(word) < 5 or not word.isalpha():
        return None
    allowed = 2 if len(word) >= 9 else 1
    found = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=allowed)
    if found is None or (found[0][0] != word[0] and (len(word) < 7 or found[1] > 1)):
        return None
    return str(found[0])


class Phrases:
    """Expressions and what they mean, longest first; unlisted words are read as the listed word nearest to them."""

    def __init__(
        self, meanings: Mapping[str, Iterable[str]], not_typos: Collection[str] = (), repair_from: int = 4
    ) -> None:
        """``meanings``: meaning to expressions. ``not_typos``: real words that look like a listed one misspelt.

        Listed words shorter than ``repair_from`` letters are recognised only as they are written.
        """
        self._phrases = {tuple(tokens(text)): meaning for meaning, texts in meanings.items() for text in texts}
        self._longest = max(len(phrase) for phrase in self._phrases)
        self._known = frozenset(word for phrase in self._phrases for word in phrase)
        self._repairable = tuple(sorted(word for word in self._known if len(word) >= repair_from))
        self._not_typos = frozenset(not_typos)

    def read(self, word: str) -> str:
        """``word``, or the listed word it misspells."""
        if word in self._known or word in self._not_typos:
            return word
        return nearest(word, self._repairable) or word

    def find(self, found: Sequence[Word], taken: Collection[int] = (), spared: Collection[str] = ()) -> tuple[Hit, ...]:
        """The listed expressions in ``found``, left to right, none overlapping another or a ``taken`` position.

        ``spared`` are words known otherwise (the name of a place): they are no misspellings here.
        """
        read = [word.text if word.text in spared else self.read(word.text) for word in found]
        hits: list[Hit] = []
        start = 0
        while start < len(read):
            hit = self._at(read, start, taken)
            if hit is not None:
                hits.append(hit)
            start = hit.end if hit is not None else start + 1
        return tuple(hits)

    def _at(self, read: Sequence[str], start: int, taken: Collection[int]) -> Hit | None:
        for length in range(min(self._longest, len(read) - start), 0, -1):
            meaning = self._phrases.get(tuple(read[start : start + length]))
            if meaning is not None and not any(place in taken for place in range(start, start + length)):
                return Hit(meaning, start, start + length)
        return None


@cache
def read_words(name: str) -> Mapping[str, Any]:
    """The word lists of ``data/<name>.yaml``: meaning to expressions, as written."""
    text = (files("bot.answering") / "data" / f"{name}.yaml").read_text("utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded
