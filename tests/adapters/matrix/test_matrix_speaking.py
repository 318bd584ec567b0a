"""What the bot says on Matrix, and how it looks there."""

from __future__ import annotations

import asyncio
import html as stdlib_html
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from homeserver import BOT, RESIDENT
from matrixrig import town as base
from matrixtown import until

from adapters.matrix.courtesies import Courtesies
from adapters.matrix.html import html
from adapters.matrix.outbound import LIMITS, edit_content, keys_of, message_content, place_content
from adapters.matrix.server import Homeserver
from bot.errors import SendPaused
from bot.mail import Part
from bot.messages import Answer, Block, BlockKind, Choice, Outcome, Span
from bot.rendering import pages, plain_text

if TYPE_CHECKING:
    from matrixtown import Town

_ANSWER = Answer(
    Outcome.ANSWERED,
    "fr",
    (
        Block(BlockKind.TITLE, (Span("Carte d'identité"),)),
        Block(BlockKind.PARAGRAPH, (Span("Prenez "), Span("rendez-vous", bold=True), Span(" à l'accueil."))),
        Block(BlockKind.ITEM, (Span("une photo"),)),
        Block(BlockKind.ITEM, (Span("un justificatif"),)),
        Block(BlockKind.ITEM, (Span("premier"),), number=1),
        Block(BlockKind.ITEM, (Span("second"),), number=2),
        Block(BlockKind.LINK, (Span("La démarche", url="https://exemple.fr/a?b=1&c=2"),)),
        Block(BlockKind.CONTACT, (Span("Accueil", url="tel:0199000000"),)),
        Block(BlockKind.CHOICES, (Span("Laquelle ?"),)),
    ),
    choices=(Choice(1, "Renouveler", "carte"), Choice(2, "Perdue", "perte")),
)
_ADDRESS = {"room": "!r", "reply": "$q", "to": ""}


def part(page: Answer = _ANSWER, **address: str) -> Part:
    """A part to send."""
    return Part("0" * 32, "1" * 32, {**_ADDRESS, **address}, page)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


def test_an_answer_looks_as_it_should() -> None:
    """Titles and bold words stand out, lists are lists, links open, numbers of telephones are written out."""
    assert html(_ANSWER) == (
        "<p><strong>Carte d&#x27;identité</strong></p>"
        "<p>Prenez <strong>rendez-vous</strong> à l&#x27;accueil.</p>"
        "<ul><li>une photo</li><li>un justificatif</li></ul>"
        "<ol><li>premier</li><li>second</li></ol>"
        '<p><a href="https://exemple.fr/a?b=1&amp;c=2">La démarche</a></p>'
        "<p>Accueil : 0199000000</p>"
        "<p>Laquelle ?</p><p>1. Renouveler<br>2. Perdue</p>"
    )


def test_html_and_plain_words_say_the_same() -> None:
    """Who has an application without HTML reads every word, address and number that the others read."""
    shown = html(_ANSWER)
    words = stdlib_html.unescape(re.sub(r"<[^>]*>", " ", shown))
    plain = plain_text(_ANSWER)
    assert [word for word in re.findall(r"\w+", words) if word not in plain] == []
    for address in ("https://exemple.fr/a?b=1&c=2", "0199000000"):
        assert address in plain
        assert address in stdlib_html.unescape(shown)


@pytest.mark.parametrize(
    "words",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<!-- x", "&lt;b&gt;", "</p><h1>", "\x00\ue000"],
)
def test_no_markup_comes_in_through_a_text(words: str) -> None:
    """Whatever stands in a base, an application shows it as words."""
    spans = (Span(words), Span(words, url=f"https://exemple.fr/{words}"), Span("x", url=f"javascript:{words}"))
    page = replace(_ANSWER, blocks=(Block(BlockKind.PARAGRAPH, spans),), choices=(Choice(1, words, "x"),))
    tags = _Tags()
    tags.feed(html(page))
    assert {tag for tag, _ in tags.seen} <= {"p", "a", "br"}
    assert {name for _, attrs in tags.seen for name, _ in attrs} <= {"href"}
    assert all((value or "").startswith("https://") for _, attrs in tags.seen for _, value in attrs)


def test_an_answer_is_a_notice_under_its_question() -> None:
    """Bots do not answer a notice; the answer replies to the question, and notifies nobody in a private room."""
    content = message_content(part())
    assert (content["msgtype"], content["m.mentions"]) == ("m.notice", {})
    assert content["m.relates_to"] == {"m.in_reply_to": {"event_id": "$q"}}
    assert content["body"] == plain_text(_ANSWER)


def test_among_many_the_asker_alone_is_notified() -> None:
    """In a room of many the asker is mentioned, and the answer stays in the thread."""
    content = message_content(part(to=RESIDENT, thread="$root"))
    assert content["m.mentions"] == {"user_ids": [RESIDENT]}
    assert content["m.relates_to"]["rel_type"] == "m.thread"
    assert content["m.relates_to"]["event_id"] == "$root"
    assert content["m.relates_to"]["m.in_reply_to"] == {"event_id": "$q"}


def test_the_longest_page_fits_into_an_event() -> None:
    """Even edited and encrypted, a page full of what takes most room is under Matrix's 65,536 bytes."""
    span = Span("é&<>'\"👪" * 30, url="https://exemple.fr/&&&&")
    blocks = tuple(Block(BlockKind.ITEM, (span,)) for _ in range(400))
    for page in pages(Answer(Outcome.ANSWERED, "fr", blocks), LIMITS):
        content = edit_content(part(page, thread="$root", to=RESIDENT), "$" + "m" * 44)
        assert len(str(content).encode()) * 4 / 3 < 60000


