"""What residents ask that no entry answers: told apart, and left to the base that does answer it."""

from __future__ import annotations

import numpy as np

from bot.answering.normalise import tokens
from bot.answering.outside import shipped_subjects, uncovered


def test_every_subject_can_be_learned() -> None:
    """Each subject has a name of its own and questions with words in French and in English, none twice."""
    subjects = shipped_subjects()
    asked = [question for subject in subjects for wordings in subject.questions.values() for question in wordings]
    assert len({subject.id for subject in subjects}) == len(subjects)
    assert all(len(subject.questions["fr"]) >= 5 and len(subject.questions["en"]) >= 3 for subject in subjects)
    assert all(tokens(question) for question in asked)
    assert len({question.casefold() for question in asked}) == len(asked)


def test_a_subject_the_base_answers_is_left_to_it() -> None:
    """A base with an entry on divorce is taught nothing against divorce; the other subjects stay."""
    owners = np.array([0, 0, 1, 1, 2, 2], np.int32)  # one entry, then two subjects
    gram = np.eye(6, dtype=np.float32)
    gram[2, 0] = gram[0, 2] = 0.9
    asked = np.ones(6, bool)
    assert uncovered(owners, asked, gram, 1).tolist() == [True, True, False, False, True, True]
    assert uncovered(owners[:2], asked[:2], gram[:2, :2], 1).all()
    assert uncovered(owners, np.zeros(6, bool), gram, 1).all()
