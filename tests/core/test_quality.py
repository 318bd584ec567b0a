"""How golden questions are judged and counted."""

from __future__ import annotations

import pytest

from bot.knowledge.model import GoldenQuestion, Quality
from bot.messages import Answer, Choice, Match, Outcome
from bot.quality import FIGURES, Judged, Verdict, confusions, figures, judge, judge_all, recordable, shortfalls, wrong


def _answer(outcome: str, entry: str | None = None, offered: str = "", ranked: str = "") -> Answer:
    choices = tuple(Choice(number, target, target) for number, target in enumerate(offered.split(), 1))
    matches = tuple(Match(entry_id, 0.1, 0.1) for entry_id in ranked.split())
    return Answer(Outcome(outcome), "fr", (), entry, choices, matches=matches)


def _golden(expect: str) -> GoldenQuestion:
    expect, *also = expect.split("+")
    if " " in expect:
        return GoldenQuestion(question="?", clarify=expect.split(), also=also)
    return GoldenQuestion(question="?", expect=expect, also=also)


def _judged(expect: str, answer: Answer) -> Judged:
    golden = _golden(expect)
    return Judged(golden, answer, judge(golden, answer))


@pytest.mark.parametrize(
    ("expect", "answer", "verdict"),
    [
        ("a", _answer("answered", "a"), Verdict.RIGHT),
        ("a", _answer("answered_stale", "a"), Verdict.RIGHT),
        ("a", _answer("answered", "b"), Verdict.STATED_WRONG),
        ("a", _answer("clarify", offered="b a"), Verdict.OFFERED),
        ("a", _answer("clarify", offered="b c"), Verdict.OFFERED_WRONG),
        ("a", _answer("unknown"), Verdict.REFUSED),
        ("a", _answer("emergency"), Verdict.OTHER),
        ("none", _answer("unknown"), Verdict.RIGHT),
        ("none", _answer("smalltalk"), Verdict.RIGHT),
        ("none", _answer("handover"), Verdict.RIGHT),
        ("none", _answer("answered", "a"), Verdict.STATED_WRONG),
        ("none", _answer("clarify", offered="a b"), Verdict.OFFERED_WRONG),
        ("none", _answer("error"), Verdict.OTHER),
        ("emergency", _answer("emergency"), Verdict.RIGHT),
        ("emergency", _answer("answered", "a"), Verdict.STATED_WRONG),
        ("emergency", _answer("unknown"), Verdict.REFUSED),
        ("smalltalk", _answer("handover"), Verdict.OTHER),
        ("a b", _answer("clarify", offered="c b a"), Verdict.RIGHT),
        ("a b", _answer("clarify", offered="a c"), Verdict.OFFERED),
        ("a b", _answer("clarify", offered="c d"), Verdict.OFFERED_WRONG),
        ("a b", _answer("answered", "a"), Verdict.TOO_SOON),
        ("a b", _answer("answered", "c"), Verdict.STATED_WRONG),
        ("a b", _answer("unknown"), Verdict.REFUSED),
        ("a b", _answer("handover"), Verdict.OTHER),
        ("a b c", _answer("clarify", offered="d c a"), Verdict.RIGHT),
        ("a b c", _answer("clarify", offered="a d"), Verdict.OFFERED),
        ("a+b", _answer("answered", "b"), Verdict.RIGHT),
        ("a+b", _answer("answered", "c"), Verdict.STATED_WRONG),
        ("a+b", _answer("clarify", offered="c b"), Verdict.OFFERED),
        ("a+none", _answer("unknown"), Verdict.RIGHT),
        ("a+none", _answer("answered", "b"), Verdict.STATED_WRONG),
        ("a+b+emergency", _answer("emergency"), Verdict.RIGHT),
        ("none+a", _answer("answered", "a"), Verdict.RIGHT),
        ("smalltalk+none", _answer("unknown"), Verdict.RIGHT),
        ("a b+a", _answer("answered", "a"), Verdict.RIGHT),
        ("a b+a", _answer("answered", "b"), Verdict.TOO_SOON),
    ],
)
def test_each_answer_is_judged_by_what_it_does_to_a_resident(expect: str, answer: Answer, verdict: Verdict) -> None:
    """A wrong answer stated, a wrong choice offered and an honest refusal are three different things."""
    assert judge(_golden(expect), answer) is verdict


