"""Keeping each channel alive, apart from the others, without ever turning in circles."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.errors import ChannelRevoked, ParvisError, SendPaused
from bot.standing import ChannelStanding, ChannelState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.delivery.inbox import Inbox
    from bot.delivery.retrying import Backoff
    from bot.ports import Channel, Observer

__all__ = ["Supervisor", "forever"]

_LOG = logging.getLogger("parvis.delivery")
# A channel that has heard nothing from its platform for so long hangs, whatever its library says:
# three of the longest polls in use (a minute).
SILENCE = 180.0
_GRACE = 2.0


class Supervisor:
    """Runs one channel's ``serve`` until the channel is revoked or the supervisor is cancelled."""

    def __init__(
        self, channel: Channel, inbox: Inbox, backoff: Backoff, observer: Observer, silence: float = SILENCE
    ) -> None:
        self._channel = channel
        self._observer = observer
        self._inbox = inbox
        self._backoff = backoff
        self._silence = silence
        self._serving: asyncio.Task[None] | None = None
        self.revoked: ChannelRevoked | None = None

    def revoke(self, error: ChannelRevoked) -> None:
        """The platform no longer takes the token: stop receiving too."""
        self.revoked = error
        if self._serving is not None:
            self._serving.cancel()

    def standing(self) -> ChannelStanding:
        """How the channel is."""
        age = self._inbox.silence()
        if self.revoked is not None:
            state = ChannelState.STOPPED
        elif (self._inbox.waited() if age is None else age) >= self._silence:
            state = ChannelState.SILENT
        else:
            state = ChannelState.STARTING if age is None else ChannelState.WELL
        return ChannelStanding(self._channel.name, state, age)

    async def run(self) -> None:
        """Serve, again and again; returns when the channel is revoked."""
        failures, name = 0, self._channel.name
        loop = asyncio.get_running_loop()
        while self.revoked is None:
            began = loop.time()
            self._inbox.polled_at = began
            error = await self._serve()
            if isinstance(error, ChannelRevoked):
                self.revoked = error
            if self.revoked is not None:
                break
            self._observer.troubled(name, "poll")
            failures = 1 if self._inbox.polled_at > began else failures + 1
            pause = self._backoff.pause(failures)
            if isinstance(error, SendPaused):
                pause = max(pause, min(error.retry_after, self._backoff.longest))
            _LOG.error("%s: %s; starting again in %.0f s", name, _kind(error), pause)
            await asyncio.sleep(pause)
        _LOG.critical("%s: stopped: the platform no longer takes its token", name)

    async def _serve(self) -> BaseException | None:
        """Serve until it ends or falls silent; what it ended with."""
        task = asyncio.ensure_future(self._channel.serve(self._inbox))
        self._serving = task
        try:
            while not task.done():
                left = self._silence - self._inbox.age()
                if left <= 0:
                    break
                await asyncio.wait({task}, timeout=left)
        finally:
            silent = not task.done()
            if silent:
                task.cancel()
                await asyncio.wait({task}, timeout=_GRACE)
            self._serving = None
        if silent or task.cancelled():
            return None
        return task.exception()


async def forever(name: str, run: Callable[[], Awaitable[None]], backoff: Backoff) -> None:
    """Run what must not end with an error; if it does, say so and run it again after a pause."""
    failures = 0
    while True:
        failures += 1
        try:
            await run()
        except Exception as error:  # noqa: BLE001  # the other channels go on
            pause = backoff.pause(failures)
            _LOG.error("%s: %s; starting again in %.0f s", name, _kind(error), pause)
            await asyncio.sleep(pause)
        else:
            return


def _kind(error: BaseException | None) -> str:
    """What may be logged of an error: the words of ours, only the kind of others."""
    if error is None:
        return "silent"
    return str(error) if isinstance(error, ParvisError) else type(error).__name__
