"""Find word patterns in a message: typos, texting and gaps allowed, in time that grows with its length only.

A pattern is words in order, written as data::

    mari|copain frapp* me       up to two other words between two slots
    au _ feu                    nothing between
    je ... suicid*              up to seven words between
    feu & immeuble              either order, up to four words between
    ^ help $                    ``^`` and ``$`` are the ends of the message
    @parent & tomb*             ``@parent`` is a class of words

``mort`` also matches its inflections and, from five letters on, one slip of the
keyboard; ``frapp*`` is a beginning; ``sang!`` matches only itself. Each word of the
message is one bit; a pattern is matched by shifting and masking those bits, so no
text can make it backtrack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from rapidfuzz.distance import OSA

from bot.answering.normalise import fold, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Cue", "CueBook", "Reading", "cover_all", "load_cue_data"]

# Longer text is cut: a message has at most 1,000 characters once cleaned, the rest is margin.
_MAX_CHARS = 4000
# Words remembered with the slots they fill; a resident's vocabulary fits many times over.
_REMEMBERED = 16_384
_HAN = re.compile(r"([\u3400-\u9fff])")  # Chinese has no spaces: one character is one word
_PIECE = re.compile(r"[^\W_]+|[.!?;…。！？\n]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")  # "au secouuurs"
_GAPS = {"_": 0, "...": 7}
_NORMAL_GAP = 2
_EITHER_GAP = 4
_MIN_FUZZY = 5
_MAX_WORD = 24
_MIN_STEM = 4
# French texting glues these to the verb: "mfrappe", "jmeurs", "dsang".
_GLUED = frozenset("jmtsldnc")
_DOTLESS = str.maketrans({"ı": "i"})  # Turkish, typed either way


def load_cue_data(name: str) -> dict[str, Any]:
    """The content of ``bot/answering/data/<name>.yaml``, every scalar as text ("no" and "on" are words)."""
    text = (files("bot.answering") / "data" / f"{name}.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  # this loader makes nothing but text
    return dict(data)


@dataclass(frozen=True, slots=True)
class Cue:
    """A compiled pattern: slot numbers, and before each but the first the gap and whether order is free."""

    slots: tuple[int, ...]
    gaps: tuple[tuple[int, bool], ...]
    needs: int  # a bit for each slot number


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as bits: ``masks[slot]`` has bit i set where word i fills the slot; bit 0 is the start."""

    words: tuple[str, ...]
    masks: dict[int, int]
    filled: int  # a bit for each slot number that any word fills

    @property
    def everything(self) -> int:
        """A bit for each real word, punctuation apart."""
        return sum(1 << place for place, word in enumerate(self.words, start=1) if word != ".")

    def without(self, covered: int) -> Reading:
        """The same message with the ``covered`` words taken out of consideration."""
        if not covered:
            return self
        return _reading(self.words, {slot: mask & ~covered for slot, mask in self.masks.items()})

    def cover(self, cue: Cue) -> int:
        """The bits of the words that take part in a match of ``cue``; 0 if there is none."""
        if cue.needs & ~self.filled:
            return 0
        masks = [self.masks[slot] for slot in cue.slots]
        reached = [masks[0]]
        for (gap, free), mask in zip(cue.gaps, masks[1:], strict=True):
            step = _spread(reached[-1], gap) | (_spread_back(reached[-1], gap) if free else 0)
            if not step & mask:
                return 0
            reached.append(step & mask)
        return self._trace(cue, reached)

    def _trace(self, cue: Cue, reached: list[int]) -> int:
        alive = covered = reached[-1]
        for (gap, free), mask in zip(reversed(cue.gaps), reversed(reached[:-1]), strict=True):
            alive = mask & (_spread_back(alive, gap) | (_spread(alive, gap) if free else 0))
            covered |= alive
        return covered & ~1 & ((1 << (len(self.words) + 1)) - 1)


def _reading(words: tuple[str, ...], masks: dict[int, int]) -> Reading:
    filled = 0
    for slot, mask in masks.items():
        if mask:
            filled |= 1 << slot
    return Reading(words, masks, filled)


def _spread(mask: int, gap: int) -> int:
    out = 0
    for distance in range(1, gap + 2):
        out |= mask << distance
    return out


