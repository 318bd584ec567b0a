"""How entries are scored: learned weights for a town's base, nearest phrasings for a very large one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.answering.features import Vector

    Array = NDArray[np.float32]

__all__ = ["LinearScorer", "NeighbourScorer", "Scorer"]

# Chosen on banking77 with 8,622 phrasings: .88 against .79 for centroids and .87 for the nearest alone.
_NEAREST = 5
_NEAREST_SHARE = 0.7
_CONSIDERED = 200
# Cosines are between 0 and 1; this spreads them as logits so that shares mean something.
_SHARPNESS = 25.0
# A feature that more phrasings share than this says little and would cost the most; below
# it, dropping any costs accuracy (.88 falls to .86 with 1,500 on those 8,622 phrasings).
_MOST_SHARED = 10_000


class Scorer(Protocol):
    """Scores every entry for a question."""

    def logits(self, vector: Vector) -> Array:
        """One number an entry, the higher the likelier; a softmax makes shares of them."""
        ...

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What must be saved to rebuild this scorer."""
        ...


@dataclass(frozen=True, slots=True)
class LinearScorer:
    """A weight for each feature and entry, learned by logistic regression (features x entries).

    Half precision: it takes half the memory and changes no answer. ``lifts`` is added to
    each entry's score. After the entries come the subjects outside the base, if it was taught any.
    """

    weights: NDArray[np.float16]
    lifts: Array

    def logits(self, vector: Vector) -> Array:
        """See Scorer."""
        scores: Array = vector.values @ self.weights[vector.ids].astype(np.float32) + self.lifts
        return scores

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """See Scorer."""
        return {"weights": self.weights, "lifts": self.lifts}


@dataclass(frozen=True, slots=True)
class NeighbourScorer:
    """The likeness to the nearest phrasings and to the whole of an entry, by inverted index.

    ``starts`` delimits, in ``rows`` and ``values``, the phrasings that have each
    feature; ``owners`` is each phrasing's entry; ``norms`` the length of each entry's sum.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: Array
    owners: NDArray[np.int32]
    norms: Array

    @classmethod
    def build(cls, vectors: Sequence[Vector], owners: NDArray[np.int32], size: int, entries: int) -> NeighbourScorer:
        """Index ``vectors``; features shared by very many phrasings are left out."""
        rows = np.concatenate([np.full(len(vector.ids), row, np.int32) for row, vector in enumerate(vectors)])
        ids = np.concatenate([vector.ids for vector in vectors])
        values = np.concatenate([vector.values for vector in vectors])
        frequency = np.bincount(ids, minlength=size)
        kept = frequency[ids] <= _MOST_SHARED
        order = np.argsort(ids[kept], kind="stable")
        counts = np.bincount(ids[kept], minlength=size)
        sums: dict[int, float] = {}
        pairs = owners[rows].astype(np.int64) * size + ids
        totals = np.unique(pairs, return_inverse=True)
        added = np.bincount(totals[1], values)
        for entry, square in zip((totals[0] // size).tolist(), (added * added).tolist(), strict=True):
            sums[entry] = sums.get(entry, 0.0) + square
        norms = np.sqrt(np.array([sums.get(entry, 1.0) for entry in range(entries)], np.float32))
        return cls(np.r_[0, np.cumsum(counts)], rows[kept][order], values[kept][order], owners, norms)

    def logits(self, vector: Vector) -> Array:
        """See Scorer."""
        return self.without(vector, None)

    def without(self, vector: Vector, left_out: NDArray[np.bool_] | None) -> Array:
        """Logits as if the phrasings in ``left_out`` did not exist: for calibration."""
        spans = [slice(self.starts[number], self.starts[number + 1]) for number in vector.ids.tolist()]
        if not spans:
            return np.zeros(len(self.norms), np.float32)
        lengths = [span.stop - span.start for span in spans]
        touched = np.concatenate([self.rows[span] for span in spans])
        products = np.concatenate([self.values[span] for span in spans]) * np.repeat(vector.values, lengths)
        likeness = np.bincount(touched, products, len(self.owners)).astype(np.float32)
        if left_out is not None:
            likeness[left_out] = 0.0
        whole = np.bincount(self.owners, likeness, len(self.norms)) / self.norms
        return (_SHARPNESS * (_NEAREST_SHARE * self._nearest(likeness) + (1 - _NEAREST_SHARE) * whole)).astype(
            np.float32
        )

    def _nearest(self, likeness: Array) -> Array:
        """Mean likeness of each entry's nearest phrasings."""
        count = min(_CONSIDERED, len(likeness))
        best = np.argpartition(-likeness, count - 1)[:count]
        best = best[np.argsort(-likeness[best], kind="stable")]
        owners = self.owners[best]
        order = np.argsort(owners, kind="stable")
        grouped = owners[order]
        rank = np.arange(count) - np.searchsorted(grouped, grouped)
        first = order[rank < _NEAREST]
        return (np.bincount(owners[first], likeness[best[first]], len(self.norms)) / _NEAREST).astype(np.float32)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """See Scorer."""
        return {name: getattr(self, name) for name in self.__slots__}
