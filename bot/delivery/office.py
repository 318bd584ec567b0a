"""The post office: all channels, one desk, and what lies between."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.delivery.inbox import Inbox
from bot.delivery.lanes import Lanes
from bot.delivery.names import Names
from bot.delivery.observing import Nobody
from bot.delivery.outbox import Outbox, Patience
from bot.delivery.people import Doorkeeper, Manners
from bot.delivery.retrying import Backoff, outcome_of
from bot.delivery.supervision import Supervisor, forever
from bot.delivery.worker import Town, Worker
from bot.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
    from datetime import timedelta
    from typing import Any

    from bot.delivery.states import HeldStates
    from bot.errors import ChannelRevoked
    from bot.mailbox import Letter, Mailbox, Tally
    from bot.ports import Answerer, Channel, Clock, Observer, Speaker
    from bot.standing import ChannelStanding

__all__ = ["Line", "PostOffice", "Rules"]

_LOG = logging.getLogger("parvis.delivery")
# An answer takes about a millisecond of one processor; more threads would only wait for each other.
_THREADS = 2
# Answers under way at once: enough that none waits for another's disk.
_AT_ONCE = 16
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator decides: the ``secret`` of pseudonyms, how long records are kept, people's limits.

    ``closing`` is how many seconds a stop may take. ``random`` gives numbers from 0 to 1 for
    the jitter of pauses.
    """

    secret: bytes = field(repr=False)
    keep: timedelta
    sending: timedelta
    random: Callable[[], float]
    manners: Manners = field(default_factory=Manners)
    closing: float = 9.0


@dataclass(frozen=True, slots=True)
class Line:
    """One channel with its way in and out."""

    channel: Channel
    inbox: Inbox
    outbox: Outbox
    supervisor: Supervisor


class PostOffice:
    """Receives, answers and sends on every channel until told to stop."""

    def __init__(
        self,
        channels: Sequence[Channel],
        answerer: Answerer,
        speaker: Speaker,
        states: HeldStates,
        mailbox: Mailbox,
        clock: Clock,
        rules: Rules,
        observer: Observer | None = None,
    ) -> None:
        """``answerer`` must keep its conversations in ``states``. Made inside a running event loop."""
        self._observer = observer or Nobody()
        self._mailbox = mailbox
        self._clock = clock
        self._rules = rules
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="desk")
        named = {channel.name: (channel, Names(channel.name, rules.secret)) for channel in channels}
        self._names = tuple(named)
        worker = Worker(
            Town(answerer, speaker, states, self._threads),
            mailbox,
            named,
            clock,
            rules.manners,
            Doorkeeper(rules.manners),
            lambda name: self.lines[name].outbox.lanes.wake(),
            self._observer,
        )
        pauses = Backoff(1.0, 30.0, rules.random)
        self._desk: Lanes[Letter] = Lanes("answering", self._waiting, worker.settle, _AT_ONCE, pauses)
        self.lines = {name: self._line(channel, names) for name, (channel, names) in named.items()}

    def _line(self, channel: Channel, names: Names) -> Line:
        rules, random = self._rules, self._rules.random
        observer, time = self._observer, asyncio.get_running_loop().time
        inbox = Inbox(names, self._mailbox, self._clock, time, self._desk.wake, observer)
        supervisor = Supervisor(channel, inbox, Backoff(1.0, 300.0, random), observer)
        patience = Patience(Backoff(1.0, 300.0, random), Backoff(1.0, 60.0, random), rules.sending)
        outbox = Outbox(
            channel, names, self._mailbox, self._clock, patience, lambda: inbox.polled_at, supervisor.revoke, observer
        )
        return Line(channel, inbox, outbox, supervisor)

    async def run(self, stop: asyncio.Event) -> tuple[ChannelRevoked, ...]:
        """Work until ``stop`` or until every channel is revoked; which were.

        A stop takes no more than ``closing`` seconds: nothing more is received, what is
        under way is answered and sent, the rest waits on the disk for the next start.
        """
        pauses = Backoff(1.0, 60.0, self._rules.random)
        start = asyncio.ensure_future
        taking = [start(forever(name, line.supervisor.run, pauses)) for name, line in self.lines.items()]
        answering = start(forever("answering", self._desk.run, pauses))
        sending = [start(forever(name, line.outbox.lanes.run, pauses)) for name, line in self.lines.items()]
        tending = start(forever("tending", self._tend, pauses))
        stopped, revoked = start(stop.wait()), start(asyncio.wait(taking))
        try:
            ended: set[asyncio.Future[Any]] = {stopped, revoked}
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            revoked.cancel()
            tending.cancel()
            await self._close(taking, answering, sending)
        return tuple(line.supervisor.revoked for line in self.lines.values() if line.supervisor.revoked is not None)

    def standings(self) -> list[ChannelStanding]:
        """How each channel is."""
        return [line.supervisor.standing() for line in self.lines.values()]

    async def tallies(self) -> list[Tally]:
        """What waits and what failed, by channel; raises StorageError."""
        return await self._mailbox.tallies()

    async def _waiting(self, but: Collection[str], limit: int) -> list[Letter]:
        return await self._mailbox.waiting(self._names, but, limit)

    async def _tend(self) -> None:
        """Every hour, delete what need not be kept."""
        while True:
            try:
                await self._mailbox.purge(self._clock.now(), self._rules.keep)
            except StorageError as error:
                _LOG.error("purge: %s; trying again in an hour", error.key)
            await asyncio.sleep(_HOUR)

    async def _close(
        self, taking: list[asyncio.Task[None]], answering: asyncio.Task[None], sending: list[asyncio.Task[None]]
    ) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._rules.closing
        for task in taking:
            task.cancel()
        await asyncio.wait(taking, timeout=self._rules.closing / 4)
        self._desk.stop()
        await asyncio.wait({answering}, timeout=max(0.0, end - loop.time()) / 2)
        lines = self.lines.values()
        await _all(((line.outbox.lanes.idle() for line in lines)), max(0.0, end - loop.time()) / 2)
        for line in lines:
            line.outbox.lanes.stop()
        await asyncio.wait(sending, timeout=max(0.0, end - loop.time()) / 2)
        for task in (answering, *sending):
            task.cancel()
        await asyncio.wait({answering, *sending}, timeout=1.0)
        await _all((line.channel.close() for line in lines), max(1.0, end - loop.time()))
        self._threads.shutdown(wait=False)


async def _all(works: Iterable[Coroutine[Any, Any, None]], seconds: float) -> None:
    """Do all of ``works`` at once, each for ``seconds`` at most, whatever becomes of it."""
    await asyncio.gather(*(outcome_of(work, seconds) for work in works))
