"""What learning a base comes to: weights that tell its entries apart, and probabilities that keep a promise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.answering.calibration import Calibration, Signals, best_two
from bot.answering.features import Vector
from bot.answering.lbfgs import minimise
from bot.answering.scorers import LinearScorer, NeighbourScorer
from bot.answering.training import Examples, fit, gram_matrix, primal, sketch
from bot.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.answering.snapshot import Snapshot

TEXTS = [([0, 1], 0), ([0, 2], 0), ([3, 4], 1), ([3, 5], 1), ([6, 7], 2), ([6, 0], 2)]
VECTORS = [Vector(np.array(ids, np.int32), np.full(2, 0.7, np.float32)) for ids, _ in TEXTS]
ENTRIES = np.array([entry for _, entry in TEXTS], np.int32)
EXAMPLES = Examples(VECTORS, ENTRIES, np.ones(6, np.float32))


def test_products_are_those_of_the_texts() -> None:
    """Whether a word is in nearly every text or in two of them, it counts once in their likeness."""
    chance = np.random.default_rng(1)
    plain = np.where(chance.random((200, 60)) < np.geomspace(0.01, 0.9, 60), chance.random((200, 60)), 0)
    vectors = [Vector(np.flatnonzero(row).astype(np.int32), row[row > 0].astype(np.float32)) for row in plain]
    assert np.allclose(gram_matrix(vectors, 60), plain @ plain.T, atol=1e-4)


def test_a_small_base_keeps_all_its_axes() -> None:
    """Sketched, a small base is what it was; of a base without any word nothing is left."""
    gram = gram_matrix(VECTORS, 8)
    whole = sketch(gram)
    assert np.allclose(whole.axes @ whole.axes.T, gram, atol=1e-4)
    assert np.allclose(whole.product(gram), gram @ gram, atol=1e-4)
    empty = sketch(np.zeros((3, 3), np.float32))
    assert not empty.axes.size
    assert not empty.product(np.ones((3, 2), np.float32)).any()


def test_a_guess_does_not_change_what_is_learned() -> None:
    """Started from a guess, near or far, learning ends where it would have ended."""
    product = partial(np.matmul, gram_matrix(VECTORS, 8))
    plain = fit(product, EXAMPLES, 3, tolerance=1e-9)
    far = np.arange(18, dtype=np.float32).reshape(6, 3)
    for guess in (plain, far):
        assert np.allclose(product(fit(product, EXAMPLES, 3, start=guess, tolerance=1e-9)), product(plain), atol=1e-2)


def test_learned_entries_are_told_apart() -> None:
    """After learning, each text belongs to its own entry, by weights or by neighbours."""
    dual = fit(partial(np.matmul, gram_matrix(VECTORS, 8)), EXAMPLES, 3)
    linear = LinearScorer(primal(VECTORS, 8, dual).astype(np.float16))
    nearest = NeighbourScorer.build(VECTORS, ENTRIES, 8, 3)
    for vector, entry in zip(VECTORS, ENTRIES, strict=True):
        assert linear.logits(vector).argmax() == entry
        assert nearest.logits(vector).argmax() == entry
    nothing = Vector(np.array([], np.int32), np.array([], np.float32))
    assert not linear.logits(nothing).any()
    assert not nearest.logits(nothing).any()


def test_learning_nothing_is_said() -> None:
    """Texts that all look the same teach nothing: an error, not a model that guesses."""
    with pytest.raises(ModelError):
        fit(partial(np.matmul, np.zeros((6, 6), np.float32)), EXAMPLES, 3)


def test_one_entry_needs_no_telling_apart() -> None:
    """A base of one entry is no fault."""
    alone = Examples(VECTORS[:2], ENTRIES[:2], np.ones(2, np.float32))
    assert fit(partial(np.matmul, gram_matrix(VECTORS[:2], 8)), alone, 1).shape == (2, 1)


def test_the_least_of_a_bowl() -> None:
    """The method finds the bottom of a long narrow bowl, and stays where it is already lowest."""
    steep = np.array([1.0, 10.0, 100.0], np.float32)
    bottom = np.array([3.0, -2.0, 0.5], np.float32)

    def bowl(point: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        away = point - bottom
        return float(steep @ (away * away)) / 2, steep * away

    def inner(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        return float(one @ other)

    found, least = minimise(bowl, np.zeros(3, np.float32), inner, tolerance=1e-9, steps=60)
    assert np.allclose(found, bottom, atol=1e-3)
    assert least < 1e-4
    stayed, least = minimise(bowl, bottom, inner, tolerance=1e-9, steps=60)
    assert np.array_equal(stayed, bottom)
    assert least == 0


# Probabilities.


def calibration(confidence: list[float], right: list[float]) -> Calibration:
    """Trials of these confidences, right (1) or wrong (0)."""
    count = len(confidence)
    nothing = np.zeros(count, np.int32)
    return Calibration(
        np.zeros(7, np.float32),
        np.zeros(7, np.float32),
        np.array(confidence, np.float32),
        np.array(right, np.float32),
        np.ones(count, np.float32),
        nothing,
        nothing,
    )


def test_a_higher_promise_means_a_higher_bar(snapshot: Snapshot) -> None:
    """A town that wants one direct answer in a hundred to be wrong gets fewer of them than one that bears half."""
    bars = [snapshot.ranker.model.calibration.threshold(target) for target in (0.5, 0.8, 0.95, 0.99, 1.0)]
    assert bars == sorted(bars)
    assert bars[0] < bars[-2]


def test_the_bar_keeps_its_promise() -> None:
    """Above the bar, at least as many trials were right as promised."""
    sure = calibration([index / 100 for index in range(100)], [float(index >= 40) for index in range(100)])
    for target in (0.7, 0.9, 0.95):
        bar = sure.threshold(target)
        kept = sure.right[sure.confidence >= bar]
        assert kept.mean() >= target
        assert sure.threshold(target) < 0.5


def test_no_trial_good_enough_means_a_bar_out_of_reach() -> None:
    """Where trials were never right often enough, the bot says what it is surest of only."""
    assert calibration([0.9, 0.8], [0.0, 0.0]).threshold(0.95) == 0.95
    assert calibration([0.99, 0.8], [0.0, 0.0]).threshold(0.95) == pytest.approx(0.99)
    assert calibration([], []).threshold(0.95) == 0.95


@pytest.mark.parametrize("changed", ["first", "entry", "base", "concepts"])
def test_more_evidence_is_never_less_sure(snapshot: Snapshot, changed: str) -> None:
    """A larger share, or more of the question's words accounted for, never makes an answer less likely."""
    values = {"first": 0.3, "second": 0.1, "entry": 0.3, "base": 0.3, "concepts": 0.3, "words": 4}
    found = []
    for value in (0.3, 0.5, 0.7, 0.9):
        signals = Signals(**{**values, changed: value})  # type: ignore[arg-type]
        found.append(snapshot.ranker.model.calibration.probability(signals))
    assert found == sorted(found)
    assert all(0 <= first <= three <= 1 for first, three in found)


def test_a_lone_entry_has_no_rival_to_beat() -> None:
    """All of the share is nothing to be proud of when there is nobody else."""
    assert best_two(np.array([1.0], np.float32), [0]) == (0.5, 0.5)
    assert best_two(np.array([0.75, 0.25], np.float32), [0, 1]) == (0.75, 0.25)
