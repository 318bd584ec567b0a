"""What a resident's event means to the bot, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from homeserver import BOT, NOON_MS, RESIDENT
from matrixrig import NOON, Speaker
from matrixtown import until

from adapters.matrix.inbound import Reader, touched
from adapters.matrix.mentions import heard
from adapters.matrix.rooms import Room
from adapters.matrix.shapes import location_in, text_of
from bot.mail import Kind
from bot.messages import Location, Visibility

if TYPE_CHECKING:
    from matrixtown import Town

    from bot.mail import Event

_TWO = Room(frozenset({BOT, RESIDENT}))
_MANY = Room(frozenset({BOT, RESIDENT, "@other:essai"}))


def read(content: dict[str, Any], known: Room = _TWO, sender: str = RESIDENT, name: str = "$e") -> Event | None:
    """What the bot makes of a message."""
    raw = {"event_id": name, "sender": sender, "origin_server_ts": NOON_MS, "content": content}
    return Reader(BOT, Speaker()).message(raw, "!r", known)


def text(words: str, **more: Any) -> dict[str, Any]:
    """A message's content."""
    return {"msgtype": "m.text", "body": words, **more}


def test_a_question_is_read_with_all_that_answering_needs() -> None:
    """A message in a private room is a question, asked when the homeserver says, answered under it."""
    event = read(text("où est la mairie ?"))
    assert event is not None
    assert (event.kind, event.text, event.visibility) == (Kind.ASK, "où est la mairie ?", Visibility.PRIVATE)
    assert (event.id, event.asker, event.chat, event.sent_at) == ("$e", RESIDENT, "!r", NOON)
    assert event.address == {"room": "!r", "reply": "$e", "to": ""}


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.notice", "body": "je suis un robot"},
        {"msgtype": "m.key.verification.request", "body": "?"},
        {},
        {"body": "sans genre"},
    ],
)
def test_what_is_no_question_is_left_alone(content: dict[str, Any]) -> None:
    """Notices of other bots, technical messages and redacted ones get no answer."""
    assert read(content) is None


def test_the_bots_own_words_are_not_read() -> None:
    """The bot does not answer itself, whatever it said."""
    assert read(text("bonjour"), sender=BOT) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (text("parvis: où jeter le verre", **{"m.mentions": {"user_ids": [BOT]}}), "où jeter le verre"),
        (text("@parvis:essai, où jeter le verre ?", **{"m.mentions": {"user_ids": [BOT]}}), "où jeter le verre ?"),
        (
            text(
                "Mairie d'Essai : où jeter le verre",
                formatted_body='<a href="https://matrix.to/#/%40parvis%3Aessai">Mairie d&#x27;Essai</a> : où jeter…',
            ),
            "où jeter le verre",
        ),
        (text("@parvis:essai où jeter le verre"), "où jeter le verre"),
        (text("où jeter le verre ?"), None),
        (text("parvis: bonjour", **{"m.mentions": {"user_ids": ["@other:essai"]}}), None),
        (text("parvis: bonjour", **{"m.mentions": {}}), None),
        (text("écrivez à @parvis:essai.fr"), None),
        (text("@parvis:essai quoi", **{"m.mentions": {"user_ids": "tous"}}), None),
    ],
)
def test_among_many_only_who_mentions_the_bot_is_answered(content: dict[str, Any], expected: str | None) -> None:
    """In a room of several people the bot hears who names it, by a mention or by its whole name, and no one else."""
    event = read(content, _MANY)
    assert (event.text if event is not None else None) == expected
    if event is not None:
        assert event.visibility is Visibility.PUBLIC
        assert event.address["to"] == RESIDENT


def test_a_mention_alone_is_a_call_for_help() -> None:
    """Who writes nothing but the bot's name is told how to ask."""
    event = read(text("@parvis:essai", **{"m.mentions": {"user_ids": [BOT]}}), _MANY)
    assert event is not None
    assert (event.kind, event.text) == (Kind.SAY, "matrix.help")


def test_a_hostile_mention_takes_no_time() -> None:
    """A message made to keep a pattern busy is read at once."""
    assert heard(BOT, text("x", formatted_body='<a href="' * 8000), "x " * 20000) is None


def test_a_question_in_a_thread_is_answered_there() -> None:
    """The answer to a question in a thread goes into the thread."""
    event = read(text("bonjour", **{"m.relates_to": {"rel_type": "m.thread", "event_id": "$root"}}))
    assert event is not None
    assert event.address["thread"] == "$root"