def test_choices_and_ratings_can_be_tapped(town: Town) -> None:
    """Under an answer stand a number for each choice and two thumbs, once, even if it is sent again."""

    async def check() -> None:
        town.rig.server.room("!r")
        channel = town.rig.channel()
        message = await channel.send(part())
        await until(lambda: len(town.rig.server.reactions(message)) == 4)
        assert town.rig.server.reactions(message) == ["1️⃣", "2️⃣", "👍", "👎"]
        assert await channel.send(part()) == message
        await asyncio.sleep(0.05)
        assert len(town.rig.server.reactions(message)) == 4
        town.rig.settings["PARVIS_MATRIX_REACTIONS"] = "non"
        quiet = await town.rig.channel().send(replace(part(), key="2" * 32))
        await asyncio.sleep(0.5)
        assert town.rig.server.reactions(quiet) == []

    town.run(check)


def test_an_emergency_is_not_rated() -> None:
    """Nobody who calls for help is asked whether the answer helped."""
    assert keys_of(part(replace(_ANSWER, outcome=Outcome.EMERGENCY, choices=()))) == []


def test_courtesies_never_slow_an_answer(town: Town) -> None:
    """A homeserver that counts reactions with messages hears no more of them for as long as it asks."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        asked: list[str] = []

        def refuse(_: str, where: str) -> tuple[int, dict[str, Any]] | None:
            if "m.reaction" not in where:
                return None
            asked.append(where)
            return 429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 60000}

        server.refused = refuse
        channel = town.rig.channel()
        await channel.send(part())
        await until(lambda: len(asked) == 1)
        for number in range(3, 9):
            await channel.send(replace(part(), key=f"{number}" * 32))
        await asyncio.sleep(0.05)
        assert len(asked) == 1
        assert len(server.shown("!r")) == 7

    town.run(check)


def test_while_an_answer_is_slow_to_leave_nothing_else_does(town: Town) -> None:
    """A homeserver that takes seconds for an answer is not given reactions to carry meanwhile."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        courtesies = Courtesies(Homeserver(server.url))
        paid = asyncio.Event()

        async def pay() -> None:
            paid.set()

        with courtesies.answering():
            courtesies.begin(pay())
            await asyncio.sleep(0.7)  # twice as long as what counts as calm
            assert not paid.is_set()
        await until(paid.is_set)
        await courtesies.close()

    town.run(check)


def test_while_many_ask_answers_come_first(town: Town) -> None:
    """Reactions wait until no answer leaves: what the homeserver can carry is the answers'."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        channel = town.rig.channel()
        for number in range(12):
            await channel.send(replace(part(), key=f"{number:032x}"))
            await asyncio.sleep(0.05)
        calls = server.requests.copy()
        assert len(server.shown("!r")) == 12
        assert all(not server.reactions(f"${number}") for number in range(12))
        assert calls.count("PUT rooms") == 12
        await until(lambda: len(server.reactions("$0")) == 4)

    town.run(check)


def test_an_edited_question_edits_the_answer(town: Town) -> None:
    """The new answer takes the old one's place, with its own choices; whoever has no edits reads it after a star."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        channel = town.rig.channel()
        message = await channel.send(part())
        new = replace(_ANSWER, choices=(Choice(1, "Autre", "autre"),))
        assert await channel.edit(replace(part(new), key="e" * 32), message) == message
        (shown,) = server.shown("!r")
        assert shown["fr.parvis.choices"] == {"1": "autre"}
        last = server.stream[-1][1]["content"]
        assert last["body"].startswith("* ")
        assert last["m.mentions"] == {}  # nobody's telephone rings a second time

    town.run(check)


def test_who_shared_where_they_are_gets_a_pin(town: Town) -> None:
    """The nearest place is shown on a map, under the answer that names it."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        place = next(one for one in base().places.values() if one.latitude is not None)
        channel = town.rig.channel()
        await channel.send(part(replace(_ANSWER, place_id=place.id)))  # asked about in words: no map is sent
        await channel.send(replace(part(replace(_ANSWER, place_id=place.id), pin="1"), key="2" * 32))
        await until(lambda: any(event["content"].get("msgtype") == "m.location" for _, event in server.stream))
        pins = [event for _, event in server.stream if event["content"].get("msgtype") == "m.location"]
        assert len(pins) == 1
        content = place_content(place)
        assert content is not None
        assert content["geo_uri"] == f"geo:{place.latitude:.5f},{place.longitude:.5f}"
        assert place.name in content["body"]

    town.run(check)


def test_asked_to_wait_the_channel_says_so_at_once(town: Town) -> None:
    """A homeserver's 429 is the outbox's to wait for: the call comes back at once, after one request."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        channel = town.rig.channel()
        await channel._known()
        server.refused = lambda *_: (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7500})
        before = len(server.requests)
        with pytest.raises(SendPaused) as caught:
            await channel.send(part())
        assert caught.value.retry_after == 7.5
        assert len(server.requests) - before == 1

    town.run(check)


def test_a_room_without_a_server_in_its_name_works(town: Town) -> None:
    """Rooms of the newest kind have names that are not to be taken apart."""

    async def check() -> None:
        room = "!" + "A-_z09" * 7
        town.rig.server.room(room)
        town.say(room, "bonjour")
        async with town.serving() as channel:
            (event,) = await town.hears("bonjour")
            await channel.send(Part("0" * 32, "1" * 32, event.address, _ANSWER))
        assert len(town.rig.server.shown(room)) == 1
        assert BOT not in event.address.values()

    town.run(check)