def test_the_figures_are_shares_of_the_questions_they_are_about() -> None:
    """Staff read how often the right entry comes first, is said, is refused, and how often a wrong one is stated."""
    judged = [
        _judged("a", _answer("answered", "a", ranked="a b")),
        _judged("a", _answer("clarify", offered="b a", ranked="b a")),
        _judged("a", _answer("answered", "b", ranked="b c d a")),
        _judged("a", _answer("unknown", ranked="a b")),
        _judged("none", _answer("unknown", ranked="a")),
        _judged("none", _answer("answered", "a")),
        _judged("emergency", _answer("emergency")),
    ]
    assert figures(judged) == {
        "right_first": 2 / 4,
        "right_within_three": 3 / 4,
        "right_said": 1 / 4,
        "precision": 1 / 3,
        "none_refused": 1 / 2,
        "outcomes_right": 1.0,
        "stated_wrong": 2 / 7,
        "refused": 1 / 4,
        "clarified": 1 / 4,
    }
    assert [one.verdict for one in wrong(judged)] == [Verdict.STATED_WRONG, Verdict.REFUSED, Verdict.STATED_WRONG]


def test_another_entry_that_answers_as_well_counts_as_right() -> None:
    """Nothing is held against the bot when it gives the other of two entries that both say what was asked."""
    judged = [
        _judged("a+b", _answer("answered", "b", ranked="b a")),
        _judged("a+b", _answer("unknown", ranked="c d b")),
    ]
    reached = figures(judged)
    assert (reached["right_first"], reached["right_within_three"], reached["precision"]) == (0.5, 1.0, 1.0)
    assert confusions(judged) == [("a", "c", 1)]


def test_what_cannot_be_counted_is_left_out() -> None:
    """A base whose golden questions are all emergencies has no share of right entries."""
    assert figures([_judged("emergency", _answer("emergency"))]) == {"outcomes_right": 1.0, "stated_wrong": 0.0}
    assert figures([]) == {}


def test_confused_entries_are_named_most_often_first() -> None:
    """Staff see which two entries to tell apart first."""
    judged = [
        _judged("a", _answer("clarify", offered="b a", ranked="b a")),
        _judged("c", _answer("answered", "d", ranked="c d")),
        _judged("a", _answer("answered", "b")),
        _judged("a", _answer("answered", "a")),
        _judged("none", _answer("answered", "a")),
    ]
    assert confusions(judged) == [("a", "b", 2), ("c", "d", 1)]


def test_floors_and_ceilings_are_told_apart() -> None:
    """Fewer right answers is worse; fewer wrong ones is not."""
    reached = {"right_first": 0.8, "stated_wrong": 0.05, "refused": 0.1}
    limits = {"right_first": 0.9, "stated_wrong": 0.02, "refused": 0.1, "precision": 0.9}
    assert [short.name for short in shortfalls(reached, limits)] == ["right_first", "stated_wrong"]


def test_recorded_limits_are_met_by_what_was_measured() -> None:
    """Staff who copy the limits into city.yaml and test again do not fail by a rounding."""
    reached = {"right_first": 2 / 3, "stated_wrong": 1 / 3, "refused": 0.0, "precision": 1.0}
    limits = recordable(reached)
    assert limits == {"right_first": 0.666, "stated_wrong": 0.334, "refused": 0.0, "precision": 1.0}
    assert shortfalls(reached, limits) == []


def test_every_figure_can_be_limited_in_a_base() -> None:
    """Each figure that ``parvis test`` prints can be copied into city.yaml."""
    assert tuple(Quality.model_fields) == FIGURES


def test_questions_are_asked_in_order() -> None:
    """The report follows the order of golden.yaml."""
    golden = [GoldenQuestion(question=text, expect="a") for text in ("un", "deux")]
    judged = judge_all(golden, lambda question: _answer("answered", "a" if question.question == "un" else "b"))
    assert [(one.golden.question, one.verdict) for one in judged] == [
        ("un", Verdict.RIGHT),
        ("deux", Verdict.STATED_WRONG),
    ]
