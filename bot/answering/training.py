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

__all__ = ["Examples", "Sketch", "fit", "gram_matrix", "primal", "sketch"]

# Inverse strength of the regularisation, by cross-validation on public question sets: from 10
# to 100 the accuracy is the same, and 100 takes half as many steps again.
_C = 30.0
_MAX_STEPS = 60
# A loss that hardly fell means that the stopping rule fired at the start: nothing was learned.
_LEARNED = 0.9
# A feature in more than a fortieth of the texts is multiplied densely, and the others by so many
# rows at once: the quickest measured at 5,000 texts.
_DENSE_SHARE = 40
_ROWS_AT_ONCE = 64
# What is seen of a large base at first, and in trials: with 600 axes of 3,564 these come out as with
# all of them, for a quarter of the time. The model itself ends with every axis (worth 1 to 2 points).
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
    lengths = [len(vector.ids) for vector in vectors]
    cells = _Cells(
        np.repeat(np.arange(count), lengths),
        np.concatenate([vector.ids for vector in vectors]),
        np.concatenate([vector.values for vector in vectors]),
    )
    # Frequent features go through one dense product, rare ones pair by pair.
    frequency = np.bincount(cells.features, minlength=size)
    frequent = np.flatnonzero(frequency > max(4, count // _DENSE_SHARE))
    column = np.full(size, -1)
    column[frequent] = np.arange(len(frequent))
    columns = column[cells.features]
    dense = columns >= 0
    block = np.zeros((count, len(frequent)), np.float32)
    block[cells.rows[dense], columns[dense]] = cells.values[dense]
    gram: Array = block @ block.T
    _add_rare(gram, _Cells(cells.rows[~dense], cells.features[~dense], cells.values[~dense]), size)
    return gram


@dataclass(frozen=True, slots=True)
class _Cells:
    """What a sparse matrix holds, sorted by row."""

    rows: NDArray[np.int64]
    features: NDArray[np.int32]
    values: Array


def _add_rare(gram: Array, cells: _Cells, size: int) -> None:
    """Add to ``gram`` the part made by the features of ``cells``, some rows at a time to stay in the cache."""
    count = len(gram)
    by_feature = np.argsort(cells.features, kind="stable")
    others, their_values = cells.rows[by_feature], cells.values[by_feature]
    frequency = np.bincount(cells.features, minlength=size)
    first = np.cumsum(frequency) - frequency
    for start in range(0, count, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, count)
        part = slice(*np.searchsorted(cells.rows, (start, stop)).tolist())
        features, shared = cells.features[part], frequency[cells.features[part]]
        # Each cell meets every cell of its feature: ``meeting`` is where those stand in ``others``.
        ends = np.cumsum(shared)
        meeting = np.repeat(first[features] - (ends - shared), shared) + np.arange(shared.sum())
        places = np.repeat((cells.rows[part] - start) * count, shared) + others[meeting]
        products = np.repeat(cells.values[part], shared) * their_values[meeting]
        gram[start:stop] += np.bincount(places, products, minlength=(stop - start) * count).reshape(-1, count)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A Gram matrix nearly: coordinates of the examples along its main axes, and what those leave of its diagonal."""

    axes: Array
    rest: Array

    def product(self, dual: Array) -> Array:
        """What the Gram matrix times ``dual`` is, nearly."""
        found: Array = self.axes @ (self.axes.T @ dual)
        found += self.rest[:, None] * dual
        return found

    def rows(self, kept: NDArray[np.int64]) -> Sketch:
        """The same for the examples ``kept`` alone."""
        return Sketch(self.axes[kept], self.rest[kept])


def sketch(gram: Array) -> Sketch:
    """Sketch ``gram`` by a randomised range finder; all axes are kept of a small base.

    Halko, Martinsson and Tropp, "Finding structure with randomness" (2011), algorithm 5.5,
    whose test matrix is sparse (Clarkson and Woodruff, 2013): each example counts in one
    column, which finds as good a range for a tenth of the work.
    """
    count = min(_MOST_AXES, len(gram))
    chance = np.random.default_rng(_SEED)
    order, signs = chance.permutation(len(gram)), chance.choice(np.array([-1, 1], np.float32), len(gram))
    mixed = np.zeros((count, len(gram)), np.float32)
    for start in range(0, len(gram), count):
        rows = order[start : start + count]
        mixed[: len(rows)] += gram[rows] * signs[rows, None]
    guess, _ = np.linalg.qr(mixed.T)
    products = gram @ guess
    values, rotation = np.linalg.eigh(guess.T @ products)
    kept = values > values[-1] * _RANK_CUT
    axes = np.ascontiguousarray(products @ (rotation[:, kept] / np.sqrt(values[kept])), np.float32)
    return Sketch(axes, np.maximum(0, np.diag(gram) - np.einsum("ij,ij->i", axes, axes)))


def fit(
    product: Product, examples: Examples, classes: int, *, start: Array | None = None, tolerance: float = 3e-3
) -> Array:
    """How much each example adds to each class's weights (examples x classes).

    ``product`` multiplies by the examples' Gram matrix; a text's score is its products
    with the examples times this. ``start`` is a guess of the result. Examples count by
    their weight, and every class counts the same in all. Raises ModelError if nothing was
    learned, which a wrong stopping rule once did silently.
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
        found = np.empty_like(point)
        shares = np.add(scores, penalty, out=found[0])
        shares -= shares.max(axis=1, keepdims=True)
        right = shares[labels]
        np.exp(shares, out=shares)
        sums = shares.sum(axis=1, keepdims=True)
        shares /= sums
        value = float(weights @ (np.log(sums[:, 0]) - right)) + 0.5 * inner(point, point)
        # The shares become the gradient where they stand.
        shares[labels] -= 1.0
        shares *= weights[:, None]
        shares += dual
        found[1] = product(shares)
        return value, found

    def inner(one: Array, other: Array) -> float:
        return float(np.vdot(one[0], other[1]))

    guess = np.zeros((len(examples.entries), classes), np.float32) if start is None else start
    found, least = minimise(loss, np.stack([guess, product(guess)]), inner, tolerance=tolerance, steps=_MAX_STEPS)
    # Knowing nothing, every entry present is as likely.
    if present.sum() > 1 and not least < _LEARNED * float(weights.sum()) * np.log(present.sum()):
        raise ModelError("training learned nothing")
    dual: Array = found[0]
    return dual


def primal(vectors: Sequence[Vector], size: int, dual: Array) -> Array:
    """The weight of each feature for each class: what a question is scored with."""
    weights = np.zeros((size, dual.shape[1]), np.float32)
    for vector, row in zip(vectors, dual, strict=True):
        weights[vector.ids] += vector.values[:, None] * row
    return weights
