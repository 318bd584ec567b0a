"""A town that answers at once, and a post office around it, for tests of the delivery."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.delivery.office import PostOffice, Rules
from bot.delivery.people import Manners
from bot.delivery.states import HeldStates
from bot.errors import StorageError
from bot.messages import Answer, Block, BlockKind, Match, Outcome, Question, Span
from bot.ports import ConversationState
from bot.sealing import Sealer
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox
from bot.storage.sqlite import SqliteStore
from bot.voice import Voice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.ports import Channel, Observer

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
SECRET = b"the secret of Ville-d'Essai"


@dataclass
class SetClock:
    """A clock that shows what it is set to."""

    at: datetime = NOON

    def now(self) -> datetime:
        """What it is set to."""
        return self.at


@dataclass
class EchoTown:
    """Answers "Réponse à: …" to everything; "urgence" is an emergency, "long" has many paragraphs."""

    states: HeldStates
    clock: SetClock
    asked: list[Question] = field(default_factory=list)
    breaks: bool = False
    swallows: bool = False

    def answer(self, question: Question) -> Answer:
        """The answer; a conversation counts what it was asked."""
        self.asked.append(question)
        if self.breaks:
            raise RuntimeError(question.text)
        try:
            state = self.states.recall(question.conversation, self.clock.now())
        except StorageError:
            if not self.swallows:
                raise
            return Answer(Outcome.ERROR, "fr", (Block(BlockKind.NOTICE, (Span("Je n'ai pas réussi."),)),))
        before = int(state.entry_id or 0) if state is not None else 0
        self.states.remember(question.conversation, ConversationState(self.clock.now(), str(before + 1)))
        outcome = Outcome.EMERGENCY if "urgence" in question.text else Outcome.ANSWERED
        texts = [f"Réponse à : {question.text} ({before + 1})"]
        texts += [f"Paragraphe {number}. " + "Bla. " * 20 for number in range(5)] * ("long" in question.text)
        blocks = tuple(Block(BlockKind.PARAGRAPH, (Span(text),)) for text in texts)
        return Answer(
            outcome, "fr", blocks, entry_id="essai", matches=(Match("essai", 1.0, 0.9),), timings={"rank": 0.1}
        )

    def say(self, key: str, language: str | None) -> str:
        """The bot's own sentence."""
        return Voice().say(key, language or "fr", town="Ville-d'Essai")


@dataclass
class Desk:
    """An office that runs, and what a test looks at."""

    office: PostOffice
    town: EchoTown
    clock: SetClock
    mailbox: SqliteMailbox
    file: SqliteFile

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What stands in the file."""
        return self.file.run(lambda database: [tuple(row) for row in database.execute(sql).fetchall()])


@asynccontextmanager
async def open_office(
    path: Path,
    *channels: Channel,
    clock: SetClock | None = None,
    manners: Manners | None = None,
    observer: Observer | None = None,
) -> AsyncIterator[Desk]:
    """A post office on ``channels`` that runs as long as the block does."""
    clock = clock or SetClock()
    file = SqliteFile(path, busy_seconds=0.05)
    mailbox = SqliteMailbox(file, Sealer(SECRET))
    states = HeldStates(SqliteStore(file))
    town = EchoTown(states, clock)
    rules = Rules(SECRET, timedelta(days=30), timedelta(days=1), lambda: 0.5, manners or Manners())
    office = PostOffice(channels, town, town, states, mailbox, clock, rules, observer)
    stop = asyncio.Event()
    running = asyncio.ensure_future(office.run(stop))
    try:
        yield Desk(office, town, clock, mailbox, file)
    finally:
        stop.set()
        await running
        file.close()


async def until(what: Callable[[], bool], seconds: float = 5000.0) -> None:
    """Wait, in the loop's time, until ``what``; raises TimeoutError."""
    pause = 0.01
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, 10.0)
