"""The bot on a real Synapse, spoken to with matrix-js-sdk: in clear, and encrypted by an application of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from synapse import wait_for

if TYPE_CHECKING:
    from jsresident import JsResident
    from synapse import Parvis

ENCRYPTED = {"PARVIS_MATRIX_ENCRYPTION_KEY": "a key of Ville-d'Essai"}


def test_a_resident_is_answered_in_clear(app: JsResident, parvis: Parvis) -> None:
    """A resident's application shows a notice in HTML under the question, and its choice can be tapped."""
    parvis.start()
    room = app.room(parvis.user, encrypted=False)
    question = app.write(room, "où jeter le verre")
    shown = app.answer_to(question)["content"]
    assert shown["msgtype"] == "m.notice"
    assert "Le verre se sort dans le bac blanc" in shown["body"]
    assert "<strong>" in shown["formatted_body"]
    _taps_a_choice(app, room, question)


@pytest.mark.parametrize("parvis", [ENCRYPTED], indirect=True)
def test_a_resident_is_answered_encrypted_even_after_restarts(app: JsResident, parvis: Parvis) -> None:
    """An application that leaves out unsigned devices reads the bot and is read by it, before and after kill -9."""
    parvis.start()
    room = app.room(parvis.user, encrypted=True)
    question = app.write(room, "où jeter le verre")
    event = app.answer_to(question)
    assert event["encrypted"]
    assert "bac blanc" in event["content"]["body"]
    _taps_a_choice(app, room, question)
    for _ in range(2):
        parvis.kill()
        question = app.write(room, "refaire ma carte d'identité")  # while the bot is away
        parvis.start()
        event = app.answer_to(question)
        assert event["encrypted"]
        again = app.write(room, "merci")
        assert app.answer_to(again)["encrypted"]
    assert parvis.stop() == 0
    assert "Traceback" not in parvis.log()
    kept = b"".join(file.read_bytes() for file in (parvis.folder / "data").rglob("*") if file.is_file())
    for word in (room, app.user, "syt_", "m.megolm"):
        assert word.encode() not in kept + parvis.log().encode()


def _taps_a_choice(app: JsResident, room: str, question: str) -> None:
    answer = app.answer_to(question)
    about = {"rel_type": "m.annotation", "event_id": answer["id"], "key": "2\ufe0f\u20e3"}
    app.send(room, {"m.relates_to": about}, "m.reaction")
    chosen = app.answer_to(answer["id"])
    assert "Ville basse" in chosen["content"]["body"]


def test_an_encrypted_room_is_told_that_it_cannot_be_read(app: JsResident, parvis: Parvis) -> None:
    """Without the operator's key for encryption, who writes encrypted learns, once, that it cannot be read."""
    parvis.start()
    room = app.room(parvis.user, encrypted=True)
    app.write(room, "bonjour")
    app.write(room, "il y a quelqu'un ?")
    wait_for(lambda: _notices(app, "chiffré"))
    assert len(_notices(app, "chiffré")) == 1


def _notices(app: JsResident, word: str) -> list[str]:
    app.order("joined", room="!none", who="@nobody:localhost")  # so that what came is kept
    return [body for event in app.events if word in (body := event["content"].get("body", ""))]
