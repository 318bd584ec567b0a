"""What residents ask that no entry answers: told apart, and left to the base that does answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from villedessai import TINY, resident_of, tiny_town

from bot.answering.normalise import tokens
from bot.answering.outside import shipped_subjects, together, uncovered
from bot.assembly import prepare

if TYPE_CHECKING:
    from pathlib import Path

DIVORCE = """\
  - id: divorce
    title: Divorcer
    questions:
      - Comment divorcer ?
      - Divorce par consentement mutuel
      - Ma femme demande le divorce
      - Mon mari refuse le divorce
      - Combien coûte un divorce ?
      - Combien de temps dure le divorce ?
    answer: Prenez rendez-vous.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
"""


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


def test_neighbouring_subjects_are_taught_as_one() -> None:
    """Subjects are merged four by four after those the base answers are left out; entries stay apart."""
    owners = np.array([0, 1, 2, 3, 5, 6, 9], np.int32)  # two entries, then subjects
    assert together(owners, 2).tolist() == [0, 1, 2, 2, 2, 3, 3]


def test_a_town_that_answers_a_subject_is_heard_on_it(tmp_path: Path) -> None:
    """A town with an entry on divorce answers about divorce; on inheritance, taught beside it, it knows nothing."""
    resident = resident_of(prepare(tiny_town(tmp_path, TINY + DIVORCE), cache=None, target_precision=0.95))
    for text in ("je veux divorcer", "prix du divorce", "divorce par consentement mutuel, comment faire ?"):
        assert resident.asks(text).entry_id == "divorce"
    assert resident.asks("qui hérite de la maison de mon père").entry_id is None