def _spread_back(mask: int, gap: int) -> int:
    out = 0
    for distance in range(1, gap + 2):
        out |= mask >> distance
    return out


@cache
def _stems(word: str) -> frozenset[str]:
    return frozenset(found for code in ("fr", "en") if len(found := stem(word, code)) >= _MIN_STEM)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The pattern words that begin with one letter: by stem, and by length those long enough for a slip."""

    stemmed: dict[str, list[str]]
    lengths: dict[int, list[str]]

    @classmethod
    def of(cls, words: Iterable[str]) -> _Neighbours:
        found = cls({}, {})
        for word in words:
            bare = word.removesuffix("*")
            if bare == word:
                for stemmed in _stems(bare):
                    found.stemmed.setdefault(stemmed, []).append(word)
            if len(bare) >= _MIN_FUZZY:
                found.lengths.setdefault(len(bare), []).append(word)
        return found

    def slips(self, word: str) -> Iterator[str]:
        """The pattern words that ``word``, or for a beginning its first letters, is one slip away from."""
        for length in range(_MIN_FUZZY, len(word) + 2):
            for pattern in self.lengths.get(length, ()):
                bare = pattern.removesuffix("*")
                if (length >= len(word) - 1 and _one_slip(word, bare)) or (bare != pattern and _begins(word, bare)):
                    yield pattern


_NONE = _Neighbours({}, {})


def _begins(word: str, bare: str) -> bool:
    ends = range(max(_MIN_FUZZY, len(bare) - 1), min(len(word), len(bare) + 2))
    return any(_one_slip(word[:end], bare) for end in ends)


def _one_slip(word: str, bare: str) -> bool:
    return OSA.distance(word, bare, score_cutoff=1) <= 1


class CueBook:
    """Compiles patterns, then reads messages into the bits those patterns need.

    ``classes``: name to words; ``spellings``: a texting spelling to what it stands for
    (``m/ma a``: the first word may be either); ``ordinary``: words of everyday life never to
    be taken for a slip of another.
    """

    def __init__(
        self,
        classes: Mapping[str, Iterable[str]] | None = None,
        spellings: Mapping[str, str] | None = None,
        ordinary: Iterable[str] = (),
    ) -> None:
        self._classes = {name: tuple(words) for name, words in (classes or {}).items()}
        self._spellings = {fold(str(short)): tuple(fold(full).split()) for short, full in (spellings or {}).items()}
        folded = [fold(word) for word in ordinary]
        self._ordinary = frozenset(word for word in folded if not word.endswith("*"))
        self._ordinary_begins = tuple(word[:-1] for word in folded if word.endswith("*"))
        self._pieces: dict[tuple[str, bool], int] = {}
        self._expanded: dict[str, frozenset[str]] = {}
        self._slots: dict[frozenset[str], int] = {}
        # The words of the patterns as written there ("mort", "frapp*", "sang!"), and the slots each fills.
        self._words: dict[str, list[int]] = {}
        # The same words without those ending in "!", by first letter; made ready when a message first needs it.
        self._initials: dict[str, list[str]] = {}
        self._neighbours: dict[str, _Neighbours] = {}
        self._fills = lru_cache(_REMEMBERED)(self._find_slots)

    def compile(self, pattern: str, *, literal: bool = False) -> Cue:
        """The compiled ``pattern``; ``literal`` allows no slip or inflection. Raises KeyError on an unknown class."""
        slots: list[int] = []
        gaps: list[tuple[int, bool]] = []
        gap, free = _NORMAL_GAP, False
        folded = fold(pattern).translate(_DOTLESS)
        spaced = folded if folded.isascii() else _HAN.sub(r" _ \1 _ ", folded).replace("_  _", "_")
        for piece in spaced.split():
            if piece == "&":
                gap, free = _EITHER_GAP, True
            elif piece in _GAPS:
                gap = _GAPS[piece]
            else:
                gaps.append((gap, free))
                slots.append(self._slot(piece, literal))
                gap, free = _NORMAL_GAP, False
        return Cue(tuple(slots), tuple(gaps[1:]), sum(1 << slot for slot in set(slots)))

    def compile_all(self, patterns: Iterable[str], *, literal: bool = False) -> tuple[Cue, ...]:
        """Each of ``patterns``, compiled."""
        return tuple(self.compile(pattern, literal=literal) for pattern in patterns)

    def read(self, text: str) -> Reading:
        """``text`` as bits, after folding, cutting at 4,000 characters and undoing texting spellings."""
        words = self.words(text)
        places: dict[str, int] = {}
        for place, word in enumerate(("^", *words, "$")):
            places[word] = places.get(word, 0) | 1 << place
        masks: dict[int, int] = {}
        for word, bits in places.items():
            for slot in self._fills(word):
                masks[slot] = masks.get(slot, 0) | bits
        return _reading(words, masks)

    def words(self, text: str) -> tuple[str, ...]:
        """The words that ``read`` sees in ``text``, "." for punctuation."""
        return tuple(self._split(text[:_MAX_CHARS]))

    def _split(self, text: str) -> Iterator[str]:
        folded = _HAN.sub(r" \1 ", _STRETCHED.sub(r"\1", fold(text).translate(_DOTLESS)))
        spellings = self._spellings
        for piece in _PIECE.findall(folded):
            if piece in spellings:
                yield from spellings[piece]
            else:
                yield piece if piece[0].isalnum() else "."

    def _slot(self, piece: str, literal: bool) -> int:
        if (piece, literal) not in self._pieces:
            words = self._expand(piece)
            if literal:
                words = frozenset(word if word[-1] in "!*" else word + "!" for word in words)
            self._pieces[piece, literal] = self._number(words)
        return self._pieces[piece, literal]

    def _expand(self, piece: str) -> frozenset[str]:
        if piece not in self._expanded:
            found = set(piece.split("|"))
            for name in [name for name in found if name.startswith("@")]:
                found.remove(name)
                found |= self._expand(fold("|".join(self._classes[name[1:]])).translate(_DOTLESS))
            self._expanded[piece] = frozenset(found)
        return self._expanded[piece]

    def _number(self, words: frozenset[str]) -> int:
        if words not in self._slots:
            number = self._slots[words] = len(self._slots)
            for word in words:
                if word not in self._words:
                    self._words[word] = []
                    if not word.endswith("!"):
                        self._initials.setdefault(word[0], []).append(word)
                self._words[word].append(number)
        return self._slots[words]

    def _find_slots(self, word: str) -> tuple[int, ...]:
        if "/" in word:  # a spelling that stands for either of several words
            return tuple({slot for either in word.split("/") for slot in self._find_slots(either)})
        if len(word) > _MAX_WORD:  # no real word: only its beginning can say something
            return tuple(self._written(word[:_MAX_WORD]))
        if word in self._ordinary or word.startswith(self._ordinary_begins):
            return tuple(self._written(word))
        return tuple(self._plain(word) or self._slipped(word) or self._unglued(word))

    def _plain(self, word: str) -> set[int]:
        neighbours = self._beside(word)
        alike = (found for stemmed in _stems(word) for found in neighbours.stemmed.get(stemmed, ()))
        return self._written(word).union(*(self._words[found] for found in alike))

    def _written(self, word: str) -> set[int]:
        begins = (f"{word[:end]}*" for end in range(2, len(word) + 1))
        return {slot for found in (word, f"{word}!", *begins) for slot in self._words.get(found, ())}

    def _slipped(self, word: str) -> set[int]:
        if len(word) < _MIN_FUZZY - 1 or word.isdigit():
            return set()
        return {slot for found in self._beside(word).slips(word) for slot in self._words[found]}

    def _beside(self, word: str) -> _Neighbours:
        # People rarely slip on the first letter ("feu"/"peu" are two words), and no stem loses it.
        letter = word[0]
        if letter not in self._initials:
            return _NONE
        if letter not in self._neighbours:
            self._neighbours[letter] = _Neighbours.of(self._initials[letter])
        return self._neighbours[letter]

    def _unglued(self, word: str) -> set[int]:
        rest = word[1:]
        return self._plain(rest) if word[0] in _GLUED and len(rest) >= _MIN_STEM else set()


def cover_all(reading: Reading, cues: Sequence[Cue]) -> int:
    """The bits of the words that take part in a match of any of ``cues``."""
    covered = 0
    for cue in cues:
        covered |= reading.cover(cue)
    return covered
