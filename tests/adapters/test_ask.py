"""`parvis ask` and `parvis test`: questions each on their own, answers as records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from faketown import NOON, POOL, WHICH

from adapters.commands.ask import Asker, as_record
from adapters.commands.golden import ask_golden, has_regressed, report_text
from adapters.commands.words import Words
from bot.knowledge.model import GoldenQuestion
from bot.ports import ConversationState
from bot.storage.memory import MemoryStore

if TYPE_CHECKING:
    import pytest
    from faketown import FakeTown, StoppedClock

    from bot.messages import Answer, Question


def test_a_record_says_all_there_is_to_say() -> None:
    """A developer reads outcome, entry, matches with confidence, text, sources and timings from one object."""
    assert as_record("piscine", POOL) == {
        "question": "piscine",
        "outcome": "answered",
        "entry": "piscine",
        "place": None,
        "choices": [],
        "matches": [
            {"entry": "piscine", "score": 0.9, "confidence": 0.97},
            {"entry": "ecole", "score": 0.1, "confidence": 0.02},
        ],
        "language": "fr",
        "text": "La piscine d'essai\n\nElle ouvre à 7 h.\n\nSource : Ville-d'Essai, vérifié le 24 octobre 2025.",
        "sources": [{"title": "Ville-d'Essai", "url": None, "verified_on": "2025-10-24"}],
        "timings": {"rank": 0.3},
    }


def test_choices_are_in_the_record() -> None:
    """A developer sees the number, the label and the target of each choice."""
    assert as_record("laquelle", WHICH)["choices"] == [
        {"number": 1, "label": "La piscine", "target": "piscine"},
        {"number": 2, "label": "L'école", "target": "ecole"},
    ]


def test_a_record_can_always_be_written() -> None:
    """A question that is no text still makes a line of JSON."""
    record = as_record("caf\udce9\ud800", POOL)
    assert json.loads(json.dumps(record, ensure_ascii=False).encode())["question"] == "caf\ufffd\ufffd"


def test_no_question_leans_on_another(town: FakeTown, clock: StoppedClock) -> None:
    """Each line of a file is asked as if by someone new, and nothing of it is kept."""
    store = MemoryStore()

    class Remembering:
        def answer(self, question: Question) -> Answer:
            store.remember(question.conversation, ConversationState(at=NOON))
            return town.answer(question)

    asker = Asker(Remembering(), store, clock, "en")
    asker.ask("piscine")
    asker.ask("et le samedi ?", "fr")
    first, second = town.asked
    assert first.conversation != second.conversation
    assert (first.language, second.language) == ("en", "fr")
    assert store.recall(first.conversation, NOON) is None


GOLDEN = (
    GoldenQuestion(question="piscine", expect="piscine"),
    GoldenQuestion(question="laquelle", clarify=["piscine", "ecole"]),
    GoldenQuestion(question="horaires de\nl'école", expect="ecole", language="fr"),
)


def test_the_report_names_what_went_wrong(
    town: FakeTown, clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Staff read each question that failed, what was expected and what came."""
    judged = ask_golden(Words("fr"), GOLDEN, town, MemoryStore(), clock)
    text = report_text(Words("fr"), judged, {}, full=True)
    assert "« horaires de l'école » — attendu : ecole ; obtenu : unknown (refus à tort)" in text
    assert "la bonne fiche est donnée directement" in text
    assert "  right_said: 0.500" in text
    assert capsys.readouterr().err == ""


def test_without_limits_every_question_must_succeed(town: FakeTown, clock: StoppedClock) -> None:
    """A new base fails on its first wrong answer; one with limits fails when it falls below them."""
    judged = ask_golden(Words("fr"), GOLDEN, town, MemoryStore(), clock)
    assert has_regressed(judged, {})
    assert not has_regressed(judged[:2], {})
    assert not has_regressed(judged, {"right_said": 0.5})
    assert has_regressed(judged, {"right_said": 0.51})
    assert "Limite dépassée" in report_text(Words("fr"), judged, {"right_said": 0.51}, full=False)


def test_a_base_without_golden_questions_is_told_so() -> None:
    """Staff who have written no golden question are encouraged to, and nothing fails."""
    assert "golden.yaml" in report_text(Words("fr"), [], {}, full=True)
    assert not has_regressed([], {})
