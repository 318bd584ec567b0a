"""Bases of any size and shape, made from one question set, to see how time and memory grow.

Up to the size of the set, its own phrasings are taken in turn from every label.
Beyond it, invented entries of ten phrasings each are added, so that entries and words
grow along with phrasings: a phrasing is the beginning of one real phrasing and the
end of another, with one of the entry's own two words between them. Those words are
recombined from real ones ("trans" + "ment"), shared by a few entries as words are, and
inflected (-s, -ed, -ing). A base may also be all invented: as many entries as a large
town would have for so many phrasings.
"""

from __future__ import annotations

import random
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from benchmarks.typos import mistype

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.datasets import Dataset, Labelled

__all__ = ["grown", "invented", "questions_of"]

_PHRASINGS = 10
_INVENTED = "invented-"
_OWN_WORDS = 2
_ENDINGS = ("", "", "s", "ed", "ing")
# Each invented word serves about three entries.
_SHARED_BY = 3


def grown(dataset: Dataset, size: int, seed: int) -> list[Labelled]:
    """``size`` phrasings: those of ``dataset`` taken from every label in turn, then invented ones."""
    by_label: dict[str, list[Labelled]] = {}
    for text, label in dataset.train:
        by_label.setdefault(label, []).append((text, label))
    turns = zip_longest(*(by_label[label] for label in sorted(by_label)))
    real = [pair for pair in chain.from_iterable(turns) if pair is not None][:size]
    return real + invented(real, size - len(real), seed)


def questions_of(dataset: Dataset, base: Sequence[Labelled], count: int, seed: int) -> list[Labelled]:
    """``count`` questions, half of them mistyped.

    They are test questions; if there are invented entries, half are their phrasings, words in another order.
    """
    rng = random.Random(seed)  # noqa: S311  # a draw, not a secret
    ours = [pair for pair in base if pair[1].startswith(_INVENTED)]
    asked = rng.sample(list(dataset.test), min(count, len(dataset.test)))
    if ours:
        half = count // 2
        asked = [*asked[: count - half], *((_shuffled(text, rng), label) for text, label in rng.sample(ours, half))]
        rng.shuffle(asked)
    return [(mistype(text, rng) if number % 2 else text, label) for number, (text, label) in enumerate(asked)]


def invented(real: Sequence[Labelled], count: int, seed: int) -> list[Labelled]:
    """``count`` phrasings of invented entries, ten each, mixed from ``real`` ones."""
    if count <= 0:
        return []
    rng = random.Random(seed)  # noqa: S311  # a draw, not a secret
    entries = -(-count // _PHRASINGS)
    words = _words(real, entries * _OWN_WORDS // _SHARED_BY + _OWN_WORDS, rng)
    made: list[Labelled] = []
    for number in range(entries):
        own = rng.sample(words, _OWN_WORDS)
        made += [(_phrasing(real, own, rng), f"{_INVENTED}{number}") for _ in range(_PHRASINGS)]
    return made[:count]


def _words(real: Sequence[Labelled], count: int, rng: random.Random) -> list[str]:
    known = sorted({word for text, _ in real for word in text.split() if word.isalpha() and len(word) > 5})
    made: dict[str, None] = {}
    while len(made) < count:
        head, tail = rng.choice(known), rng.choice(known)
        made[head[: rng.randrange(3, 6)] + tail[rng.randrange(2, 4) :]] = None
    return list(made)


def _phrasing(real: Sequence[Labelled], own: Sequence[str], rng: random.Random) -> str:
    beginning, end = (rng.choice(real)[0].split() for _ in range(2))
    word = rng.choice(own) + rng.choice(_ENDINGS)
    return " ".join([*beginning[: max(1, len(beginning) // 2)], word, *end[len(end) // 2 :]])


def _shuffled(text: str, rng: random.Random) -> str:
    words = text.split()
    cut = rng.randrange(len(words))
    return " ".join(words[cut:] + words[:cut])
