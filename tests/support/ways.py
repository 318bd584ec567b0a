"""Each network with a real desk behind it: how a resident asks there, and what they read."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from mastodonrig import MastodonRig, setup_for
from matrixrig import MatrixRig
from parity import NOON, Read, Turn, read_html, read_text
from telegramrig import TelegramRig
from town import until

from adapters.mastodon.channel import MastodonChannel
from adapters.mastodon.settings import read_mastodon
from bot.answering.emergency import shipped_detector
from bot.delivery.office import PostOffice, Rules
from bot.delivery.people import Manners
from bot.delivery.states import HeldStates
from bot.desk import Desk
from bot.mail import Rate
from bot.ports import Pace
from bot.sealing import Sealer
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox
from bot.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable
    from pathlib import Path

    from bot.answering.snapshot import Snapshot
    from bot.messages import Answer, Question
    from bot.ports import Channel, Clock, Store

_SECRET = b"the secret of Ville-d'Essai"
# Nobody is hurried here: how fast a network lets the bot write is tested elsewhere.
_AT_EASE = Pace(at_once=1)
_PATIENCE = 60.0
_T = TypeVar("_T")


class Noon:
    """A clock."""

    def now(self) -> Any:
        """That Thursday's noon, UTC."""
        return NOON


@dataclass
class Listening:
    """A desk, and all the answers it gave."""

    desk: Desk
    answers: list[Answer] = field(default_factory=list)

    def answer(self, question: Question) -> Answer:
        """The desk's answer."""
        self.answers.append(self.desk.answer(question))
        return self.answers[-1]


class Way(Protocol):
    """One network: how a resident asks there, and what they read."""

    rig: Any

    def channel(self) -> Channel: ...

    async def ask(self, turn: Turn, chat: str) -> str:
        """A resident says ``turn``; the network's name of it."""
        ...

    async def rewrite(self, message: str, text: str, chat: str) -> None:
        """The resident corrects ``message``."""
        ...

    async def praise(self, chat: str) -> None:
        """The resident says that the last answer helped, as one does there."""
        ...

    async def shown(self, chat: str) -> list[Read]:
        """Each message of the bot's in ``chat``; where a network shows a thing in two forms, the poorer one."""
        ...


@dataclass
class TelegramWay:
    rig: TelegramRig = field(default_factory=TelegramRig)

    def channel(self) -> Channel:
        return self.rig.channel()

    async def ask(self, turn: Turn, chat: str) -> str:
        point = turn.point
        shared = {"location": {"latitude": point.latitude, "longitude": point.longitude}} if point else {}
        return await self.rig.write(turn.text, chat, **shared)

    async def rewrite(self, message: str, text: str, chat: str) -> None:  # noqa: ARG002 - the message knows its chat
        await self.rig.rewrite(message, text)

    async def praise(self, chat: str) -> None:
        (last,) = [one for one in self.rig.api.shown if one["chat_id"] == self.rig.people[chat]][-1:]
        (yes, _) = last["reply_markup"]["inline_keyboard"][-1]
        await self.rig.press(yes["callback_data"], last, chat)

    async def shown(self, chat: str) -> list[Read]:
        found = []
        for one in self.rig.api.shown:
            if one["chat_id"] == self.rig.people.get(chat):
                rows = (one.get("reply_markup") or {}).get("inline_keyboard", [])
                labels = [button["text"] for row in rows for button in row]
                numbered = re.findall(r"^\d\. .*", one["text"], re.MULTILINE)
                assert [label for label in labels if re.match(r"\d\. ", label)] in (
                    [],
                    numbered[-len(labels) :],
                    numbered,
                )
                links = [entity["url"] for entity in one.get("entities") or [] if entity["type"] == "text_link"]
                found.append(read_text(one["text"], links))
        return found


@dataclass
class MatrixWay:
    rig: MatrixRig = field(default_factory=MatrixRig)

    def channel(self) -> Channel:
        return self.rig.channel()

    async def ask(self, turn: Turn, chat: str) -> str:
        if turn.point is None:
            return await self.rig.write(turn.text, chat, asker=chat)
        where = f"geo:{turn.point.latitude},{turn.point.longitude}"
        return await self.rig.write("ici", chat, asker=chat, msgtype="m.location", geo_uri=where)

    async def rewrite(self, message: str, text: str, chat: str) -> None:
        about = {"rel_type": "m.replace", "event_id": message}
        new = {"m.new_content": {"msgtype": "m.text", "body": text}, "m.relates_to": about}
        await self.rig.write(f"* {text}", chat, asker=chat, **new)

    async def praise(self, chat: str) -> None:
        said = [event for room, event in self.rig.server.stream if room == f"!{chat}" and event.get("by_bot")]
        answers = [event["event_id"] for event in said if event["type"] == "m.room.message"]
        about = {"rel_type": "m.annotation", "event_id": answers[-1], "key": "\U0001f44d"}
        reaction = {"type": "m.reaction", "sender": f"@{chat}:essai", "content": {"m.relates_to": about}}
        self.rig.server.add(f"!{chat}", reaction)

    async def shown(self, chat: str) -> list[Read]:
        found = []
        for content in self.rig.server.shown(f"!{chat}"):
            if content["msgtype"] == "m.notice":
                plain, styled = read_text(content["body"]), read_html(content["formatted_body"])
                assert (plain.lacks(styled), styled.lacks(plain)) == ([], [])
                found.append(plain)
        return found


