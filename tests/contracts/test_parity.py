"""The same forty questions get the same facts in the terminal and on every network; only the form differs."""

from __future__ import annotations

import asyncio
import io
import re
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from mastodonrig import MastodonRig, setup_for
from matrixrig import MatrixRig
from parity import DIALOGUES, NOON, Read, Turn, read_html, read_text, write_base
from telegramrig import TelegramRig
from town import until

from adapters.mastodon.channel import MastodonChannel
from adapters.mastodon.settings import read_mastodon
from adapters.terminal.chat import Chat, Town
from adapters.terminal.screen import Screen
from bot.answering.emergency import shipped_detector
from bot.assembly import prepare
from bot.delivery.office import PostOffice, Rules
from bot.delivery.people import Manners
from bot.delivery.states import HeldStates
from bot.desk import Desk
from bot.mail import Rate
from bot.messages import Answer, BlockKind, Outcome, Question
from bot.ports import Pace
from bot.rendering import plain_text
from bot.sealing import Sealer
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox
from bot.storage.memory import MemoryStore
from bot.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.answering.snapshot import Snapshot
    from bot.ports import Channel, Clock, Store

_SECRET = b"the secret of Ville-d'Essai"
# Nobody is hurried here: how fast a network lets the bot write is tested elsewhere.
_AT_EASE = Pace(at_once=1)
_PATIENCE = 60.0
_QUESTIONS = 40


class _Noon:
    def now(self) -> Any:
        """That Thursday's noon, UTC."""
        return NOON


@dataclass
class _Listening:
    """A desk, and all the answers it gave."""

    desk: Desk
    answers: list[Answer] = field(default_factory=list)

    def answer(self, question: Question) -> Answer:
        """The desk's answer."""
        self.answers.append(self.desk.answer(question))
        return self.answers[-1]


class _Way(Protocol):
    """One network: how a resident asks there, and what they read."""

    rig: Any

    def channel(self) -> Channel: ...

    async def ask(self, turn: Turn, chat: str) -> None: ...

    async def shown(self, chat: str) -> list[Read]:
        """Each message of the bot's in ``chat``; where a network shows a thing in two forms, the poorer one."""
        ...


@dataclass
class _Telegram:
    rig: TelegramRig = field(default_factory=TelegramRig)

    def channel(self) -> Channel:
        return self.rig.channel()

    async def ask(self, turn: Turn, chat: str) -> None:
        point = turn.point
        shared = {"location": {"latitude": point.latitude, "longitude": point.longitude}} if point else {}
        await self.rig.write(turn.text, chat, **shared)

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
class _Matrix:
    rig: MatrixRig = field(default_factory=MatrixRig)

    def channel(self) -> Channel:
        return self.rig.channel()

    async def ask(self, turn: Turn, chat: str) -> None:
        if turn.point is None:
            await self.rig.write(turn.text, chat)
        else:
            where = f"geo:{turn.point.latitude},{turn.point.longitude}"
            await self.rig.write("ici", chat, msgtype="m.location", geo_uri=where)

    async def shown(self, chat: str) -> list[Read]:
        found = []
        for content in self.rig.server.shown(f"!{chat}"):
            if content["msgtype"] == "m.notice":
                plain, styled = read_text(content["body"]), read_html(content["formatted_body"])
                assert (plain.lacks(styled), styled.lacks(plain)) == ([], [])
                found.append(plain)
        return found


@dataclass
class _Mastodon:
    rig: MastodonRig = field(default_factory=MastodonRig)

    def channel(self) -> Channel:
        setup = setup_for(self.rig.net, PARVIS_MASTODON_CALLS_PER_5_MINUTES="100000")
        return MastodonChannel(setup, replace(read_mastodon(setup.settings), poll=0.3))

    async def ask(self, turn: Turn, chat: str) -> None:
        text = turn.text if turn.point is None else f"geo:{turn.point.latitude},{turn.point.longitude}"
        self.rig.net.mention(text, _account(chat), visibility="direct", language=None)

    async def shown(self, chat: str) -> list[Read]:
        posts = [made["text"] for made in self.rig.net.shown if made["to"] == [_account(chat)]]
        return [
            read_text(re.sub(r" \(\d+/\d+\)$", "", post.removeprefix(f"@{_account(chat)} ").replace("\u2060", "")))
            for post in posts
        ]


