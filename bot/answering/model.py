"""What the ranker learned of a base: plain arrays and tables, saved and loaded whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answering.calibration import Signals
from bot.answering.lexicon import shipped_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.answering.analysis import Analysis
    from bot.answering.calibration import Calibration
    from bot.answering.concepts import Sighting
    from bot.answering.features import FeatureSpace
    from bot.answering.scorers import Scorer

__all__ = ["Coverage", "Model"]

# A word the entry does not use, but whose idea it speaks of, counts nearly as much as the word.
_BY_CONCEPT = 0.8


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which entries use which stems and speak of which concepts."""

    stems: Mapping[str, frozenset[int]]
    concepts: Mapping[str, frozenset[int]]

    @classmethod
    def learn(cls, numbered: Iterable[tuple[Analysis, Sighting, int]]) -> Coverage:
        """Gather what each text (words, concepts, entry number) speaks of."""
        stems: dict[str, set[int]] = {}
        concepts: dict[str, set[int]] = {}
        for analysis, sighting, entry in numbered:
            for word in analysis.words:
                stems.setdefault(word.stem, set()).add(entry)
            for concept in sighting.strengths:
                concepts.setdefault(concept, set()).add(entry)
        return cls(_frozen(stems), _frozen(concepts))

    def signals(
        self, analysis: Analysis, sighting: Sighting, space: FeatureSpace, shares: tuple[float, float], entry: int
    ) -> Signals:
        """How much of a question ``entry`` and the whole base account for, by rarity of its words."""
        lexicon = shipped_lexicon(analysis.language)
        idf, unseen = space.idf["w"], space.unseen_idf()
        named: dict[int, list[frozenset[int]]] = {}
        for concept, positions in sighting.positions.items():
            for position in positions:
                named.setdefault(position, []).append(self.concepts.get(concept, frozenset()))
        total = by_entry = by_base = 0.0
        # In a language no text of the base is in, a word that names no concept proves nothing.
        foreign = analysis.language not in space.languages
        for position, word in enumerate(analysis.words):
            mass = idf.get(word.stem, unseen) * lexicon.damping(word.text)
            users = self.stems.get(word.stem, frozenset())
            ideas = named.get(position, ())
            if foreign and not ideas:
                continue
            idea = _BY_CONCEPT * word.weight
            total += mass
            by_entry += mass * max(word.weight * (entry in users), idea * any(entry in idea for idea in ideas))
            by_base += mass * max(word.weight * bool(users), idea * any(ideas))
        if not total:
            return Signals(*shares, 0.0, 0.0, 0.0, 0)
        shared = self._shared(sighting, space, entry)
        return Signals(*shares, by_entry / total, by_base / total, shared, len(analysis.words))

    def _shared(self, sighting: Sighting, space: FeatureSpace, entry: int) -> float:
        """Share of the concepts named outright that ``entry`` speaks of; 1 if none is named."""
        idf, unseen = space.idf["v"], space.unseen_idf()
        total = found = 0.0
        for concept in sighting.positions:
            mass = idf.get(concept, unseen)
            total += mass
            found += mass * (entry in self.concepts.get(concept, frozenset()))
        return found / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """A trained ranker.

    ``scorer`` gives each entry's score; ``phrasings`` counts, for each stem and entry, the phrasings
    that have it; ``known`` counts the words of the base and the
    vocabulary and ``sounds`` how they sound, for repairs; ``version`` is the content hash it was learned from.
    """

    version: str
    entry_ids: tuple[str, ...]
    space: FeatureSpace
    scorer: Scorer
    coverage: Coverage
    phrasings: Mapping[str, Mapping[int, int]]
    known: Mapping[str, int]
    sounds: Mapping[str, str]
    calibration: Calibration


def _frozen(table: Mapping[str, set[int]]) -> Mapping[str, frozenset[int]]:
    return {name: frozenset(entries) for name, entries in table.items()}