@dataclass
class MastodonWay:
    rig: MastodonRig = field(default_factory=MastodonRig)

    def channel(self) -> Channel:
        setup = setup_for(self.rig.net, PARVIS_MASTODON_CALLS_PER_5_MINUTES="100000")
        return MastodonChannel(setup, replace(read_mastodon(setup.settings), poll=0.3))

    async def ask(self, turn: Turn, chat: str) -> str:
        text = turn.text if turn.point is None else f"geo:{turn.point.latitude},{turn.point.longitude}"
        made = self.rig.net.mention(text, _account(chat), visibility="direct", language=None)
        return str(made["id"])

    async def rewrite(self, message: str, text: str, chat: str) -> None:  # noqa: ARG002 - the message knows its chat
        self.rig.net.rewrite(message, text)

    async def praise(self, chat: str) -> None:
        posts = [made["id"] for made in self.rig.net.shown if made["to"] == [_account(chat)]]
        self.rig.net.favourite(posts[0], _account(chat))

    async def shown(self, chat: str) -> list[Read]:
        posts = [made["text"] for made in self.rig.net.shown if made["to"] == [_account(chat)]]
        return [
            read_text(re.sub(r" \(\d+/\d+\)$", "", post.removeprefix(f"@{_account(chat)} ").replace("\u2060", "")))
            for post in posts
        ]


def _account(chat: str) -> str:
    return f"{chat}@ailleurs.example"


def listening_to(snapshot: Snapshot, store: Store, clock: Clock) -> Listening:
    return Listening(Desk(snapshot, store, clock, shipped_detector()))


@dataclass
class Office:
    """A post office on one network, which runs."""

    way: Way
    listening: Listening
    file: SqliteFile
    post: PostOffice
    _seen: dict[str, int] = field(default_factory=dict)

    async def asks(self, turn: Turn, chat: str) -> Read:
        """A resident says ``turn``; what they read of the answer, once all of it has come."""
        await self.after(self.way.ask(turn, chat))
        shown, before = await self.way.shown(chat), self._seen.get(chat, 0)
        assert len(shown) > before
        self._seen[chat] = len(shown)
        return sum(shown[before + 1 :], shown[before])

    async def after(self, what: Awaitable[_T]) -> _T:
        """What a resident's ``what`` gives, once all that follows from it has been done and shown."""
        number = self._letters()
        done = await what
        await until(lambda: self._letters() > number and self._all_sent(), _PATIENCE)
        return done

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in the file."""
        return self.file.run(lambda database: [tuple(row) for row in database.execute(sql).fetchall()])

    def _letters(self) -> int:
        return self._count("select count(*) from inbox")

    def _all_sent(self) -> bool:
        """True when every question has been answered, and every part of every answer has left."""
        waiting = "(select count(*) from inbox where payload is not null)"
        return not self._count(f"select {waiting} + (select count(*) from outbox where payload is not null)")

    def _count(self, sql: str) -> int:
        return int(self.rows(sql)[0][0])


@asynccontextmanager
async def open_way(way: Way, snapshot: Snapshot, folder: Path, *others: Way) -> AsyncIterator[Office]:
    """The network and ``others``, and a post office on them, whose file is in ``folder``, as long as the block runs."""
    clock = Noon()
    file = SqliteFile(folder / "parvis.db")
    states = HeldStates(SqliteStore(file))
    listening = listening_to(snapshot, states, clock)
    channels: list[Any] = []
    for one in (way, *others):
        await one.rig.start()
        channels.append(one.channel())
        channels[-1].pace = _AT_EASE
    at_ease = Manners(asker=Rate(1000, 1.0), thread=Rate(1000, 1.0))
    rules = Rules(_SECRET, timedelta(days=30), timedelta(days=1), lambda: 0.5, at_ease)
    mailbox = SqliteMailbox(file, Sealer(_SECRET))
    office = PostOffice(channels, listening, listening.desk, states, mailbox, clock, rules)
    stop = asyncio.Event()
    running = asyncio.ensure_future(office.run(stop))
    try:
        yield Office(way, listening, file, office)
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await running
        file.close()
        for one in (way, *others):
            await one.rig.stop()
