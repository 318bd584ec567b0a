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

# Inverse strength of the regularisation, by cross-validation on public question sets: from 10
# to 100 the accuracy is the same, and 100 takes half as many steps again.
_C = 30.0
_MAX_STEPS = 60
# A loss that hardly fell means that the stopping rule fired at the start: nothing was learned.
_LEARNED = 0.9
# Directions that carry less than this share of the largest eigenvalue are noise of the arithmetic.
_RANK_CUT = 1e-6
# A feature in more than a thirtieth of the texts is multiplied densely.
_DENSE_SHARE = 30
# Axes kept of a large base: with 838 of 2,895 the accuracy on banking77 falls by .2 point,
# and each step of the regression costs a third.
_MOST_AXES = 800
_SPARE_AXES = 80
_PASSES = 1
_SEED = 20261120


@dataclass(frozen=True, slots=True)
class Examples:
    """Training texts as vectors, the entry each belongs to, and how much each counts."""

    vectors: Sequence[Vector]
    entries: NDArray[np.int32]
    weights: Array


def gram_basis(vectors: Sequence[Vector], size: int) -> tuple[Array, Array]:
    """Coordinates of the examples along the main axes of their Gram matrix, and the axes' lengths."""
    gram = _gram(vectors, size)
    if len(gram) <= _MOST_AXES:
        values, directions = np.linalg.eigh(gram)
    else:
        values, directions = _main_axes(gram)
    kept = values > values[-1] * _RANK_CUT
    roots = np.sqrt(values[kept])
    return np.ascontiguousarray(directions[:, kept] * roots, dtype=np.float32), roots.astype(np.float32)


def _main_axes(gram: Array) -> tuple[Array, Array]:
    """The largest eigenvalues of ``gram`` and their vectors, by randomised subspace iteration.

    Halko, Martinsson and Tropp, "Finding structure with randomness" (2011), algorithm
    4.4; one pass is enough for texts: with two the answers are the same.
    """
    guess = np.random.default_rng(_SEED).standard_normal((len(gram), _MOST_AXES + _SPARE_AXES), dtype=np.float32)
    for _ in range(_PASSES):
        guess, _ = np.linalg.qr(gram @ guess)
    small = guess.T @ (gram @ guess)
    values, rotation = np.linalg.eigh((small + small.T) / 2)
    return values[-_MOST_AXES:], guess @ rotation[:, -_MOST_AXES:]


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
    places: list[NDArray[np.int64]] = []
    products: list[Array] = []
    for length in np.unique(lengths):
        group = starts[lengths == length][:, None] + np.arange(length)
        members, weights = rows[group], values[group]
        places.append((members[:, :, None].astype(np.int64) * count + members[:, None, :]).ravel())
        products.append((weights[:, :, None] * weights[:, None, :]).ravel())
    flat = np.bincount(np.concatenate(places), np.concatenate(products), minlength=count * count)
    return flat.reshape(count, count).astype(np.float32)


def fit(basis: Array, examples: Examples, classes: int, tolerance: float = 1e-5) -> Array:
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

    start = np.zeros(basis.shape[1] * classes, np.float32)
    found = minimise(loss, start, tolerance=tolerance, steps=_MAX_STEPS)
    if present.sum() > 1 and not loss(found)[0] < _LEARNED * loss(start)[0]:
        raise ModelError("training learned nothing")
    return found.reshape(basis.shape[1], classes)


def primal(vectors: Sequence[Vector], size: int, basis: Array, roots: Array, coefficients: Array) -> Array:
    """The weight of each feature for each class: what a question is scored with."""
    dual = (basis / (roots * roots)) @ coefficients
    weights = np.zeros((size, coefficients.shape[1]), np.float32)
    for vector, row in zip(vectors, dual, strict=True):
        weights[vector.ids] += vector.values[:, None] * row
    return weights
