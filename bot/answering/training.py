"""Learn to tell entries apart: multinomial logistic regression, solved in the space of the examples.

With a few thousand examples and tens of thousands of features, the problem is
solved in the eigenbasis of the Gram matrix (examples x examples), which is exact
and small; the weights of the features follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.lbfgs import minimise
from bot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.answering.features import Vector

    Array = NDArray[np.float32]

__all__ = ["Examples", "fit", "gram_basis", "primal"]

# Inverse strength of the regularisation and stopping rule, from MATCHING-style cross-validation.
_C = 30.0
_TOLERANCE = 1e-5
_MAX_STEPS = 60
# Directions that carry less than this share of the largest eigenvalue are noise of the arithmetic.
_RANK_CUT = 1e-6
_DENSE_SHARE = 30


@dataclass(frozen=True, slots=True)
class Examples:
    """Training texts as vectors, the entry each belongs to, and how much each counts."""

    vectors: Sequence[Vector]
    entries: NDArray[np.int32]
    weights: Array


def gram_basis(vectors: Sequence[Vector], size: int) -> tuple[Array, Array]:
    """Coordinates of the examples in the eigenbasis of their Gram matrix, and its eigenvalues' roots."""
    gram = _gram(vectors, size)
    values, directions = np.linalg.eigh(gram)
    kept = values > values[-1] * _RANK_CUT
    roots = np.sqrt(values[kept])
    return np.ascontiguousarray(directions[:, kept] * roots, dtype=np.float32), roots.astype(np.float32)


def _gram(vectors: Sequence[Vector], size: int) -> Array:
    count = len(vectors)
    rows = np.concatenate([np.full(len(v.ids), i, np.int32) for i, v in enumerate(vectors)])
    features = np.concatenate([v.ids for v in vectors])
    values = np.concatenate([v.values for v in vectors])
    frequency = np.bincount(features, minlength=size)
    gram = np.zeros((count, count), np.float32)
    # Frequent features go through one dense product, rare ones pair by pair.
    dense = np.flatnonzero(frequency > max(4, count // _DENSE_SHARE))
    column = np.full(size, -1, np.int64)
    column[dense] = np.arange(len(dense))
    is_dense = column[features] >= 0
    block = np.zeros((count, len(dense)), np.float32)
    block[rows[is_dense], column[features[is_dense]]] = values[is_dense]
    gram += block @ block.T
    order = np.argsort(features[~is_dense], kind="stable")
    rare, rare_rows, rare_values = features[~is_dense][order], rows[~is_dense][order], values[~is_dense][order]
    if len(rare):
        gram += _pairs(rare, rare_rows, rare_values, count)
    return gram


def _pairs(features: NDArray[np.int32], rows: NDArray[np.int32], values: Array, count: int) -> Array:
    """The part of the Gram matrix made by features few examples share; ``features`` is sorted."""
    starts = np.flatnonzero(np.r_[True, features[1:] != features[:-1]])
    lengths = np.diff(np.r_[starts, len(features)])
    flat = np.zeros(count * count, np.float32)
    for length in np.unique(lengths):
        group = starts[lengths == length][:, None] + np.arange(length)
        members, weights = rows[group], values[group]
        pairs = (members[:, :, None].astype(np.int64) * count + members[:, None, :]).ravel()
        flat += np.bincount(
            pairs, (weights[:, :, None] * weights[:, None, :]).ravel(), minlength=count * count
        ).astype(np.float32)
    return flat.reshape(count, count)


def fit(basis: Array, examples: Examples, classes: int, start: Array | None = None) -> Array:
    """Coefficients (basis directions x classes) that best tell the classes apart.

    Examples count by their weight, and every class counts the same in all. Raises
    ModelError if nothing was learned, which a wrong stopping rule once did silently.
    """
    totals = np.bincount(examples.entries, examples.weights, minlength=classes)
    present = totals > 0
    balance = np.zeros(classes, np.float32)
    balance[present] = totals.sum() / (present.sum() * totals[present])
    weights = (examples.weights * balance[examples.entries]).astype(np.float32)
    labels = np.arange(len(examples.entries)), examples.entries
    penalty = np.where(present, 0.0, -1e4).astype(np.float32)

    def loss(flat: Array) -> tuple[float, Array]:
        coefficients = flat.reshape(basis.shape[1], classes)
        logits = basis @ coefficients + penalty
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        sums = shares.sum(axis=1, keepdims=True)
        shares /= sums
        value = float(weights @ (np.log(sums[:, 0]) - logits[labels]))
        shares[labels] -= 1.0
        gradient = basis.T @ (shares * weights[:, None])
        return _C * value + 0.5 * float(flat @ flat), (_C * gradient).ravel() + flat

    first = np.zeros(basis.shape[1] * classes, np.float32) if start is None else start.ravel()
    found = minimise(loss, first, tolerance=_TOLERANCE, steps=_MAX_STEPS).reshape(basis.shape[1], classes)
    if not np.isfinite(found).all() or not found.any():
        raise ModelError("training learned nothing")
    return found


def primal(vectors: Sequence[Vector], size: int, basis: Array, roots: Array, coefficients: Array) -> Array:
    """The weight of each feature for each class: what a question is scored with."""
    dual = (basis / (roots * roots)) @ coefficients
    weights = np.zeros((size, coefficients.shape[1]), np.float32)
    for vector, row in zip(vectors, dual, strict=True):
        weights[vector.ids] += vector.values[:, None] * row
    return weights
