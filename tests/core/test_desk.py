"""The desk: one question in, one answer out, whatever happens behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from villedessai import NOW, PHONE, StoppedClock, contacts_of, first_of, resident_of, text_of, tiny_town

from bot.answering import steps
from bot.answering.clauses import without_home
from bot.answering.composing import Composer
from bot.answering.emergency import EmergencyDetector
from bot.answering.turn import Timings
from bot.assembly import build
from bot.errors import KnowledgeError, StorageError
from bot.messages import Location, Outcome
from bot.storage.memory import MemoryStore

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from villedessai import Resident

    from bot.answering.snapshot import Snapshot
    from bot.messages import Answer
    from bot.ports import ConversationState

PRIVATE = "j'habite au 3 rue des Acacias et mon passeport"


class BrokenStore:
    """A store whose disk is gone, from the reading or only from the writing on."""

    def __init__(self, *, reads: bool) -> None:
        self._reads = reads

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """Nothing, or the fault."""
        if not self._reads:
            raise StorageError("storage.broken", detail=f"{PRIVATE} {conversation} {now}")
        return None

    def remember(self, conversation: str, state: ConversationState) -> None:
        """The fault."""
        raise StorageError("storage.broken", detail=f"{PRIVATE} {conversation} {state}")

    def forget(self, conversation: str) -> None:
        """Nothing was kept."""


class SwappingStore(MemoryStore):
    """Brings a new version of the base in the middle of an answer."""

    def __init__(self, other: Snapshot) -> None:
        super().__init__()
        self.other = other
        self.resident: Resident | None = None

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The state, after the swap."""
        assert self.resident is not None
        self.resident.desk.swap(self.other)
        return super().recall(conversation, now)


def assert_calm(answer: Answer, log: str) -> None:
    """The resident reads who to call; the log has the kind of the fault, and nothing of the question."""
    assert answer.outcome is Outcome.ERROR
    assert PHONE in contacts_of(answer)[0]
    assert "StorageError" not in text_of(answer)
    assert "Traceback" not in text_of(answer) + log
    assert "Acacias" not in log


@pytest.mark.parametrize("reads", [False, True])
def test_a_broken_store_still_gets_an_answer(
    snapshot: Snapshot, caplog: pytest.LogCaptureFixture, *, reads: bool
) -> None:
    """When the disk fails, a resident gets the desk's telephone instead of silence."""
    answer = resident_of(snapshot, BrokenStore(reads=reads)).asks(PRIVATE)
    assert_calm(answer, caplog.text)
    assert "StorageError" in caplog.text
    assert "q1" in caplog.text


def test_an_error_is_told_in_the_resident_s_language(snapshot: Snapshot) -> None:
    """The apology is in English for who speaks English, in French for who speaks what the bot does not."""
    english = resident_of(snapshot, BrokenStore(reads=False)).asks("hello", language="en")
    assert first_of(english) == "I could not answer, and it is not your fault."
    other = resident_of(snapshot, BrokenStore(reads=False)).asks("hej", language="sv")
    assert first_of(other).startswith("Je n'ai pas réussi à répondre")


