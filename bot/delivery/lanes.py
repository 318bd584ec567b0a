"""Work for many chats at once, one thing at a time for each, and never more than so many."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from bot.correlation import context_of
from bot.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from bot.delivery.retrying import Backoff

__all__ = ["Item", "Lanes"]

_LOG = logging.getLogger("parvis.delivery")


class Item(Protocol):
    """Something that waits on the disk, in the lane of its chat; ``question`` is the id it is logged by."""

    @property
    def question(self) -> str:
        """The id of the question it comes from."""
        ...

    @property
    def chat(self) -> str:
        """The lane."""
        ...


_ItemT = TypeVar("_ItemT", bound=Item)


class Lanes(Generic[_ItemT]):
    """Fetches what waits and does it: chats in parallel, each in order.

    ``fetch(but, limit)`` gives the oldest items but those of the chats ``but``; ``work(item)``
    does one, takes it from the disk, and returns how many seconds its chat must rest. What
    goes wrong in ``work`` leaves the item where it is: its chat rests longer each time.
    """

    def __init__(
        self,
        name: str,
        fetch: Callable[[Collection[str], int], Awaitable[list[_ItemT]]],
        work: Callable[[_ItemT], Awaitable[float]],
        at_once: int,
        backoff: Backoff,
    ) -> None:
        self._name = name
        self._fetch = fetch
        self._work = work
        self._at_once = at_once
        self._backoff = backoff
        self._busy: dict[str, asyncio.Task[float]] = {}
        self._resting: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._quiet_until = 0.0
        self._wake = asyncio.Event()
        self._stopping = False
        self._idle = False

    def wake(self) -> None:
        """Something new may wait."""
        self._idle = False
        self._wake.set()

    def rest_all(self, seconds: float) -> None:
        """Begin nothing for so long."""
        self._quiet_until = max(self._quiet_until, asyncio.get_running_loop().time() + seconds)

    def stop(self) -> None:
        """Begin nothing more; what is under way goes on."""
        self._stopping = True
        self.wake()

    async def idle(self) -> None:
        """Return once nothing is under way and nothing could begin now."""
        while self._busy or not (self._idle or self._stopping):
            await asyncio.sleep(0.01)

    async def run(self) -> None:
        """Work until stopped and what was under way is done; if cancelled, that is cancelled too."""
        failures = 0
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    begun = await self._begin()
                    failures = 0
                except StorageError as error:
                    failures += 1
                    pause = self._backoff.pause(failures)
                    _LOG.error("%s: %s; trying again in %.0f s", self._name, error.key, pause)
                    self.rest_all(pause)
                    begun = False
                if not begun:
                    await self._sleep()
            if self._busy:
                await asyncio.wait(self._busy.values())
        finally:
            for task in self._busy.values():
                task.cancel()

    async def _begin(self) -> bool:
        """Begin what can be; False if there was nothing to begin."""
        now = asyncio.get_running_loop().time()
        free = self._at_once - len(self._busy)
        self._resting = {chat: until for chat, until in self._resting.items() if until > now}
        if not free or now < self._quiet_until:
            self._idle = free > 0
            return False
        items = await self._fetch([*self._busy, *self._resting], free)
        first = {item.chat: item for item in reversed(items)}
        self._idle = not first
        if self._stopping:
            return False
        for chat, item in first.items():
            context = context_of(item.question)
            task = context.run(asyncio.ensure_future, self._work(item))
            self._busy[chat] = task
            task.add_done_callback(lambda done, chat=chat: self._end(chat, done), context=context)  # type: ignore[misc]
        return bool(first)

    def _end(self, chat: str, task: asyncio.Task[float]) -> None:
        del self._busy[chat]
        self.wake()
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._failures.pop(chat, None)
            rest = task.result()
        else:
            self._failures[chat] = self._failures.get(chat, 0) + 1
            rest = self._backoff.pause(self._failures[chat])
            # Its message may quote a resident: only its kind is logged.
            kind = error.key if isinstance(error, StorageError) else type(error).__name__
            _LOG.error("%s: %s; trying again in %.0f s", self._name, kind, rest)
        if rest > 0:
            self._resting[chat] = asyncio.get_running_loop().time() + rest

    async def _sleep(self) -> None:
        """Until something new may wait, or a rest is over."""
        now = asyncio.get_running_loop().time()
        ends = [*self._resting.values()]
        if self._quiet_until > now:
            ends = [self._quiet_until]
            # What is new must wait as well: only the end of the quiet, or a stop, matters.
            while not self._stopping and (left := self._quiet_until - asyncio.get_running_loop().time()) > 0:
                self._wake.clear()
                await _first(self._wake, left)
            return
        await _first(self._wake, max(0.0, min(ends) - now) if ends else None)


async def _first(event: asyncio.Event, seconds: float | None) -> None:
    waiter = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiter}, timeout=seconds)
    finally:
        waiter.cancel()