def _account(chat: str) -> str:
    return f"{chat}@ailleurs.example"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The town, learned once."""
    return prepare(write_base(tmp_path_factory.mktemp("base")), cache=None, target_precision=0.95)


@pytest.fixture(scope="module")
def terminal(snapshot: Snapshot) -> tuple[list[Answer], list[Read]]:
    """Every answer, and what a resident reads of it in ``parvis chat``."""
    return _in_the_terminal(snapshot)


def _in_the_terminal(snapshot: Snapshot) -> tuple[list[Answer], list[Read]]:
    answers, read = list[Answer](), list[Read]()
    for dialogue in DIALOGUES:
        store, clock = MemoryStore(), _Noon()
        listening = _listening(snapshot, store, clock)
        stream = io.StringIO()
        town = Town("Ville-d'Essai", ("fr", "en"), snapshot.voice)
        chat = Chat(listening, town, store, clock, Screen(stream), "fr")
        shown: list[str] = []
        written = iter([_typed(turn) for turn in dialogue])

        def say(_: str, stream: io.StringIO = stream, shown: list[str] = shown, written: Any = written) -> str | None:
            shown.append(stream.getvalue())
            stream.seek(0)
            stream.truncate()
            typed: str | None = next(written, None)
            return typed

        chat.run(say)
        answers += listening.answers
        read += [read_text(one) for one in shown[1:]]  # the first is the greeting
    return answers, read


def _typed(turn: Turn) -> str:
    return turn.text if turn.point is None else f"/position {turn.point.latitude}, {turn.point.longitude}"


def _listening(snapshot: Snapshot, store: Store, clock: Clock) -> _Listening:
    return _Listening(Desk(snapshot, store, clock, shipped_detector()))


def test_the_forty_questions_are_of_every_kind(terminal: tuple[list[Answer], list[Read]]) -> None:
    """The questions end in every way an answer can, with all that an answer can hold."""
    answers, read = terminal
    assert len(answers) == len(read) == _QUESTIONS
    assert {answer.outcome for answer in answers} >= set(Outcome) - {Outcome.RATE_LIMITED, Outcome.ERROR}
    assert {block.kind for answer in answers for block in answer.blocks} == set(BlockKind)
    assert any(block.number for answer in answers for block in answer.blocks)
    assert any(answer.language == "en" for answer in answers)
    assert any(source.verified_on is None for answer in answers for source in answer.sources)
    assert max(len(plain_text(answer)) for answer in answers) > 4096  # more than one message on Telegram
    assert len({address for one in read for address in one.addresses}) > 5


@pytest.mark.parametrize("make", [_Telegram, _Matrix, _Mastodon], ids=["telegram", "matrix", "mastodon"])
def test_the_same_facts_everywhere(
    make: type[_Way], snapshot: Snapshot, terminal: tuple[list[Answer], list[Read]], tmp_path: Path
) -> None:
    """A resident who changes networks reads the same answer, source, date, numbers and addresses, to the word."""
    answers, read = asyncio.run(_on(make(), snapshot, tmp_path))
    for expected, given, told, shown in zip(terminal[0], answers, terminal[1], read, strict=True):
        assert replace(given, timings={}) == replace(expected, timings={})
        assert (shown.lacks(told), told.lacks(shown)) == ([], []), expected.entry_id


def test_what_a_channel_dropped_would_be_seen(terminal: tuple[list[Answer], list[Read]]) -> None:
    """Were one paragraph, source, link or choice of any answer left out, what is read would differ."""
    for answer, told in zip(*terminal, strict=True):
        for left_out in range(len(answer.blocks)):
            blocks = answer.blocks[:left_out] + answer.blocks[left_out + 1 :]
            assert read_text(plain_text(replace(answer, blocks=blocks))).lacks(told), answer.blocks[left_out]
        for block in answer.blocks:
            for span in (span for span in block.spans if span.url is not None):
                spans = tuple(replace(one, url=None) if one is span else one for one in block.spans)
                bare = tuple(replace(one, spans=spans) if one is block else one for one in answer.blocks)
                others = [one.url for other in answer.blocks for one in other.spans if one is not span]
                if span.url not in others:
                    assert read_text(plain_text(replace(answer, blocks=bare))).lacks(told)
        assert not answer.choices or read_text(plain_text(replace(answer, choices=answer.choices[1:]))).lacks(told)


async def _on(way: _Way, snapshot: Snapshot, folder: Path) -> tuple[list[Answer], list[Read]]:
    """The dialogues on one network, one message after the other; each answer, and what is read of it."""
    read: list[Read] = []
    await way.rig.start()
    try:
        async with _office(way, snapshot, folder) as (listening, file):
            for number, dialogue in enumerate(DIALOGUES):
                chat, before = f"habitant{number}", 0
                for turn in dialogue:
                    expected = len(listening.answers) + 1
                    await way.ask(turn, chat)
                    await until(
                        lambda expected=expected: len(listening.answers) == expected and _all_sent(file), _PATIENCE
                    )
                    shown = await way.shown(chat)
                    assert len(shown) > before
                    read.append(sum(shown[before + 1 :], shown[before]))
                    before = len(shown)
    finally:
        await way.rig.stop()
    return listening.answers, read


@asynccontextmanager
async def _office(way: _Way, snapshot: Snapshot, folder: Path) -> AsyncIterator[tuple[_Listening, SqliteFile]]:
    clock = _Noon()
    file = SqliteFile(folder / "parvis.db")
    states = HeldStates(SqliteStore(file))
    listening = _listening(snapshot, states, clock)
    channel: Any = way.channel()
    channel.pace = _AT_EASE
    rules = Rules(
        _SECRET,
        timedelta(days=30),
        timedelta(days=1),
        lambda: 0.5,
        Manners(asker=Rate(1000, 1.0), thread=Rate(1000, 1.0)),
    )
    office = PostOffice(
        [channel], listening, listening.desk, states, SqliteMailbox(file, Sealer(_SECRET)), clock, rules
    )
    stop = asyncio.Event()
    running = asyncio.ensure_future(office.run(stop))
    try:
        yield listening, file
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await running
        file.close()


def _all_sent(file: SqliteFile) -> bool:
    """True when every question has been answered, and every part of every answer has left."""
    waiting = (
        "select (select count(*) from inbox where payload is not null)"
        " + (select count(*) from outbox where payload is not null)"
    )
    (row,) = file.run(lambda database: list(database.execute(waiting).fetchall()))
    return not row[0]