def test_a_quotation_before_a_reply_is_not_the_question() -> None:
    """Older applications put what is replied to before the reply: only the reply is read."""
    about = {"m.in_reply_to": {"event_id": "$q"}}
    assert text_of(text("> <@a:essai> la piscine\n> est-elle ouverte ?\n\net demain ?", **{"m.relates_to": about})) == (
        "et demain ?"
    )
    assert text_of(text("> cité exprès")) == "> cité exprès"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"msgtype": "m.location", "body": "ici", "geo_uri": "geo:48.85,2.35;u=35"}, Location(48.85, 2.35)),
        ({"msgtype": "m.location", "body": "ici", "m.location": {"uri": "geo:-21.1,55.5,30"}}, Location(-21.1, 55.5)),
        (text("geo:48.8566,2.3522"), Location(48.8566, 2.3522)),
        (text("geo:948.8,2.3"), None),
        ({"msgtype": "m.location", "body": "ici", "geo_uri": 5}, None),
        (text("je suis au geo:48.8566,2.3522"), None),
    ],
)
def test_a_shared_location_is_understood(content: dict[str, Any], expected: Location | None) -> None:
    """A resident shares where they are, in any of the forms that applications have."""
    assert location_in(content, content["body"]) == expected
    event = read(content)
    assert event is None or event.location == expected


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        ("!aide", Kind.SAY, "matrix.help"),
        ("/confidentialite", Kind.SAY, "delivery.privacy"),
        ("!privacy", Kind.SAY, "delivery.privacy"),
        ("!oublier", Kind.FORGET, ""),
        ("/delete", Kind.FORGET, ""),
        ("!officiel", Kind.SAY, "matrix.official"),
        ("!langue", Kind.SAY, "matrix.language"),
        ("!langue en", Kind.ASK, "langue en"),
        ("!humain", Kind.ASK, "parler à quelqu'un"),
        ("/piscine ouverte ?", Kind.ASK, "piscine ouverte ?"),
        ("!!!", Kind.ASK, "!!!"),
    ],
)
def test_commands_are_understood(words: str, kind: Kind, said: str) -> None:
    """The commands that the bot names work with "!" and with "/"; an unknown one is a question."""
    event = read(text(words))
    assert event is not None
    assert (event.kind, event.text) == (kind, said)


@pytest.mark.parametrize("kind", ["m.image", "m.audio", "m.video", "m.file"])
def test_a_picture_or_a_voice_is_answered_with_a_word(kind: str) -> None:
    """Who sends a picture, a voice or a film is told that the bot reads text; ten of them get one word."""
    event = read({"msgtype": kind, "body": "photo.jpg", "url": "mxc://essai/x"})
    assert event is not None
    assert (event.kind, event.text) == (Kind.SAY, "delivery.text_only")
    again = read({"msgtype": kind, "body": "photo-2.jpg", "url": "mxc://essai/y"}, name="$f")
    assert again is not None
    assert again.id == event.id


def test_what_is_written_under_a_picture_is_a_question() -> None:
    """Who sends a picture of a bin and asks about it is answered about the bin."""
    event = read({"msgtype": "m.image", "body": "où jeter ça ?", "filename": "photo.jpg", "url": "mxc://essai/x"})
    assert event is not None
    assert (event.kind, event.text) == (Kind.ASK, "où jeter ça ?")
    bare = read({"msgtype": "m.image", "body": "photo.jpg", "filename": "photo.jpg", "url": "mxc://essai/x"})
    assert bare is not None
    assert bare.kind is Kind.SAY


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("1️⃣", (1, None)),
        ("2", (2, None)),
        ("👍", (None, True)),
        ("👎🏽", (None, False)),
        ("🎉", None),
        ("", None),
        (5, None),
    ],
)
def test_a_reaction_means_what_the_bot_offers(key: object, expected: tuple[int | None, bool | None] | None) -> None:
    """A tapped number is a choice, a thumb says whether the answer helped, all else means nothing."""
    touch = touched({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$a", "key": key}})
    assert (None if touch is None else (touch.number, touch.helpful)) == expected


def test_a_tapped_number_takes_the_choice_of_that_message(town: Town) -> None:
    """A reaction takes the choice that its message offered, even after a restart; others' messages have none."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")

        def react(message: str, key: str) -> None:
            town.add(
                "!r", {"m.relates_to": {"rel_type": "m.annotation", "event_id": message, "key": key}}, "m.reaction"
            )

        offered = {"msgtype": "m.notice", "body": "?", "fr.parvis.choices": {"1": "carte", "2": "passeport"}}
        mine = town.add("!r", offered, sender=BOT)
        forged = town.add("!r", {**offered, "msgtype": "m.notice"})
        async with town.serving():
            town.say("!r", "un")
            await town.hears("un")
            react(forged, "1️⃣")
            react(mine, "3️⃣")
            react(mine, "2️⃣")
            react(mine, "👎")
            await until(lambda: len(town.recorder.events) == 3)
        _, chosen, rated = town.recorder.events
        assert (chosen.kind, chosen.choice, chosen.address["reply"]) == (Kind.ASK, "passeport", mine)
        assert (rated.kind, rated.about, rated.helpful) == (Kind.FEEDBACK, mine, False)

    town.run(check)
