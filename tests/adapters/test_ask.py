"""`parvis ask`: questions each on their own, answers as records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from faketown import NOON, POOL, WHICH

from adapters.commands.ask import Asker, as_record
from bot.ports import ConversationState
from bot.storage.memory import MemoryStore

if TYPE_CHECKING:
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
