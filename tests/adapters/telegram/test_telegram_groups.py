"""In a group on Telegram the bot answers who speaks to it, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from telegramrig import GROUP, RESIDENT

from bot.mail import Kind
from bot.messages import Visibility

Read = Any
OTHER = {"id": 77, "is_bot": False, "first_name": "O"}
THE_BOT = {"id": 123456, "is_bot": True, "first_name": "Ville-d'Essai", "username": "VilleDEssaiBot"}
NAME = "@VilleDEssaiBot"


def said(written: Read, text: str, **more: Any) -> Any:
    """The event of ``text`` in the group; the bot's name, if it is there, is marked as a mention."""
    start = len(text[: text.find(NAME)].encode("utf-16-le")) // 2
    marks = [{"type": "mention", "offset": start, "length": len(NAME)}] if NAME in text else []
    return written(text, chat=GROUP, entities=marks, **more).event


@pytest.mark.parametrize("text", ["la piscine est ouverte ?", "piscine @autre", "/autre", "/aide@AutreBot"])
def test_neighbours_talk_among_themselves(written: Read, text: str) -> None:
    """What is not said to the bot is not answered."""
    assert said(written, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "@VilleDEssaiBot la piscine est ouverte ?",
        "👪 @VilleDEssaiBot, la piscine est ouverte ?",
        "la piscine est ouverte ? @VilleDEssaiBot",
    ],
)
def test_a_mention_is_a_question_without_the_bots_name(written: Read, text: str) -> None:
    """Who mentions the bot is answered there, under the message, and everyone can read it."""
    event = said(written, text)
    assert event.kind is Kind.ASK
    assert event.text.removeprefix("👪 ") == "la piscine est ouverte ?"
    assert event.visibility is Visibility.PUBLIC
    assert event.address == {"chat": "-900", "reply": "10"}


def test_a_mention_by_number_counts_too(written: Read) -> None:
    """A mention picked from the list of members is one."""
    mark = {"type": "text_mention", "offset": 0, "length": 5, "user": THE_BOT}
    assert written("Ville piscine ?", chat=GROUP, entities=[mark]).event.text == "piscine ?"


def test_a_reply_to_the_bot_is_a_question(written: Read) -> None:
    """Who replies to the bot's message speaks to it; a reply to a neighbour does not."""
    for author, heard in ((THE_BOT, True), (OTHER, False)):
        answered = {"message_id": 9, "date": 1, "chat": GROUP, "from": author, "text": "…"}
        assert (said(written, "et samedi ?", reply_to_message=answered) is not None) is heard


@pytest.mark.parametrize("text", ["/aide", "/aide@villedessaibot", "@VilleDEssaiBot"])
def test_help_is_given_when_asked_for(written: Read, text: str) -> None:
    """A command for the bot, or its bare name, brings its help."""
    event = said(written, text)
    assert (event.kind, event.text) == (Kind.SAY, "telegram.help")


def test_an_administrator_who_hides_is_answered(written: Read) -> None:
    """Who writes in the group's own name is a person; what a channel forwards by itself is not."""
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    event = said(written, "@VilleDEssaiBot piscine", sender_chat=GROUP, **{"from": anonymous})
    assert event.asker == "-900"
    assert said(written, "@VilleDEssaiBot piscine", sender_chat=GROUP, is_automatic_forward=True) is None


def test_the_answer_stays_in_its_topic(written: Read) -> None:
    """In a group with topics the answer comes where the question was asked."""
    event = said(written, "@VilleDEssaiBot piscine", message_thread_id=3, is_topic_message=True)
    assert event.address["topic"] == "3"


def _member(before: str, after: str, chat: dict[str, Any]) -> dict[str, Any]:
    def standing(status: str) -> dict[str, Any]:
        return {"user": THE_BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    return {
        "chat": chat,
        "from": RESIDENT,
        "date": 1763640000,
        "old_chat_member": standing(before),
        "new_chat_member": standing(after),
    }


def test_a_group_that_invites_the_bot_is_told_how_to_ask(told: Read) -> None:
    """The bot says once how to speak to it, to all."""
    event = told(my_chat_member=_member("left", "member", GROUP)).event
    assert (event.kind, event.text, event.visibility) == (Kind.SAY, "telegram.group_welcome", Visibility.PUBLIC)
    assert told(my_chat_member=_member("member", "left", GROUP)).event is None


def test_who_blocks_the_bot_is_forgotten(told: Read) -> None:
    """Nothing is kept of a resident who blocks the bot."""
    private = {"id": 5000, "type": "private"}
    assert told(my_chat_member=_member("member", "kicked", private)).event.kind is Kind.FORGET
    assert told(my_chat_member=_member("kicked", "member", private)).event is None
