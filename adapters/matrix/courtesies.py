"""What is polite but not owed: reactions to tap, a pin on the map.

None of it is kept or tried again, and none of it may slow an answer down.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapters.matrix.faults import translated
from adapters.matrix.server import Fault, path
from bot.errors import SendPaused

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence

    from adapters.matrix.server import Homeserver

__all__ = ["Courtesies"]

_LOG = logging.getLogger("parvis.matrix")
# Each costs the homeserver as much as an answer, and answers come first: a courtesy waits for so many seconds
# without one, as many times, and is dropped if there are none.
_QUIET, _TRIES = 0.3, 20
# Waiting or under way at once.
_MOST = 8


class Courtesies:
    """Pays them in the background; ``close`` drops what is left."""

    def __init__(self, server: Homeserver) -> None:
        self._server = server
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet_until = 0.0
        self._answered_at = 0.0
        self._answering = 0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """An answer leaves as long as the block runs."""
        self._answering += 1
        try:
            yield
        finally:
            self._answering -= 1
            self._answered_at = asyncio.get_running_loop().time()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` beside all else, unless there is too much of it already."""
        if len(self._tasks) >= _MOST or asyncio.get_running_loop().time() < self._quiet_until:
            work.close()
            return
        task = asyncio.ensure_future(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def react(self, room: str, message: str, keys: Sequence[str], key: str) -> None:
        """Put reactions under ``message``, in order; ``key`` makes their transactions' names. Raises Fault."""
        for number, shown in enumerate(keys):
            about = {"rel_type": "m.annotation", "event_id": message, "key": shown}
            await self._server.put(
                path("rooms", room, "send", "m.reaction", f"{key}r{number}"), {"m.relates_to": about}
            )

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            if await self._calm():
                await work
        except Fault as fault:
            meant = translated(fault)
            if isinstance(meant, SendPaused):
                # The homeserver counts them with the answers, which come first.
                self._quiet_until = asyncio.get_running_loop().time() + meant.retry_after
            _LOG.debug("a courtesy failed: %d %s", fault.status, fault.code)
        finally:
            work.close()

    async def _calm(self) -> bool:
        """True once no answer leaves."""
        loop = asyncio.get_running_loop()
        for _ in range(_TRIES):
            # A homeserver that has more to do than it can takes seconds for an answer: it is not calm meanwhile.
            wait = _QUIET if self._answering else self._answered_at + _QUIET - loop.time()
            if wait <= 0:
                return True
            await asyncio.sleep(wait)
        return False
