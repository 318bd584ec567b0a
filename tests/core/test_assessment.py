"""How the golden figures of a whole base are counted and held against what is aimed at."""

from __future__ import annotations

from datetime import date

import pytest

from bot.assessment import Assessment, compare, fates_of_nothing, groups, is_met, kinds
from bot.knowledge.model import GoldenQuestion
from bot.messages import Answer, Choice, Match, Outcome
from bot.quality import Judged, judge


def _judged(golden: GoldenQuestion, outcome: str, entry: str | None = None) -> Judged:
    choices = (Choice(1, "a", "a"), Choice(2, "b", "b")) if outcome == "clarify" else ()
    matches = (Match(entry, 0.9, 0.9),) if entry else ()
    answer = Answer(Outcome(outcome), "fr", (), entry if outcome == "answered" else None, choices, matches=matches)
    return Judged(golden, answer, judge(golden, answer))


def _asked(expect: str, language: str | None = None, tags: tuple[str, ...] = ()) -> GoldenQuestion:
    return GoldenQuestion(question="?", expect=expect, language=language, tags=list(tags))


ASKED = [
    _judged(_asked("a", tags=("sms", "distress")), "answered", "a"),
    _judged(_asked("a", "en", ("typo",)), "unknown", "b"),
    _judged(_asked("emergency"), "emergency"),
    _judged(GoldenQuestion(question="?", clarify=["a", "b"], tags=["sms"]), "clarify", "a"),
    _judged(_asked("none"), "unknown"),
    _judged(_asked("none"), "clarify"),
    _judged(_asked("none"), "answered", "b"),
    _judged(_asked("none", "en"), "emergency"),
]


def _assessment(judged: list[Judged], plain: list[Judged]) -> Assessment:
    return Assessment("Ville-d'Essai", "essai", date(2025, 11, 20), 0.95, 2, 3, 4, judged, plain, {})


def test_questions_are_counted_by_kind() -> None:
    """Staff see how many questions have an answer, have none, or must be asked back; slips and English besides."""
    assert kinds(ASKED) == {"answerable": 2, "none": 4, "clarify": 1, "outcome": 1, "misspelt": 3, "english": 2}


def test_what_becomes_of_a_question_without_answer_is_told() -> None:
    """A choice offered to someone whose question has no answer is not as bad as a wrong answer stated."""
    assert fates_of_nothing(ASKED) == {"left": 1, "offered": 1, "stated": 1, "other": 1}
    assert fates_of_nothing(ASKED[:3]) == {"left": 0, "offered": 0, "stated": 0, "other": 0}


def test_questions_are_grouped_by_tag_and_language() -> None:
    """Staff see whether it is text messages or English that Parvis reads badly, the largest group first."""
    assert {tag: len(judged) for tag, judged in groups(ASKED).items()} == {"en": 2, "sms": 2, "distress": 1, "typo": 1}
    assert list(groups(ASKED)) == ["en", "sms", "distress", "typo"]


@pytest.mark.parametrize(
    ("name", "value", "met"),
    [
        ("right_first", 0.93, True),
        ("right_first", 0.929, False),
        ("stated_wrong", 0.02, True),
        ("stated_wrong", 0.021, False),
    ],
)
def test_a_target_is_a_floor_or_a_ceiling(name: str, value: float, met: bool) -> None:
    """Enough right answers, and few enough wrong ones."""
    assert is_met(name, value, 0.02 if name == "stated_wrong" else 0.93) is met


def test_what_the_vocabulary_brings_is_the_difference() -> None:
    """A figure that rises is a gain, one that should be low is a gain when it falls, and the target is beside it."""
    right, wrong = ASKED[0], _judged(_asked("a"), "answered", "b")
    found = {figure.name: figure for figure in compare(_assessment([right, right], [right, wrong]))}
    first, stated = found["right_first"], found["stated_wrong"]
    assert (first.value, first.plain, first.gain, first.better, first.target, first.met) == (
        1,
        0.5,
        0.5,
        True,
        0.93,
        True,
    )
    assert (stated.gain, stated.better, stated.met) == (-0.5, True, True)
    assert found["refused"].better is None
    worse = {figure.name: figure.better for figure in compare(_assessment([right, wrong], [right, right]))}
    assert (worse["right_first"], worse["stated_wrong"]) == (False, False)


def test_without_a_comparison_there_is_no_gain() -> None:
    """The figures stand alone when nobody asked what the vocabulary is worth."""
    found = {figure.name: figure for figure in compare(_assessment(ASKED, []))}
    assert (found["right_first"].plain, found["right_first"].gain, found["right_first"].better) == (None, None, None)
    assert found["precision"].met is None
