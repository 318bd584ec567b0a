"""How an answer was found, for those who tend the base: what was read, weighed and decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answering.normalise import clean
from bot.answering.turn import Timings, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answering.deciding import Decision, Thresholds
    from bot.answering.ranking import Ranking
    from bot.answering.snapshot import Snapshot
    from bot.messages import Match, Question

__all__ = ["Explanation", "Reading", "Repair", "explain", "explain_question"]


@dataclass(frozen=True, slots=True)
class Repair:
    """A word taken for another: ``weight`` (0 to 1) is how much it still counts."""

    typed: str
    read: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A message, or one part of it, as the ranker read it.

    ``words`` is its normal form; ``concepts`` are ids with their strength (0 to 1), the
    strongest first; ``matches`` are the entries considered, best first; ``among_three``
    is the probability that the right one is among the first three.
    """

    words: str
    repairs: tuple[Repair, ...]
    concepts: tuple[tuple[str, float], ...]
    matches: tuple[Match, ...]
    among_three: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The message read whole (first), then by its parts, and what ranking alone would do with it.

    ``verdict`` is ``answer``, ``clarify`` or ``unknown``; ``entries`` are those it is about;
    ``answer_threshold`` and ``clarify_threshold`` are the probabilities it had to reach.
    """

    language: str
    readings: tuple[Reading, ...]
    verdict: str
    entries: tuple[str, ...]
    answer_threshold: float
    clarify_threshold: float


def explain_question(question: Question, snapshot: Snapshot) -> Explanation:
    """How ``snapshot`` reads, ranks and decides ``question`` when nothing went before it."""
    text = clean(question.text)
    language = snapshot.guesser.guess(text, question.language, None)
    turn = Turn(question, snapshot, text, language, None, question.received_at, Timings())
    return explain((turn.ranking, *turn.parts), turn.decision, snapshot.thresholds)


def explain(rankings: Sequence[Ranking], decision: Decision, thresholds: Thresholds) -> Explanation:
    """What ``rankings`` (the message whole, then its parts) held, and the ``decision`` they led to."""
    return Explanation(
        language=rankings[0].analysis.language,
        readings=tuple(_reading(ranking) for ranking in rankings),
        verdict=decision.verdict.value,
        entries=decision.entry_ids,
        answer_threshold=thresholds.answer,
        clarify_threshold=thresholds.clarify,
    )


def _reading(ranking: Ranking) -> Reading:
    words = ranking.analysis.words
    strengths = ranking.sighting.strengths.items()
    return Reading(
        words=" ".join(word.text for word in words),
        repairs=tuple(Repair(word.typed, word.text, word.weight) for word in words if word.typed is not None),
        concepts=tuple(sorted(strengths, key=lambda pair: (-pair[1], pair[0]))),
        matches=ranking.matches,
        among_three=ranking.among_three,
    )