def test_an_exploding_step_still_gets_an_answer(
    resident: Resident, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect in the bot itself costs the resident an apology, not an answer."""

    def explode(turn: object) -> Answer | None:
        raise ZeroDivisionError(PRIVATE)

    monkeypatch.setattr("bot.desk.STEPS", (("choice", explode), *steps.STEPS[1:]))
    assert_calm(resident.asks(PRIVATE), caplog.text)
    assert "ZeroDivisionError" in caplog.text


def test_a_base_without_a_desk_still_names_a_way(snapshot: Snapshot) -> None:
    """A base that gives no desk sends residents to their town hall's reception."""
    base = replace(snapshot.base, city=snapshot.base.city.model_copy(update={"desk": None}))
    deskless = replace(snapshot, base=base, composer=Composer(base, snapshot.voice))
    answer = resident_of(deskless).asks("xylophone")
    assert contacts_of(answer) == ["Pour parler à quelqu'un, adressez-vous à l'accueil de votre mairie."]


def test_an_answer_keeps_the_version_it_began_with(snapshot: Snapshot) -> None:
    """A base swapped while an answer is being made changes the next answer, not that one."""
    city = snapshot.base.city.model_copy(update={"name": "Ville-Nouvelle"})
    other = replace(snapshot, base=replace(snapshot.base, city=city))
    store = SwappingStore(other)
    store.resident = resident = resident_of(snapshot, store)
    assert "Ville-d'Essai" in text_of(resident.asks("qui es-tu ?"))
    assert "Ville-Nouvelle" in text_of(resident.asks("qui es-tu ?"))
    assert resident.desk.snapshot is other


def test_an_emergency_comes_first(resident: Resident) -> None:
    """Fire gets the number at once, with the town's own note and nothing else."""
    answer = resident.asks("Comment refaire mon passeport ?", "au feu, ma cuisine brûle")
    assert answer.outcome is Outcome.EMERGENCY
    assert "18" in text_of(answer)
    assert "le poste de secours est place Neuve" in text_of(answer)
    assert resident.asks("combien ça coûte ?").entry_id != "passeport"


@pytest.mark.parametrize("asked", ["refaire mon passeport", "jeter un matelas", "avoir un plan de Mars"])
def test_a_doubtful_emergency_gets_both(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """Despair at the counter gets the number, the town's note, and all that the question gets without it."""
    text = f"j'ai envie de mourir tellement c'est long pour {asked}"
    answer = resident_of(snapshot).asks(text)
    assert answer.outcome is Outcome.EMERGENCY
    assert "3114" in text_of(answer)
    assert "place Neuve" in text_of(answer)
    monkeypatch.setattr(EmergencyDetector, "detect", lambda *_: None)
    ordinary = resident_of(snapshot).asks(text)
    assert ordinary.outcome is not Outcome.EMERGENCY
    assert answer.blocks[-len(ordinary.blocks) :] == ordinary.blocks
    assert answer.choices == ordinary.choices


def test_a_button_or_a_number_is_no_cry_for_help(resident: Resident) -> None:
    """Pressing a button, sharing a location or typing "2" never brings up the emergency numbers."""
    heard = [
        resident.presses("passeport"),
        resident.asks("2"),
        resident.asks("la première svp"),
        resident.asks("", location=Location(48.8, 2.3)),
    ]
    assert all(answer.outcome is not Outcome.EMERGENCY for answer in heard)


def test_small_talk_comes_before_the_town(resident: Resident) -> None:
    """Hello, and who is there, are answered in a sentence."""
    assert resident.asks("bonjour").outcome is Outcome.SMALLTALK
    assert PHONE in contacts_of(resident.asks("je veux parler à un humain"))[0]
    assert resident.heard[-1].outcome is Outcome.HANDOVER


def test_a_long_message_is_read_up_to_a_thousand_characters(resident: Resident) -> None:
    """A message that was cut says so first; one that fits does not."""
    question = "Comment refaire mon passeport ? "
    assert first_of(resident.asks(question * 40)) == "Votre message était long : je n'ai lu que le début."
    assert "je n'ai lu que le début" not in text_of(resident.asks(question * 30))


def test_the_time_spent_adds_up(resident: Resident) -> None:
    """The total is what the resident waited, the ranking counted once."""
    timings = resident.asks("Comment refaire mon passeport ?").timings
    steps_taken = sum(spent for step, spent in timings.items() if step not in ("rank", "total"))
    assert {"read", "choice", "rank", "answer", "total"} <= set(timings)
    assert steps_taken <= timings["total"]
    assert timings["rank"] <= timings["total"]
    assert set(Timings().total()) == {"total"}


def test_a_bot_is_built_ready(tmp_path: Path) -> None:
    """A bot that was just started has already read what its first answer needs, and remembers nobody."""
    store, heard = MemoryStore(), []
    bot = build(
        tiny_town(tmp_path),
        cache=None,
        clock=StoppedClock(),
        store=store,
        progress=lambda step, share: heard.append((step, share)),
    )
    assert bot.base.city.name == "Ville-d'Essai"
    assert bot.rank("un canapé", "fr").matches[0].entry_id == "encombrants"
    assert store.recall("warm-up", NOW) is None
    assert heard[0] == ("load", 0.0)
    assert heard[-1] == ("train", 1.0)


def test_a_broken_base_builds_no_bot(tmp_path: Path) -> None:
    """Nothing is served from a base with a fault: the operator is told."""
    root = tiny_town(tmp_path, entries="entries: [{id: sans-rien}]\n")
    with pytest.raises(KnowledgeError):
        build(root, cache=None, clock=StoppedClock(), store=MemoryStore())


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("j'habite le 15e, comment demander une crèche", "comment demander une crèche"),
        ("J'habite à Paris et je veux un passeport", "et je veux un passeport"),
        ("inscrire ma fille à l'école dans le 18ème arrondissement", "inscrire ma fille à l'école"),
        ("I live in the 11th, how do I park", "how do I park"),
        ("quels papiers à la mairie du 10e pour un passeport", "quels papiers pour un passeport"),
        ("mairie du 15e", "mairie du 15e"),
        ("j'habite chez ma mère", "j'habite chez ma mère"),
        ("dans le 12e", "dans le 12e"),
    ],
)
def test_where_one_lives_can_be_set_aside(text: str, rest: str) -> None:
    """The district a resident lives in says nothing of what they ask."""
    assert without_home(text, "Paris") == rest
