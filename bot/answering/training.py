"""Learn to tell entries apart: multinomial logistic regression, solved in the space of the examples.

With a few thousand examples and tens of thousands of features, the weights are best
sought as sums of the examples: the problem then has one unknown for each example and
entry, whatever the number of features, and only needs the Gram matrix (the products
of the examples two by two).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.lbfgs import minimise
from bot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bot.answering.features import Vector

    Array = NDArray[np.float32]
    Product = Callable[[Array], Array]

__all__ = ["Examples", "fit", "gram_matrix", "main_axes", "primal"]

# Inverse strength of the regularisation, by cross-validation on public question sets: from 10
# to 100 the accuracy is the same, and 100 takes half as many steps again.
_C = 30.0
_MAX_STEPS = 60
# A loss that hardly fell means that the stopping rule fired at the start: nothing was learned.
_LEARNED = 0.9
# A feature in more than a sixtieth of the texts is multiplied densely: the quickest share measured.
_DENSE_SHARE = 60


# What trials see of a large base: with 600 axes of 3,564 they come out as with all of them, for
# a quarter of the time. The model itself keeps every axis (worth 1 to 2 points).
_MOST_AXES = 600
_RANK_CUT = 1e-6
_SEED = 20261120


@dataclass(frozen=True, slots=True)
class Examples:
    """Training texts as vectors, the entry each belongs to, and how much each counts."""

    vectors: Sequence[Vector]
    entries: NDArray[np.int32]
    weights: Array


def gram_matrix(vectors: Sequence[Vector], size: int) -> Array:
    """The products of ``vectors`` two by two; ``size`` is the number of features."""
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


def main_axes(gram: Array) -> Array:
    """Coordinates of the examples along the main axes of ``gram``, by a randomised range finder.

    Halko, Martinsson and Tropp, "Finding structure with randomness" (2011), algorithm
    5.5; all axes are kept of a small base.
    """
    count = min(_MOST_AXES, len(gram))
    guess = np.random.default_rng(_SEED).standard_normal((len(gram), count), dtype=np.float32)
    guess, _ = np.linalg.qr(gram @ guess)
    products = gram @ guess
    values, rotation = np.linalg.eigh(guess.T @ products)
    kept = values > values[-1] * _RANK_CUT
    return np.ascontiguousarray(products @ (rotation[:, kept] / np.sqrt(values[kept])), np.float32)


def fit(product: Product, examples: Examples, classes: int, tolerance: float = 3e-3) -> Array:
    """How much each example adds to each class's weights (examples x classes).

    ``product`` multiplies by the examples' Gram matrix; a text's score is its products
    with the examples times this. Examples count by their weight, and every class counts the
    same in all. Raises ModelError if nothing was learned, which a wrong stopping rule
    once did silently.
    """
    totals = np.bincount(examples.entries, examples.weights, minlength=classes)
    present = totals > 0
    balance = np.zeros(classes, np.float32)
    balance[present] = totals.sum() / (present.sum() * totals[present])
    weights = (_C * examples.weights * balance[examples.entries]).astype(np.float32)
    labels = np.arange(len(examples.entries)), examples.entries
    penalty = np.where(present, 0.0, -1e4).astype(np.float32)

    # A point is kept with its product by the Gram matrix, so that each step needs one
    # large product: that of the gradient.
    def loss(point: Array) -> tuple[float, Array]:
        dual, scores = point
        logits = scores + penalty
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        sums = shares.sum(axis=1, keepdims=True)
        shares /= sums
        value = float(weights @ (np.log(sums[:, 0]) - logits[labels])) + 0.5 * inner(point, point)
        shares[labels] -= 1.0
        gradient = shares * weights[:, None] + dual
        return value, np.stack([gradient, product(gradient)])

    def inner(one: Array, other: Array) -> float:
        return float(np.vdot(one[0], other[1]))

    start = np.zeros((2, len(examples.entries), classes), np.float32)
    found = minimise(loss, start, inner, tolerance=tolerance, steps=_MAX_STEPS)
    if present.sum() > 1 and not loss(found)[0] < _LEARNED * loss(start)[0]:
        raise ModelError("training learned nothing")
    dual: Array = found[0]
    return dual


def primal(vectors: Sequence[Vector], size: int, dual: Array) -> Array:
    """The weight of each feature for each class: what a question is scored with."""
    weights = np.zeros((size, dual.shape[1]), np.float32)
    for vector, row in zip(vectors, dual, strict=True):
        weights[vector.ids] += vector.values[:, None] * row
    return weights
