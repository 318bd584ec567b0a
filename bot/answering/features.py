"""Texts as sparse vectors: words, pairs of words, letters and concepts, each block of unit length.

The shares of the blocks gave the best accuracy on the public question sets that
``benchmarks/`` reads; a block's features are multiplied by the square root of its share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain, pairwise
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.lexicon import shipped_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.answering.analysis import Analysis, Word
    from bot.answering.concepts import Sighting

__all__ = ["BLOCKS", "FeatureSpace", "Shares", "Vector"]

BLOCKS = ("w", "b", "c", "v")
_EDGE = "\u2402"
_NGRAMS = range(1, 6)
# A letter group seen four times is not four times as telling (power chosen in the same trials).
_REPETITION = 0.35
# In a large base, word pairs and letter groups met in one text alone are two features in five;
# without them the answers are the same, for 12 MB and a tenth of a second less.
_MINOR = frozenset("bc")
_LARGE = 1500
_REPEATED = 2


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a text's squared length each block takes."""

    w: float = 0.4
    b: float = 0.1
    c: float = 0.5
    v: float = 0.15

    def whole(self) -> float:
        """The length of a text that has all blocks."""
        return sqrt(self.w + self.b + self.c + self.v)

    def root(self, block: str) -> float:
        """The factor a block's unit vector is multiplied by."""
        return sqrt(getattr(self, block))


@dataclass(frozen=True, slots=True)
class Vector:
    """A sparse vector: feature numbers (each once) and their values."""

    ids: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(slots=True)
class FeatureSpace:
    """The features a base knows, and how rare each is.

    ``ids`` maps a block and a feature to its number; ``idf`` holds the inverse
    document frequency over entries of stems and concepts (natural logarithm).
    ``languages`` are those the base's texts are written in.
    """

    shares: Shares
    ids: dict[str, dict[str, int]]
    idf: dict[str, dict[str, float]]
    entries: int
    languages: frozenset[str]
    _pieces: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def learn(
        cls,
        documents: Sequence[tuple[Analysis, Sighting, int]],
        entries: int,
        shares: Shares,
    ) -> tuple[FeatureSpace, list[Vector]]:
        """Collect the features of ``documents`` (words, concepts, entry number); also each document's vector."""
        languages = frozenset(analysis.language for analysis, _, _ in documents)
        space = cls(shares, {block: {} for block in BLOCKS}, {"w": {}, "v": {}}, entries, languages)
        seen: dict[str, dict[str, set[int]]] = {"w": {}, "v": {}}
        for analysis, sighting, entry in documents:
            for word in analysis.words:
                seen["w"].setdefault(word.stem, set()).add(entry)
            for concept in sighting.strengths:
                seen["v"].setdefault(concept, set()).add(entry)
        for block, where in seen.items():
            space.idf[block] = {name: 1 + log((1 + entries) / (1 + len(found))) for name, found in where.items()}
        read = [tuple(space._blocks(analysis, sighting)) for analysis, sighting, _ in documents]
        counts: dict[str, Counter[str]] = {
            block: Counter(chain.from_iterable(weights[place] for weights in read))
            for place, block in enumerate(BLOCKS)
        }
        number = 0
        for block, found in counts.items():
            least = _REPEATED if block in _MINOR and len(documents) > _LARGE else 1
            for name, times in found.items():
                if times >= least:
                    space.ids[block][name] = number
                    number += 1
        return space, [space._placed(blocks, foreign=False) for blocks in read]

    @property
    def size(self) -> int:
        """How many features there are."""
        return sum(len(ids) for ids in self.ids.values())

    def unseen_idf(self) -> float:
        """The inverse document frequency of a word no entry uses: the highest there can be."""
        return 1 + log(1 + self.entries)

    def vector(self, analysis: Analysis, sighting: Sighting) -> Vector:
        """``analysis`` as a vector; features the base does not know count in the length only.

        A text in a language the base has no text in can only be known by its concepts:
        they then take the whole length.
        """
        return self._placed(self._blocks(analysis, sighting), foreign=analysis.language not in self.languages)

    def _placed(self, blocks: Iterable[Mapping[str, float]], *, foreign: bool) -> Vector:
        numbers: list[int] = []
        values: list[float] = []
        for block, weights in zip(BLOCKS, blocks, strict=True):
            if not weights or (foreign and block != "v"):
                continue
            root = self.shares.whole() if foreign else self.shares.root(block)
            scale = root / sqrt(sum(value * value for value in weights.values()))
            ids = self.ids[block]
            for name, value in weights.items():
                number = ids.get(name)
                if number is not None:
                    numbers.append(number)
                    values.append(value * scale)
        return Vector(np.array(numbers, np.int32), np.array(values, np.float32))

    def _blocks(self, analysis: Analysis, sighting: Sighting) -> Iterable[Mapping[str, float]]:
        """What the text has of each block, in the order of ``BLOCKS``."""
        lexicon = shipped_lexicon(analysis.language)
        damped = [(word, word.weight * lexicon.damping(word.text)) for word in analysis.words]
        yield self._stems(damped)
        yield _pairs(damped)
        yield self._letters(damped)
        yield self._concepts(sighting)

    def _stems(self, damped: Sequence[tuple[Word, float]]) -> Mapping[str, float]:
        idf, unseen = self.idf["w"], self.unseen_idf()
        weights: dict[str, float] = {}
        for word, weight in damped:
            weights[word.stem] = weights.get(word.stem, 0.0) + weight * idf.get(word.stem, unseen)
        return weights

    def _letters(self, damped: Sequence[tuple[Word, float]]) -> Mapping[str, float]:
        weights: defaultdict[str, float] = defaultdict(float)
        for word, weight in damped:
            pieces = self._pieces.get(word.text)
            if pieces is None:
                pieces = _ngrams(word.text)
                if len(self._pieces) < 50_000:
                    self._pieces[word.text] = pieces
            for piece in pieces:
                weights[piece] += weight
        return {piece: weight**_REPETITION for piece, weight in weights.items()}

    def _concepts(self, sighting: Sighting) -> Mapping[str, float]:
        idf, unseen = self.idf["v"], self.unseen_idf()
        return {concept: strength * idf.get(concept, unseen) for concept, strength in sighting.strengths.items()}


def _ngrams(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        padded[start : start + length]
        for length in _NGRAMS
        for start in range(max(1, len(padded) - length + 1))
        if length <= len(padded)
    )


def _pairs(damped: Sequence[tuple[Word, float]]) -> Mapping[str, float]:
    path = [(_EDGE, 1.0), *((word.stem, weight) for word, weight in damped), (_EDGE, 1.0)]
    weights: dict[str, float] = {}
    for (left, left_weight), (right, right_weight) in pairwise(path):
        weights[f"{left} {right}"] = weights.get(f"{left} {right}", 0.0) + sqrt(left_weight * right_weight)
    return weights
