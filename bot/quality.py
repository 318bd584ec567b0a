"""How well a base answers its golden questions: judged one by one, then counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor
from typing import TYPE_CHECKING

from bot.messages import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.knowledge.model import GoldenQuestion
    from bot.messages import Answer

__all__ = [
    "FIGURES",
    "Judged",
    "Shortfall",
    "Verdict",
    "confusions",
    "figures",
    "is_less_better",
    "judge",
    "judge_all",
    "recordable",
    "shortfalls",
    "wrong",
]

_STATED = frozenset({Outcome.ANSWERED, Outcome.ANSWERED_STALE})
# Golden expectations that are no entry.
_NONE = "none"
_OUTCOME_WORDS = frozenset({"emergency", "smalltalk", "handover"})
# The figures that knowledge.model.Quality can limit, shares from 0 to 1:
# of the first group more is better, of the second less.
_MORE_IS_BETTER = ("right_first", "right_within_three", "right_said", "precision", "none_refused", "outcomes_right")
_LESS_IS_BETTER = ("stated_wrong", "refused", "clarified")
FIGURES = (*_MORE_IS_BETTER, *_LESS_IS_BETTER)


class Verdict(StrEnum):
    """What became of one golden question."""

    RIGHT = "right"
    OFFERED = "offered"  # the right entry is among the choices offered
    OFFERED_WRONG = "offered_wrong"  # choices were offered, and none of them is right
    STATED_WRONG = "stated_wrong"  # a wrong entry was stated as the answer: the worst
    TOO_SOON = "too_soon"  # one of several right entries was stated, without asking which
    REFUSED = "refused"  # "I do not know", to a question that has an answer
    OTHER = "other"  # an emergency, a greeting or a person offered where something else was due


@dataclass(frozen=True, slots=True)
class Judged:
    """A golden question, the answer it got, and the verdict."""

    golden: GoldenQuestion
    answer: Answer
    verdict: Verdict

    @property
    def asks_for_entry(self) -> bool:
        """True if one entry is the right answer."""
        expected = self.golden.expect
        return expected is not None and expected != _NONE and expected not in _OUTCOME_WORDS

    @property
    def asks_for_nothing(self) -> bool:
        """True if nothing in the base is a right answer."""
        return self.golden.expect == _NONE

    @property
    def accepted(self) -> frozenset[str]:
        """The entries, or outcome words, of which each is a right answer by itself."""
        expected = self.golden.expect
        return frozenset(self.golden.also if expected is None else (expected, *self.golden.also))

    @property
    def ranking(self) -> tuple[str, ...]:
        """The entries in the order the bot holds them likely, the one it stated first."""
        stated = (self.answer.entry_id,) if _is_stated(self.answer) else ()
        rest = (match.entry_id for match in self.answer.matches)
        return tuple(dict.fromkeys(entry for entry in (*stated, *rest) if entry is not None))


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A figure on the wrong side of the limit recorded in the base."""

    name: str
    value: float
    limit: float


def judge(golden: GoldenQuestion, answer: Answer) -> Verdict:
    """The verdict on ``answer`` to ``golden``; what ``also`` accepts is as right as what is expected."""
    expected = golden.clarify
    first = _judge_one(str(golden.expect), answer) if expected is None else _judge_choices(frozenset(expected), answer)
    verdicts = [first, *(_judge_one(accepted, answer) for accepted in golden.also)]
    return next((good for good in (Verdict.RIGHT, Verdict.OFFERED) if good in verdicts), first)


def judge_all(golden: Iterable[GoldenQuestion], ask: Callable[[GoldenQuestion], Answer]) -> list[Judged]:
    """Every golden question put to ``ask`` and judged, in order."""
    judged = []
    for question in golden:
        answer = ask(question)
        judged.append(Judged(question, answer, judge(question, answer)))
    return judged


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """The shares of ``FIGURES`` that can be counted; one that has no question to count is left out.

    ``right_first``, ``right_within_three``, ``right_said``, ``refused``, ``clarified``: of the
    questions that one entry answers. ``precision``: right, of what was stated directly.
    ``none_refused``: honestly left unanswered, of the questions that nothing answers.
    ``outcomes_right``: of the questions due an emergency, small talk, a person or choices.
    ``stated_wrong``: of all. What ``also`` accepts counts as right in each.
    """
    entry = [one for one in judged if one.asks_for_entry]
    nothing = [one for one in judged if one.asks_for_nothing]
    special = [one for one in judged if not one.asks_for_entry and not one.asks_for_nothing]
    shares = {
        "right_first": _share(entry, lambda one: not one.accepted.isdisjoint(one.ranking[:1])),
        "right_within_three": _share(entry, lambda one: not one.accepted.isdisjoint(one.ranking[:3])),
        "right_said": _share(entry, lambda one: one.verdict is Verdict.RIGHT),
        "precision": _share(
            [one for one in judged if _is_stated(one.answer)], lambda one: one.verdict is Verdict.RIGHT
        ),
        "none_refused": _share(nothing, lambda one: one.verdict is Verdict.RIGHT),
        "outcomes_right": _share(special, lambda one: one.verdict is Verdict.RIGHT),
        "stated_wrong": _share(judged, lambda one: one.verdict is Verdict.STATED_WRONG),
        "refused": _share(entry, lambda one: one.verdict is Verdict.REFUSED),
        "clarified": _share(entry, lambda one: one.answer.outcome is Outcome.CLARIFY),
    }
    return {name: share for name, share in shares.items() if share is not None}


