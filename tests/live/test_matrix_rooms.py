"""Rooms of a real Synapse: what the small homeserver of the quick tests claims, Synapse does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from synapse import Homeserver, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from synapse import Parvis, Person


def answer_to(resident: Person, parvis: Parvis, room: str, question: str) -> dict[str, Any]:
    """The bot's answer to the event ``question``, once it is there."""

    def found() -> dict[str, Any] | None:
        for event in resident.read(room, parvis.user):
            about = event["content"].get("m.relates_to", {})
            if about.get("m.in_reply_to", {}).get("event_id") == question:
                return event
        return None

    answer: dict[str, Any] = wait_for(found)
    return answer


def test_a_question_asked_before_the_bot_came_in_is_answered(parvis: Parvis, resident: Person) -> None:
    """Who invites the bot and writes at once is greeted first, then answered, once each."""
    room = resident.room(parvis.user, preset="trusted_private_chat", is_direct=True)
    question = resident.write(room, "refaire ma carte d'identité")
    parvis.start()
    answer_to(resident, parvis, room, question)
    greeting, answer = resident.read(room, parvis.user)
    assert "Je suis un programme" in greeting["content"]["body"]
    assert answer["content"]["msgtype"] == "m.notice"
    assert parvis.stop() == 0


def test_a_corrected_question_gets_its_answer_corrected(parvis: Parvis, resident: Person) -> None:
    """The answer is rewritten in its place when the question is."""
    parvis.start()
    room = resident.room(parvis.user, preset="trusted_private_chat")
    question = resident.write(room, "se marier")
    answer = answer_to(resident, parvis, room, question)
    new = {"msgtype": "m.text", "body": "refaire ma carte d'identité"}
    about = {"rel_type": "m.replace", "event_id": question}
    resident.write(room, "* refaire ma carte d'identité", **{"m.new_content": new, "m.relates_to": about})

    def edited() -> Any:
        return [
            event
            for event in resident.read(room, parvis.user)
            if event["content"].get("m.relates_to", {}).get("event_id") == answer["event_id"]
        ]

    (edit,) = wait_for(edited)
    assert "identité" in edit["content"]["m.new_content"]["body"]


def test_among_many_the_bot_hears_only_its_name_and_keeps_to_the_thread(
    homeserver: Homeserver, parvis: Parvis, resident: Person
) -> None:
    """In a room of three only the mention is answered, in its thread, and only its writer is notified."""
    third = homeserver.register("third-person", "the third's")
    parvis.start()
    room = resident.room(third.user, parvis.user, name="Le quartier", preset="public_chat")
    third.call("POST", f"join/{quote(room)}", {})
    wait_for(lambda: resident.read(room, parvis.user))  # it has come in
    resident.write(room, "qui a vu mon chat ?")
    root = third.write(room, "une question pour la mairie")
    about = {"rel_type": "m.thread", "event_id": root}
    mentions = {"user_ids": [parvis.user]}
    question = third.write(room, "mairie: se marier", **{"m.mentions": mentions, "m.relates_to": about})
    answer = answer_to(third, parvis, room, question)
    assert answer["content"]["m.relates_to"]["event_id"] == root
    assert answer["content"]["m.mentions"] == {"user_ids": [third.user]}
    assert len(resident.read(room, parvis.user)) == 2


def test_an_upgraded_room_is_followed(parvis: Parvis, resident: Person) -> None:
    """A resident who upgrades the room is answered in the new one, and the bot has left the old."""
    parvis.start()
    room = resident.room(parvis.user, preset="public_chat", room_version="9")
    wait_for(lambda: resident.read(room, parvis.user))
    new = resident.call("POST", f"rooms/{quote(room)}/upgrade", {"new_version": "11"})["replacement_room"]
    wait_for(lambda: parvis.user in resident.call("GET", f"rooms/{quote(new)}/joined_members")["joined"])
    wait_for(lambda: parvis.user not in resident.call("GET", f"rooms/{quote(room)}/joined_members")["joined"])
    question = resident.write(new, "se marier")
    answer_to(resident, parvis, new, question)


def test_a_homeserver_that_was_down_is_come_back_to(parvis: Parvis, tmp_path: Path) -> None:
    """While the homeserver is down the bot asks now and then; once it is back everyone is answered."""
    down = Homeserver(tmp_path / "synapse")
    down.start()
    try:
        down.register("parvis", "the bot's own")
        resident = down.register("resident", "the resident's")
        parvis.move(down.url, "@parvis:localhost")
        parvis.start()
        room = resident.room(parvis.user, preset="trusted_private_chat")
        answer_to(resident, parvis, room, resident.write(room, "se marier"))
        down.stop()
        time.sleep(6)
        down.start()
        answer_to(resident, parvis, room, resident.write(room, "refaire ma carte d'identité"))
        assert parvis.stop() == 0
    finally:
        down.stop()
    assert 1 <= parvis.log().count("starting again") <= 8


@pytest.mark.parametrize("parvis", [{"PARVIS_MATRIX_PASSWORD": "not the bot's own"}], indirect=True)
def test_a_wrong_password_ends_with_a_clear_word(parvis: Parvis) -> None:
    """A password that the homeserver refuses is said at once, with the setting to mend."""
    parvis.start()
    assert parvis.ended() != 0
    assert "PARVIS_MATRIX_PASSWORD" in parvis.log()
    assert "not the bot's own" not in parvis.log()
