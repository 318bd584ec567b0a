"""Which entries a question is about, best first, each with a calibrated confidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.analysis import analyse
from bot.answering.calibration import best_two
from bot.answering.lexicon import shipped_lexicon
from bot.answering.repair import Repairer
from bot.messages import Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.answering.analysis import Analysis
    from bot.answering.calibration import Signals
    from bot.answering.concepts import ConceptFinder, Sighting
    from bot.answering.features import Vector
    from bot.answering.model import Model

    Shares = NDArray[np.float32]

__all__ = ["Ranker", "Ranking"]

_FIRST_CHOICES = 3
# "Participatory budget" is a subject, not yet a question; three telling words mostly are.
_FEW_WORDS = 2
# A word that staff wrote once, or that is known by its letters or its idea alone, was said in passing: "on m'a volé
# mon vélo" makes no subject of "vélo".
_PROVEN = 2
_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Ranking:
    """A question ranked: ``matches`` best first; ``among_three`` is the probability that one of three is right.

    ``own_share`` is 1 unless the question has one or two telling words: then the first entry's share of the
    phrasings with them ("carte" is in those of forty entries); 0 for a word that hardly any has.
    """

    analysis: Analysis
    sighting: Sighting
    signals: Signals | None
    matches: tuple[Match, ...]
    among_three: float
    own_share: float = 1.0


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as words, concepts and features."""

    analysis: Analysis
    sighting: Sighting
    vector: Vector


class Ranker:
    """Ranks a base's entries for a question; pure, and safe to share between threads."""

    def __init__(self, model: Model, finder: ConceptFinder) -> None:
        self.model = model
        self._finder = finder
        self._repairer = Repairer(model.known, model.sounds)

    def rank(self, text: str, language: str, limit: int = 10) -> Ranking:
        """The ``limit`` best entries for ``text`` read in ``language``."""
        reading = self._read(text, language)
        shares = self._shares(reading)
        return self._ranking(reading, shares, limit)

    def rank_long(
        self, text: str, parts: Sequence[str], language: str, limit: int = 10
    ) -> tuple[Ranking, tuple[Ranking, ...]]:
        """The same for a message so long that one of its ``parts`` carries the question; and each part's own.

        The whole decides the order: mixing in the parts' own order put the right entry
        first in .58 of such golden questions, against .71. The parts tell how sure it is.
        """
        alone = tuple(self.rank(part, language, limit) for part in parts)
        return _told_by_parts(self.rank(text, language, limit), alone), alone

    def _read(self, text: str, language: str) -> _Reading:
        analysis = analyse(text, language, self._repairer)
        sighting = self._finder.find(analysis)
        return _Reading(analysis, sighting, self.model.space.vector(analysis, sighting))

    def _shares(self, reading: _Reading) -> Shares:
        """The softmax shares of the entries, then of the subjects outside; all zero if nothing is known of the text."""
        if not len(reading.vector.ids):
            return np.zeros(len(self.model.entry_ids), np.float32)
        logits = self.model.scorer.logits(reading.vector)
        likeness = np.exp(logits - logits.max())
        shares: Shares = likeness / likeness.sum()
        return shares

    def _ranking(self, reading: _Reading, shares: Shares, limit: int) -> Ranking:
        analysis, sighting, model = reading.analysis, reading.sighting, self.model
        if not shares.any():
            return Ranking(analysis, sighting, None, (), 0.0)
        inside = shares[: len(model.entry_ids)]
        count = min(limit, len(inside))
        best = np.argpartition(-inside, count - 1)[:count]
        best = best[np.argsort(-inside[best], kind="stable")]
        pair = best_two(shares, best.tolist(), len(inside))
        signals = model.coverage.signals(analysis, sighting, model.space, pair, int(best[0]))
        first, three = model.calibration.probability(signals)
        confidences = _spread(first, three, [float(shares[number]) for number in best])
        matches = tuple(
            Match(
                model.entry_ids[number], float(shares[number]), confidence, self._evidence(analysis, sighting, number)
            )
            for number, confidence in zip(best.tolist(), confidences, strict=True)
        )
        return Ranking(analysis, sighting, signals, matches, three, self._own_share(analysis, int(best[0])))

    def _own_share(self, analysis: Analysis, entry: int) -> float:
        lexicon = shipped_lexicon(analysis.language)
        telling = {word.stem for word in analysis.words if not lexicon.is_function(word.text)}
        if not 0 < len(telling) <= _FEW_WORDS:
            return 1.0
        tables = [self.model.phrasings.get(stem, {}) for stem in telling]
        # Phrasings are counted word by word: of two words, at most as many have both as have the rarer.
        counts = {owner: min(table.get(owner, 0) for table in tables) for owner in tables[0]}
        total = sum(counts.values())
        if len(tables) == 1 and total < _PROVEN:
            return 0.0
        return counts.get(entry, 0) / total if total else 1.0

    def covered(self, text: str, language: str, entry_id: str) -> float:
        """The share (0 to 1) of what ``text`` says that the entry speaks of."""
        analysis = analyse(text, language, self._repairer)
        model = self.model
        entry = model.entry_ids.index(entry_id)
        signals = model.coverage.signals(analysis, self._finder.find(analysis), model.space, (1.0, 0.0), entry)
        return signals.entry

    def _evidence(self, analysis: Analysis, sighting: Sighting, entry: int) -> tuple[str, ...]:
        """The rarest telling words and concepts of the question that ``entry`` shares."""
        coverage, idf = self.model.coverage, self.model.space.idf
        lexicon = shipped_lexicon(analysis.language)
        shared = {
            word.text: idf["w"].get(word.stem, 0.0)
            for word in analysis.words
            if entry in coverage.stems.get(word.stem, frozenset()) and not lexicon.is_function(word.text)
        }
        shared |= {
            f"[{concept}]": idf["v"].get(concept, 0.0)
            for concept in sighting.positions
            if entry in coverage.concepts.get(concept, frozenset())
        }
        return tuple(sorted(shared, key=lambda name: -shared[name])[:_EVIDENCE])


def _told_by_parts(whole: Ranking, parts: Sequence[Ranking]) -> Ranking:
    """``whole``, as sure of its first entries as the part that speaks of them most clearly.

    The rest of a rambling message says nothing against them.
    """
    first = {match.entry_id for match in whole.matches[:1]}
    three = {match.entry_id for match in whole.matches[:_FIRST_CHOICES]}
    tops = [(part, part.matches[0]) for part in parts if part.matches]
    confidence = max((top.confidence for _, top in tops if top.entry_id in first), default=0.0)
    among = max((part.among_three for part, top in tops if top.entry_id in three), default=0.0)
    if not whole.matches or among <= whole.among_three:
        return whole
    best = replace(whole.matches[0], confidence=max(confidence, whole.matches[0].confidence))
    return replace(whole, matches=(best, *whole.matches[1:]), among_three=max(among, best.confidence))


def _spread(first: float, three: float, shares: list[float]) -> list[float]:
    """Confidences for entries after the first: what is left of the probability, by share."""
    confidences = [first]
    near = sum(shares[1:_FIRST_CHOICES]) or 1.0
    far = sum(shares[_FIRST_CHOICES:]) or 1.0
    for position, share in enumerate(shares[1:], 1):
        left = (three - first) * share / near if position < _FIRST_CHOICES else (1 - three) * share / far
        confidences.append(min(left, confidences[-1]))
    return confidences
