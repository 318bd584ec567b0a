"""The golden questions of the shipped bases test something: they are not the entries' own questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.answering.normalise import tokens
from bot.knowledge.loading import load_base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.knowledge.base import KnowledgeBase
    from bot.knowledge.model import Entry, Translation

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
BASES = sorted(path.parent.name for path in KNOWLEDGE.glob("*/golden.yaml"))


def copied(base: KnowledgeBase) -> list[str]:
    """The golden questions that differ from an entry's words by no more than case, accents and punctuation."""
    learnt = {heard(words): entry.id for entry in base.entries.values() for words in words_of(entry)}
    asked = [question.question for question in base.golden]
    return [f"{question} ({learnt[heard(question)]})" for question in asked if heard(question) in learnt]


def words_of(entry: Entry) -> Iterator[str]:
    """Everything the ranker learns as a question to ``entry``."""
    spoken: list[Entry | Translation] = [entry, *entry.translations.values()]
    for said in spoken:
        yield said.title
        yield from said.questions
    for follow_up in entry.follow_ups:
        yield from follow_up.questions


def heard(words: str) -> tuple[str, ...]:
    """``words`` without case, accents and punctuation."""
    return tuple(tokens(words))


def test_the_shipped_towns_have_golden_questions() -> None:
    """Paris is tested with the questions of its residents."""
    assert "paris" in BASES


@pytest.mark.parametrize("name", BASES)
def test_no_golden_question_is_an_entrys_own(name: str) -> None:
    """A question copied from an entry would always be found, and prove nothing."""
    base = load_base(KNOWLEDGE / name)
    assert copied(base) == []


@pytest.mark.parametrize("name", BASES)
def test_no_golden_question_is_asked_twice(name: str) -> None:
    """A question asked twice would count twice."""
    asked = [question.question.casefold() for question in load_base(KNOWLEDGE / name).golden]
    assert sorted(set(asked)) == sorted(asked)


def test_a_copied_question_is_seen_through_its_accents(town: Callable[..., Path]) -> None:
    """« COMMENT JETER UN CANAPE » is the entry's « Comment jeter un canapé ? »."""
    copy = "golden:\n  - {question: COMMENT JETER UN CANAPE, expect: encombrants}\n"
    assert copied(load_base(town({"golden.yaml": copy}))) == ["COMMENT JETER UN CANAPE (encombrants)"]
