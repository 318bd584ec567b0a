"""Which entries a question is about, best first, each with a calibrated confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.analysis import analyse
from bot.answering.repair import Repairer
from bot.messages import Match

if TYPE_CHECKING:
    from bot.answering.analysis import Analysis
    from bot.answering.calibration import Signals
    from bot.answering.concepts import ConceptFinder, Sighting
    from bot.answering.model import Model

__all__ = ["Ranker", "Ranking"]

_FIRST_CHOICES = 3
_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Ranking:
    """A question ranked: ``matches`` best first; ``among_three`` is the probability that one of three is right."""

    analysis: Analysis
    sighting: Sighting
    signals: Signals | None
    matches: tuple[Match, ...]
    among_three: float


class Ranker:
    """Ranks a base's entries for a question; pure, and safe to share between threads."""

    def __init__(self, model: Model, finder: ConceptFinder) -> None:
        self.model = model
        self._finder = finder
        self._repairer = Repairer(model.known)

    def rank(self, text: str, language: str, limit: int = 10) -> Ranking:
        """The ``limit`` best entries for ``text`` read in ``language``."""
        analysis = analyse(text, language, self._repairer)
        sighting = self._finder.find(analysis)
        model = self.model
        vector = model.space.vector(analysis, sighting)
        if not len(vector.ids):
            return Ranking(analysis, sighting, None, (), 0.0)
        logits = model.scorer.logits(vector)
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        count = min(limit, len(shares))
        best = np.argpartition(-shares, count - 1)[:count]
        best = best[np.argsort(-shares[best], kind="stable")]
        pair = (float(shares[best[0]]), float(shares[best[1]]) if count > 1 else 0.0)
        signals = model.coverage.signals(analysis, sighting, model.space, pair, int(best[0]))
        first, three = model.calibration.probability(signals)
        confidences = _spread(first, three, [float(shares[number]) for number in best])
        matches = tuple(
            Match(
                model.entry_ids[number], float(shares[number]), confidence, self._evidence(analysis, sighting, number)
            )
            for number, confidence in zip(best.tolist(), confidences, strict=True)
        )
        return Ranking(analysis, sighting, signals, matches, three)

    def covered(self, text: str, language: str, entry_id: str) -> float:
        """The share (0 to 1) of what ``text`` says that the entry speaks of."""
        analysis = analyse(text, language, self._repairer)
        model = self.model
        entry = model.entry_ids.index(entry_id)
        signals = model.coverage.signals(analysis, self._finder.find(analysis), model.space, (1.0, 0.0), entry)
        return signals.entry

    def _evidence(self, analysis: Analysis, sighting: Sighting, entry: int) -> tuple[str, ...]:
        """The rarest words and concepts of the question that ``entry`` shares."""
        coverage, idf = self.model.coverage, self.model.space.idf
        shared = {
            word.text: idf["w"].get(word.stem, 0.0)
            for word in analysis.words
            if entry in coverage.stems.get(word.stem, frozenset())
        }
        shared |= {
            f"[{concept}]": idf["v"].get(concept, 0.0)
            for concept in sighting.positions
            if entry in coverage.concepts.get(concept, frozenset())
        }
        return tuple(sorted(shared, key=lambda name: -shared[name])[:_EVIDENCE])


def _spread(first: float, three: float, shares: list[float]) -> list[float]:
    """Confidences for entries after the first: what is left of the probability, by share."""
    confidences = [first]
    near = sum(shares[1:_FIRST_CHOICES]) or 1.0
    far = sum(shares[_FIRST_CHOICES:]) or 1.0
    for position, share in enumerate(shares[1:], 1):
        left = (three - first) * share / near if position < _FIRST_CHOICES else (1 - three) * share / far
        confidences.append(min(left, confidences[-1]))
    return confidences
