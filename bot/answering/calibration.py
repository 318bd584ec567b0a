"""From scores to probabilities, and from probabilities to a threshold that keeps a promise.

The probability that the first entry is right is a logistic function, with
non-negative weights, of how sure the ranker is and how much of the question the
entry and the base account for. It is fitted on the base itself: each phrasing is
asked of a model that never saw it (was the answer right?), and of one that never
saw its whole entry (any answer is then wrong).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Numbers = NDArray[np.int32]

__all__ = ["Calibration", "Signals", "Trials", "best_two", "fit_calibration"]

# Questions no entry answers count less than the others: the base is what residents mostly ask about.
OUTSIDE_WEIGHT = 0.3
# A pull towards the weights measured on public question sets, worth about as many trials: the
# trials of one base hold nothing as far from it as what residents may ask.
_PULL = 5.0
_NEWTON_STEPS = 25
_PRIOR_FIRST = (-1.40, 0.473, 0.731, 0.959, 1.059, 0.5, 0.1)
_PRIOR_THREE = (-0.40, 0.473, 0.365, 0.959, 1.059, 0.5, 0.1)
_FLOOR = 1e-6
_DRAW = 0.5
# Half an error more than was seen: the first few trials prove nothing.
_VIRTUAL_ERROR = 0.5


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of one ranked question: the two best shares, coverages between 0 and 1, and its words.

    Long messages tell more than their question: the same shares are less to be trusted.
    """

    first: float
    second: float
    entry: float
    base: float
    concepts: float
    words: int

    def row(self) -> tuple[float, ...]:
        """The inputs of the logistic function."""
        first, second = np.log(max(self.first, _FLOOR)), np.log(max(self.second, _FLOOR))
        brevity = -float(np.log(max(self.words, 1)))
        return (1.0, float(first), float(first - second), self.entry, self.base, self.concepts, brevity)


@dataclass(frozen=True, slots=True)
class Trials:
    """Questions asked of models that had not seen them: signals, was the first right, was one of three, weight.

    ``questions`` are the numbers of the texts asked; ``firsts`` the entries that came
    first, -1 where the right one was kept from the model.
    """

    rows: Array
    first_right: Array
    three_right: Array
    weights: Array
    questions: Numbers
    firsts: Numbers

    def joined(self, other: Trials) -> Trials:
        """These trials and ``other``'s, which weigh as much as these in all."""
        scale = float(self.weights.sum()) / max(1e-9, float(other.weights.sum()))
        return Trials(
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.first_right, other.first_right]),
            np.concatenate([self.three_right, other.three_right]),
            np.concatenate([self.weights, other.weights * np.float32(scale)]),
            np.concatenate([self.questions, other.questions]),
            np.concatenate([self.firsts, other.firsts]),
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted probabilities, and the trials they were fitted on (for any target precision).

    ``questions`` and ``firsts`` are those of the trials: which entry each text was taken for.
    """

    first: Array
    three: Array
    confidence: Array
    right: Array
    weights: Array
    questions: Numbers
    firsts: Numbers

    def probability(self, signals: Signals) -> tuple[float, float]:
        """Probability that the first entry is right, and that one of the first three is."""
        row = np.array(signals.row(), np.float32)
        first = _sigmoid(float(self.first @ row))
        return first, max(first, _sigmoid(float(self.three @ row)))

    def threshold(self, precision: float) -> float:
        """The lowest confidence above which direct answers were right ``precision`` of the time.

        If the trials never reach it, the threshold is the confidence of the surest
        ones: the bot then answers seldom rather than wrongly.
        """
        order = np.argsort(-self.confidence, kind="stable")
        right = np.cumsum((self.right * self.weights)[order])
        total = np.cumsum(self.weights[order])
        reached = np.flatnonzero(right / (total + _VIRTUAL_ERROR) >= precision)
        if not len(reached):
            return max(precision, float(self.confidence.max(initial=0.0)))
        return float(self.confidence[order][reached[-1]])


def best_two(shares: Array, best: Sequence[int], entries: int) -> tuple[float, float]:
    """The share of the entry numbered first in ``best``, and that of its best rival; a draw if it has none.

    The rival is another entry, or a subject outside the base, whose ``shares`` come after
    those of the ``entries``. The only entry of a base has all of the share whatever is
    asked: that says nothing.
    """
    first = float(shares[best[0]])
    second = max(float(shares[best[1]]) if len(best) > 1 else 0.0, float(shares[entries:].max(initial=0.0)))
    return (first, second) if second > 0 else (_DRAW, _DRAW)


def fit_calibration(trials: Trials, echoes: Trials) -> Calibration:
    """Fit both probabilities.

    ``trials`` say how the signals weigh against one another. They are harder than what
    residents ask, for staff write phrasings as different as they can; ``echoes``, which
    repeat words the staff thought of, are easier. The level of the probabilities is set
    between the two, half and half.
    """
    both = trials.joined(echoes)
    first = _level(both, both.first_right, _fit(trials, trials.first_right, _PRIOR_FIRST))
    three = _level(both, both.three_right, _fit(trials, trials.three_right, _PRIOR_THREE))
    confidence = 1 / (1 + np.exp(-(both.rows @ first)))
    return Calibration(
        first,
        three,
        confidence.astype(np.float32),
        both.first_right,
        both.weights,
        both.questions,
        both.firsts,
    )


def _level(trials: Trials, right: Array, weights: Array) -> Array:
    """``weights`` stretched and shifted so that they fit ``trials`` as a whole (Platt scaling)."""
    logits = np.stack([np.ones(len(trials.rows)), trials.rows @ weights], axis=1)
    flat = replace(trials, rows=logits)
    shift, stretch = _newton(flat, right.astype(np.float64), np.array([0.0, 1.0]), np.ones(2, bool)).tolist()
    levelled = weights * np.float32(max(stretch, 0.0))
    levelled[0] += shift
    return levelled.astype(np.float32)


def _fit(trials: Trials, right: Array, prior: tuple[float, ...]) -> Array:
    """Logistic regression whose weights (but the constant) are not negative.

    Newton's method; a weight that comes out negative is set to zero and the others
    are fitted again.
    """
    centre = np.array(prior)
    free = np.ones(len(prior), bool)
    while True:
        found = np.zeros(len(prior))
        found[free] = _newton(trials, right.astype(np.float64), centre, free)
        negative = np.flatnonzero((found < 0) & (np.arange(len(prior)) > 0))
        if not len(negative):
            return found.astype(np.float32)
        free[negative[np.argmin(found[negative])]] = False


def _newton(trials: Trials, right: Array, centre: Array, free: NDArray[np.bool_]) -> Array:
    rows, weights = trials.rows[:, free].astype(np.float64), trials.weights.astype(np.float64)
    found = centre[free].astype(np.float64)
    for _ in range(_NEWTON_STEPS):
        expected = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        gradient = rows.T @ (weights * (expected - right)) + _PULL * (found - centre[free])
        curvature = (rows * (weights * expected * (1 - expected))[:, None]).T @ rows + _PULL * np.eye(len(found))
        found = found - np.linalg.solve(curvature, gradient)
    return found.astype(np.float32)


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