def is_less_better(name: str) -> bool:
    """True for a figure whose limit is a ceiling, such as the share of wrong answers stated."""
    return name in _LESS_IS_BETTER


def confusions(judged: Iterable[Judged]) -> list[tuple[str, str, int]]:
    """Pairs of entries taken for one another: the one expected, the one put first, how often.

    Most often first, then by name.
    """
    pairs = Counter(
        (str(one.golden.expect), one.ranking[0])
        for one in judged
        if one.asks_for_entry and one.ranking and one.ranking[0] not in one.accepted
    )
    return sorted(
        ((right, taken, number) for (right, taken), number in pairs.items()), key=lambda pair: (-pair[2], pair)
    )


def shortfalls(reached: Mapping[str, float], limits: Mapping[str, float]) -> list[Shortfall]:
    """The figures worse than ``limits`` (floors where more is better, ceilings where less is)."""
    return [
        Shortfall(name, reached[name], limit)
        for name, limit in limits.items()
        if name in reached and (reached[name] > limit if is_less_better(name) else reached[name] < limit)
    ]


def recordable(reached: Mapping[str, float]) -> dict[str, float]:
    """``reached`` as limits to write in a base: three decimals, rounded so that they are just met."""
    return {
        name: (ceil(share * 1000) if is_less_better(name) else floor(share * 1000)) / 1000
        for name, share in reached.items()
    }


def wrong(judged: Iterable[Judged]) -> list[Judged]:
    """The questions that were neither answered right nor offered the right choice."""
    return [one for one in judged if one.verdict not in (Verdict.RIGHT, Verdict.OFFERED)]


def _judge_one(expected: str, answer: Answer) -> Verdict:
    if expected == _NONE:
        return _judge_nothing(answer)
    if expected in _OUTCOME_WORDS:
        return _judge_outcome(expected, answer)
    return _judge_entry(expected, answer)


def _judge_entry(expected: str, answer: Answer) -> Verdict:
    if _is_stated(answer):
        return Verdict.RIGHT if answer.entry_id == expected else Verdict.STATED_WRONG
    if answer.outcome is Outcome.CLARIFY:
        return Verdict.OFFERED if expected in _targets(answer) else Verdict.OFFERED_WRONG
    return Verdict.REFUSED if answer.outcome is Outcome.UNKNOWN else Verdict.OTHER


def _judge_choices(expected: frozenset[str], answer: Answer) -> Verdict:
    if _is_stated(answer):
        return Verdict.TOO_SOON if answer.entry_id in expected else Verdict.STATED_WRONG
    if answer.outcome is Outcome.CLARIFY:
        offered = _targets(answer)
        # A vague question fits more entries than can be offered at once: any two of them are a fair choice.
        if len(expected & offered) >= min(2, len(expected)):
            return Verdict.RIGHT
        return Verdict.OFFERED if expected & offered else Verdict.OFFERED_WRONG
    return Verdict.REFUSED if answer.outcome is Outcome.UNKNOWN else Verdict.OTHER


def _judge_nothing(answer: Answer) -> Verdict:
    if _is_stated(answer):
        return Verdict.STATED_WRONG
    if answer.outcome is Outcome.CLARIFY:
        return Verdict.OFFERED_WRONG
    # Small talk ("that is not a matter for the town") and a person to call are honest too.
    honest = answer.outcome in (Outcome.UNKNOWN, Outcome.SMALLTALK, Outcome.HANDOVER)
    return Verdict.RIGHT if honest else Verdict.OTHER


def _judge_outcome(expected: str, answer: Answer) -> Verdict:
    if answer.outcome.value == expected:
        return Verdict.RIGHT
    if _is_stated(answer):
        return Verdict.STATED_WRONG
    return Verdict.REFUSED if answer.outcome is Outcome.UNKNOWN else Verdict.OTHER


def _is_stated(answer: Answer) -> bool:
    return answer.outcome in _STATED


def _targets(answer: Answer) -> frozenset[str]:
    return frozenset(choice.target for choice in answer.choices)


def _share(judged: Sequence[Judged], counts: Callable[[Judged], bool]) -> float | None:
    return sum(map(counts, judged)) / len(judged) if judged else None
