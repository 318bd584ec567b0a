"""What was learned from examples about how an emergency sounds, beside the patterns.

A linear model over hashed word stems, pairs of words and letter groups, one column of
weights a kind of danger and one for ordinary messages. ``alarmtraining`` makes the file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain, pairwise
from math import exp, log, sqrt
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from bot.answering.features import Vector
from bot.answering.normalise import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["BUCKETS", "FILE", "MOST_SIGNS", "ORDINARY", "Alarm", "Alarms", "vector"]

FILE = "alarms.npz"
ORDINARY = "ordinary"
BUCKETS = 1 << 16
# How much of a text's squared length words, pairs and letters take: the best of those tried between corpora
# by different hands (docs/decisions/).
_WORDS, _PAIRS, _LETTERS = 0.4, 0.3, 0.5
_LENGTHS = range(3, 6)
# A resident's vocabulary fits; a longer word is no real word and its beginning is enough.
_REMEMBERED = 8192
_MAX_WORD = 24
# Longer messages are read up to here: a message has at most 1,000 characters.
_MAX_WORDS = 500
# A clear sign and two things of context: more patterns over a long message add nothing.
MOST_SIGNS = 1.3
# Natural log-odds taken off a message of which nothing was learned, which says nothing: about one message in fifty
# is an emergency then. Out of fold, 0 to 4 find as many emergencies.
_UNKNOWN = 4.0


def vector(words: Sequence[str]) -> Vector:
    """The folded ``words`` of a message ("." for punctuation) as a sparse vector over ``BUCKETS``."""
    kept = [word.partition("/")[0][:_MAX_WORD] for word in words[:_MAX_WORDS]]
    spoken = [word for word in kept if word != "."]
    stems = ["^", *("." if word == "." else stem(word) for word in kept), "$"]
    values: dict[int, float] = {}
    for share, found in (
        (_WORDS, (_bucket(f"w{stem(word)}") for word in spoken)),
        (_PAIRS, (_bucket(f"b{one} {other}") for one, other in pairwise(stems))),
        (_LETTERS, chain.from_iterable(map(_letters, spoken))),
    ):
        for bucket, value in _block(found, share):
            values[bucket] = values.get(bucket, 0.0) + value
    return Vector(np.fromiter(values, np.int32, len(values)), np.fromiter(values.values(), np.float32, len(values)))


def _block(found: Iterable[int], share: float) -> Iterator[tuple[int, float]]:
    # Something said four times is not four times as telling: roots of counts.
    counts = Counter(found)
    scale = sqrt(share / max(1, counts.total()))
    return ((bucket, sqrt(count) * scale) for bucket, count in counts.items())


def _bucket(feature: str) -> int:
    return crc32(feature.encode("utf-8", "replace")) % BUCKETS


@lru_cache(_REMEMBERED)
def _letters(word: str) -> tuple[int, ...]:
    padded = f"^{word}$"
    return tuple(
        _bucket(f"c{padded[start : start + length]}")
        for length in _LENGTHS
        for start in range(len(padded) - length + 1)
    )


@dataclass(frozen=True, slots=True)
class Alarm:
    """How a message sounds: natural log-odds of an emergency, and each kind's share if it is one."""

    odds: float
    kinds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Alarms:
    """The learned weights (buckets x columns, in steps of ``scales``) and what it takes to believe them.

    ``mix``: the weights of the log-odds, of the patterns' score and of a weakened
    message in the evidence. ``doubtful`` and ``certain``: the evidence each needs.
    """

    columns: tuple[str, ...]
    weights: NDArray[np.int8]
    scales: NDArray[np.float32]
    mix: tuple[float, ...] = (1.0, 0.0, 0.0)
    doubtful: float = 0.0
    certain: float = 0.0
    source: str = ""

    @classmethod
    def shipped(cls) -> Alarms:
        """What ``python -m bot.answering.alarmtraining`` made."""
        with (files("bot.answering") / "data" / FILE).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return cls.of({name: archive[name] for name in archive.files})

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Alarms:
        """From the arrays of the file. Raises KeyError if one is missing."""
        return cls(
            columns=tuple(str(name) for name in arrays["columns"]),
            weights=arrays["weights"].astype(np.int8, copy=False),
            scales=arrays["scales"].astype(np.float32, copy=False),
            mix=tuple(float(weight) for weight in arrays["mix"].tolist()),
            doubtful=float(arrays["doubtful"].item()),
            certain=float(arrays["certain"].item()),
            source=str(arrays["source"]),
        )

    def hear(self, words: Sequence[str]) -> Alarm:
        """How the message made of ``words`` sounds."""
        heard = vector(words)
        rows = self.weights[heard.ids]
        scores = (heard.values @ rows.astype(np.float32)) * self.scales
        squares = heard.values * heard.values
        known = float(squares @ rows.any(axis=1)) / max(float(squares.sum()), 1e-9)
        return _alarm(dict(zip(self.columns, scores.tolist(), strict=True)), _UNKNOWN * (1 - known))

    def evidence(self, odds: float, signs: float, *, weakened: bool) -> float:
        """The learned log-odds and the patterns' score (both as they are read), weighed together."""
        heard, seen, lowered = self.mix
        return heard * odds + seen * min(signs, MOST_SIGNS) + lowered * weakened


def _alarm(scores: dict[str, float], doubt: float) -> Alarm:
    """The scores of the columns as log-odds against ordinary and shares of the kinds."""
    ordinary = scores.pop(ORDINARY)
    most = max(scores.values())
    shares = {kind: exp(score - most) for kind, score in scores.items()}
    total = sum(shares.values())
    return Alarm(most + log(total) - ordinary - doubt, {kind: share / total for kind, share in shares.items()})
