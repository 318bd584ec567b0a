"""Misspelt words become the nearest word the base or the vocabulary knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.answering.lexicon import shipped_lexicon
from bot.answering.phonetics import sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Repair", "Repairer", "sounds_of"]

# Shorter words have too many neighbours one letter away.
_MIN_LENGTH = 4
_LONG_WORD = 6
_MIN_WEIGHT = 0.72
_PREFIX_WEIGHT = 0.8
_SOUND_WEIGHT = 0.9
_GLUED_WEIGHT = 0.85
_GLUED = frozenset("ldjmtscn")
_MIN_SOUND = 3
_CACHE_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Repair:
    """A known word and the weight ``k`` it deserves in place of the one typed."""

    word: str
    weight: float


def sounds_of(known: Mapping[str, int]) -> dict[str, str]:
    """How each known word sounds, to the most used word that sounds so."""
    return {sound(word): word for word in sorted(known, key=lambda word: (known[word], word))}


class Repairer:
    """Repairs words against a fixed list of known ones, weighted by how often the base uses them."""

    def __init__(self, known: Mapping[str, int], sounds: Mapping[str, str] | None = None) -> None:
        """Take in the known words.

        ``known``: folded word to the number of times the base and the vocabulary use it;
        ``sounds``: what ``sounds_of`` makes of them, if it was kept.
        """
        self._known = known
        # By first letter and length, and by all the letters but the first.
        self._by_start: dict[tuple[str, int], list[str]] = {}
        self._by_rest: dict[str, list[str]] = {}
        for word in sorted(known):
            if len(word) >= _MIN_LENGTH:
                self._by_start.setdefault((word[0], len(word)), []).append(word)
                self._by_rest.setdefault(word[1:], []).append(word)
        self._prefixes: dict[str, str] = {}
        for word in sorted(known, key=lambda w: (len(w), w), reverse=True):
            for end in range(_MIN_LENGTH, len(word)):
                self._prefixes[word[:end]] = word
        self._sounds = sounds if sounds is not None else sounds_of(known)
        self._cache: dict[tuple[str, str], Repair | None] = {}

    def repair(self, word: str, language: str) -> Repair | None:
        """The known word meant by ``word``, or None if it needs no repair or has none."""
        if (
            len(word) < _MIN_LENGTH
            or word in self._known
            or not word.isalpha()
            or shipped_lexicon(language).is_common(word)
        ):
            return None
        key = (word, language)
        if key not in self._cache:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            self._cache[key] = (self._heard(word) if language == "fr" else None) or self._nearest(word)
        return self._cache[key]

    def _heard(self, word: str) -> Repair | None:
        """The known word that sounds like ``word``, or like what follows a letter glued to it ("lecole")."""
        for spoken, weight in ((word, _SOUND_WEIGHT), (word[1:] if word[0] in _GLUED else "", _GLUED_WEIGHT)):
            if len(spoken) < _MIN_LENGTH:
                continue
            known = spoken if spoken in self._known else self._sounds.get(sound(spoken))
            if known is not None and len(sound(spoken)) >= _MIN_SOUND:
                return Repair(known, weight)
        return None

    def _nearest(self, word: str) -> Repair | None:
        reach = 1 if len(word) < _LONG_WORD else 2
        candidates = [*self._same_start(word, reach), *self._other_start(word)]
        found = extract(word, candidates, scorer=OSA.distance, score_cutoff=reach, limit=None)
        close = [
            (distance, -self._known[known], known)
            for known, distance, _ in found
            if (distance == 1 or known[0] == word[0]) and 1 - distance / len(word) >= _MIN_WEIGHT
        ]
        if close:
            distance, _, known = min(close)
            return Repair(known, 1 - distance / len(word))
        longer = self._prefixes.get(word)
        return Repair(longer, _PREFIX_WEIGHT) if longer is not None else None

    def _same_start(self, word: str, reach: int) -> Iterator[str]:
        for length in range(len(word) - reach, len(word) + reach + 1):
            yield from self._by_start.get((word[0], length), ())

    def _other_start(self, word: str) -> Iterator[str]:
        """The known words one slip away whose first letter is another: replaced, missing, one too many or swapped."""
        yield from self._by_rest.get(word[1:], ())
        yield from self._by_rest.get(word, ())
        yield from (known for known in (word[1:], word[1] + word[0] + word[2:]) if self._is_listed(known))

    def _is_listed(self, word: str) -> bool:
        return len(word) >= _MIN_LENGTH and word in self._known
