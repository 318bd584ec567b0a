"""The figures of a benchmark, from answers to numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["auroc", "percentile", "refused_at", "reliability"]


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Probability that a question that has an answer gets a higher score than one that has none (ties count half)."""
    scores = np.r_[np.asarray(inside, float), np.asarray(outside, float)]
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    most = len(inside) * len(outside)
    return float((ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2) / most)


def refused_at(coverage: float, inside: Sequence[float], outside: Sequence[float]) -> float:
    """Share of ``outside`` below the score that lets ``coverage`` (0 to 1) of ``inside`` through."""
    return float((np.asarray(outside) < np.quantile(inside, 1 - coverage)).mean())


def percentile(seconds: Sequence[float], share: float) -> float:
    """The ``share`` quantile of durations in seconds, in milliseconds."""
    return float(np.quantile(seconds, share) * 1000)


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[tuple[float, float, int]]:
    """For each tenth of confidence that occurs: mean confidence, share that was right, number of questions."""
    sure, good = np.asarray(confidences, float), np.asarray(right, float)
    places = np.minimum((sure * bins).astype(int), bins - 1)
    return [
        (float(sure[places == place].mean()), float(good[places == place].mean()), int((places == place).sum()))
        for place in range(bins)
        if (places == place).any()
    ]
