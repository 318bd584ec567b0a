"""How often the ranker is right on questions it has never seen, on slices of public question sets."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest

from benchmarks.contenders import Fts, Parvis, WRatio
from benchmarks.datasets import Dataset, read_dataset
from benchmarks.figures import auroc, refused_at, reliability
from benchmarks.typos import mistype

if TYPE_CHECKING:
    from benchmarks.contenders import Contender

_SLICES = Path(__file__).parents[1] / "data" / "slices"


class _Learned(NamedTuple):
    dataset: Dataset
    ranker: Parvis


@pytest.fixture(scope="module", params=["cdtn_fr", "covid_fr", "banking77"])
def learned(request: pytest.FixtureRequest) -> _Learned:
    """A base of a hundred phrasings, learned once."""
    dataset = read_dataset(_SLICES / f"{request.param}.json")
    return _Learned(dataset, Parvis(dataset.train, dataset.language))


# Just under what was measured when the slices were cut: one or two questions of the sixty.
_CLEAN = {"cdtn_fr": 0.90, "covid_fr": 0.85, "banking77": 0.82}
_MISTYPED = {"cdtn_fr": 0.88, "covid_fr": 0.85, "banking77": 0.82}


def test_most_questions_find_their_entry(learned: _Learned) -> None:
    """A resident who asks in words nobody wrote down mostly gets the right entry first."""
    assert _accuracy(learned.ranker, learned.dataset) >= _CLEAN[learned.dataset.name]


def test_mistyped_questions_find_it_too(learned: _Learned) -> None:
    """A resident who types in a hurry gets the right entry nearly as often."""
    rng = Random(1)  # noqa: S311  # the same mistakes every time
    mistyped = [(mistype(text, rng), label) for text, label in learned.dataset.test]
    assert mistyped != list(learned.dataset.test)
    dataset = Dataset(learned.dataset.name, learned.dataset.language, (), mistyped, {})
    assert _accuracy(learned.ranker, dataset) >= _MISTYPED[dataset.name]


def test_it_is_worth_more_than_comparing_letters_or_words(learned: _Learned) -> None:
    """A resident is better served than by comparing spelling, or by searching for the same words."""
    dataset = learned.dataset
    ours = _accuracy(learned.ranker, dataset)
    assert ours > _accuracy(WRatio(dataset.train, dataset.language), dataset)
    assert ours > _accuracy(Fts(dataset.train, dataset.language), dataset)


def test_figures_mean_what_they_say() -> None:
    """A town that compares two rankers can trust the figures: known answers give known numbers."""
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    assert refused_at(0.9, [number / 10 for number in range(11)], [0.05, 0.5]) == 0.5
    assert reliability([0.95, 1.0, 0.12], [True, False, False]) == [(0.12, 0.0, 1), (0.975, 0.5, 2)]


def _accuracy(ranker: Contender, dataset: Dataset) -> float:
    return sum(ranker.first(text) == label for text, label in dataset.test) / len(dataset.test)
