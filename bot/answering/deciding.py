"""Answer, offer choices, or say honestly that Parvis does not know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answering.ranking import Ranking
    from bot.messages import Match

__all__ = ["Decision", "Thresholds", "Verdict", "decide"]

_MAX_CHOICES = 3
# A choice less likely than this beside the first is one that residents laugh at.
_WORTH_OFFERING = 0.04
# One or two words speak for an entry that has at least half of the phrasings with them: on golden
# questions, those that must be asked back have .04 to .44, those that have one answer .5 to 1.
_MOST_PHRASINGS = 0.5
_MORE_LIKELY_THAN_NOT = 0.5


class Verdict(StrEnum):
    """What to do with a ranked question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities: of the first entry, to state it; of one of three, to offer them, or only to name them."""

    answer: float
    clarify: float
    suggest: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the entries it is about.

    One for an answer, one to three to choose from; with UNKNOWN, those that might still be meant, if any.
    ``several`` is true if the choices are subjects of their own, not readings of one.
    """

    verdict: Verdict
    entry_ids: tuple[str, ...] = ()
    several: bool = False


def decide(ranking: Ranking, parts: Sequence[Ranking], thresholds: Thresholds) -> Decision:
    """Decide on one message by its ranking, and by those of its ``parts`` if it has several.

    Two parts that are each surely about another entry make two subjects: both are
    offered; so is what one part probably asks for beside what the whole is sure of. A part
    that is sure where the whole is not, and agrees with it, speaks for it, unless another
    part probably asks for something else. One or two words that several entries share are
    always asked back.
    """
    if not ranking.matches:
        return Decision(Verdict.UNKNOWN)
    best = ranking.matches[0]
    sure = dict.fromkeys(
        part.matches[0].entry_id for part in parts if part.matches and part.matches[0].confidence >= thresholds.answer
    )
    if len(sure) > 1:
        return Decision(Verdict.CLARIFY, tuple(sure)[:_MAX_CHOICES], several=True)
    vague = ranking.own_share < _MOST_PHRASINGS
    if best.confidence >= thresholds.answer and not vague:
        other = _other_subject(ranking, parts, thresholds)
        if other is not None:
            return Decision(Verdict.CLARIFY, (best.entry_id, other), several=True)
        return Decision(Verdict.ANSWER, (best.entry_id,))
    if best.entry_id in sure and ranking.among_three >= thresholds.clarify:
        others = [
            part.matches[0].entry_id
            for part in parts
            if part.among_three >= thresholds.clarify and part.matches[0].entry_id != best.entry_id
        ]
        if others:
            return Decision(Verdict.CLARIFY, (best.entry_id, others[0]), several=True)
        return Decision(Verdict.ANSWER, (best.entry_id,))
    # Of a question without a single word the base knows, a likely entry is a matter of letters.
    heard = best.confidence >= thresholds.clarify or (ranking.signals is not None and ranking.signals.base > 0)
    choices = _choices(ranking.matches, vague=vague) if heard else ()
    # A vague word is asked back even where the choices are many.
    enough = thresholds.suggest if vague else thresholds.clarify
    if ranking.among_three >= enough and choices:
        return Decision(Verdict.CLARIFY, choices)
    worth_naming = ranking.among_three >= thresholds.suggest
    return Decision(Verdict.UNKNOWN, choices if worth_naming else ())


def _other_subject(ranking: Ranking, parts: Sequence[Ranking], thresholds: Thresholds) -> str | None:
    """What a part more likely asks for than not, of which the whole speaks too, and the first entry is no part of."""
    best, *others = (match.entry_id for match in ranking.matches)
    for part in parts:
        first = part.matches[:_MAX_CHOICES]
        if part.among_three < thresholds.clarify or best in [match.entry_id for match in first]:
            continue
        if first[0].confidence > _MORE_LIKELY_THAN_NOT and first[0].entry_id in others:
            return first[0].entry_id
    return None


def _choices(matches: Sequence[Match], *, vague: bool) -> tuple[str, ...]:
    """The likely ones of the first three; of a vague word, also those that share it."""
    return tuple(
        match.entry_id
        for match in matches[:_MAX_CHOICES]
        if match.confidence >= _WORTH_OFFERING or (vague and match.evidence)
    )
