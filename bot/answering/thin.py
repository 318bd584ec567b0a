"""Entries of which staff wrote few phrasings: what the vocabulary lends them, and what their scores lack.

Beside an entry with twenty phrasings, one with four has met few of the words it may be
asked with, and is drowned: of a small town's entries beside the national ones, one
question in ten found its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.documents import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.answering.concepts import Sighting
    from bot.knowledge.model import Concept

__all__ = ["lent", "lifts"]

# With so many phrasings an entry needs no help; below, its score is lifted by this for each factor e
# that it lacks. By trials on a town never seen, and on Paris with part of its phrasings taken away:
# more helps the first further, and costs the entries of the second that kept theirs.
_ENOUGH = 12
_LIFT = 1.25
# Residents ask a town first about the town: its own entries come before the included ones that score
# as much (worth 6 points in a town never seen, nothing lost where phrasings are many).
_OWN = 0.5
# What the vocabulary lends: terms of the two ideas most its own, if few entries speak of them. They
# weigh little, for a term is not a question (worth 8 points in a town never seen).
_FEW = 10
_IDEAS = 2
_TERMS = 12
_SPEAKERS = 3
_TERM_WEIGHT = 0.05


def lifts(documents: Sequence[Document], own: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What to add to the score of each entry; ``own`` marks those the town wrote itself."""
    written = np.array([max(count.values(), default=1) for count in _phrasings(documents, len(own))], np.float32)
    lacking: NDArray[np.float32] = np.log(_ENOUGH / written.clip(1, _ENOUGH)) * np.float32(_LIFT)
    return lacking + np.where(own, np.float32(_OWN), np.float32(0))


def lent(
    documents: Sequence[Document], sightings: Sequence[Sighting], concepts: Mapping[str, Concept], entries: int
) -> Iterator[Document]:
    """Terms of the ideas that entries with few phrasings speak of, as texts of theirs."""
    seen: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for document, sighting in zip(documents, sightings, strict=True):
        if document.asked:
            seen[document.entry].update(sighting.positions.keys())
    speakers = Counter(concept for ideas in seen.values() for concept in ideas)
    for entry, count in enumerate(_phrasings(documents, entries)):
        ideas = [idea for idea in seen[entry] if speakers[idea] <= _SPEAKERS and idea in concepts]
        ideas.sort(key=lambda idea: (-seen[entry][idea] / (1 + speakers[idea]), idea))
        for language, written in sorted(count.items()):
            if written < _FEW:
                for idea in ideas[:_IDEAS]:
                    for term in concepts[idea].terms.get(language, ())[:_TERMS]:
                        yield Document(term, language, entry, _TERM_WEIGHT, asked=False)


def _phrasings(documents: Sequence[Document], entries: int) -> list[Counter[str]]:
    """How many phrasings each entry has in each language."""
    found: list[Counter[str]] = [Counter() for _ in range(entries)]
    for document in documents:
        if document.asked:
            found[document.entry][document.language] += 1
    return found
