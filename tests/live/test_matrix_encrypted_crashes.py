"""``parvis run`` killed while a resident writes in encrypted rooms of a real Synapse: all answered, once, readably."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from jsresident import JsResident
    from synapse import Parvis, Person

ENCRYPTED = {"PARVIS_MATRIX_ENCRYPTION_KEY": "a key of Ville-d'Essai"}
TEXTS = ("bonjour", "refaire ma carte d'identité", "merci", "extrait d'acte de naissance", "se marier")
ROOMS, QUESTIONS, KILLS = 10, 100, 15
BEGINS = "matrix : démarre"  # in the log
PATIENCE = 120.0


@pytest.mark.parametrize("parvis", [ENCRYPTED], indirect=True)
def test_killed_fifteen_times_encrypted_everyone_is_answered_once(
    app: JsResident, parvis: Parvis, resident: Person
) -> None:
    """A hundred encrypted questions, fifteen kill -9: a hundred answers, each once, in order, that can be read."""
    parvis.start()
    rooms = [app.room(parvis.user, encrypted=True) for _ in range(ROOMS)]
    asked: dict[str, list[str]] = {room: [] for room in rooms}
    for kill in range(KILLS):
        numbers = range(QUESTIONS * kill // KILLS, QUESTIONS * (kill + 1) // KILLS)
        if kill % 3 == 1:
            # Written while the bot is away: the keys come with what it missed.
            parvis.kill()
        names = _written(app, asked, rooms, numbers)
        if kill % 3 == 0:
            # The first answer is shown, and the others are under way.
            _until(lambda names=names: _readable(app, names))  # type: ignore[misc]
        if kill % 3 == 2:
            # As soon as it has started: its keys are being read.
            parvis.kill()
            begun = parvis.log().count(BEGINS)
            parvis.start()
            _until(lambda begun=begun: parvis.log().count(BEGINS) > begun)  # type: ignore[misc]
        parvis.kill()
        parvis.start()
    questions = [name for room in rooms for name in asked[room]]
    assert len(questions) == QUESTIONS
    _until(lambda: len(_readable(app, questions)) == QUESTIONS)
    assert parvis.stop() == 0  # what was leaving has left
    assert not [event for event in app.events if "déchiffrer" in event["content"].get("body", "")]
    for room in rooms:
        assert _answered(resident, parvis, room) == asked[room]
    assert "Traceback" not in parvis.log()
    kept = b"".join(file.read_bytes() for file in (parvis.folder / "data").rglob("*") if file.is_file())
    for word in (rooms[0], app.user, "syt_", "m.megolm"):
        assert word.encode() not in kept + parvis.log().encode()
    assert "carte d'identit" not in parvis.log()


def _written(app: JsResident, asked: dict[str, list[str]], rooms: list[str], numbers: range) -> list[str]:
    """Write a question for each of ``numbers``, the rooms in turn; their names."""
    names = []
    for number in numbers:
        room = rooms[number % ROOMS]
        names.append(app.write(room, TEXTS[number // ROOMS % len(TEXTS)]))
        asked[room].append(names[-1])
    return names


def _readable(app: JsResident, questions: list[str]) -> set[str]:
    """Those of ``questions`` to which the resident's application shows an answer that came encrypted."""
    app.order("joined", room="!none", who="@nobody:localhost")  # so that what came is kept
    shown = [event for event in app.events if event["encrypted"] and not event["failed"]]
    abouts = [event["content"].get("m.relates_to", {}) for event in shown]
    return {about["m.in_reply_to"]["event_id"] for about in abouts if "m.in_reply_to" in about} & {*questions}


def _answered(resident: Person, parvis: Parvis, room: str) -> list[str]:
    """The questions answered in ``room``, in order, as the homeserver has them; all of it is encrypted."""
    sent = [event for event in resident.events(room) if event["sender"] == parvis.user]
    assert not [event for event in sent if event["type"] == "m.room.message"]
    abouts = [event["content"].get("m.relates_to", {}) for event in sent if event["type"] == "m.room.encrypted"]
    return [about["m.in_reply_to"]["event_id"] for about in abouts if "m.in_reply_to" in about]


def _until(what: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)
