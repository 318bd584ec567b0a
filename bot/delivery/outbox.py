"""Sending what waits, at the platform's pace, until it is delivered or cannot be."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.codec import unpack_part
from bot.delivery.lanes import Lanes
from bot.delivery.pacing import Pacer
from bot.delivery.retrying import outcome_of
from bot.errors import ChannelRevoked, SendFailed, SendPaused, SendRefused, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import timedelta

    from bot.delivery.names import Names
    from bot.delivery.retrying import Backoff
    from bot.mailbox import Mailbox, Outgoing
    from bot.ports import Channel, Clock, Observer

__all__ = ["Outbox", "Patience"]

_LOG = logging.getLogger("parvis.delivery")
# A platform that asks for longer is asked again after an hour, whatever it said.
_LONGEST_PAUSE = 3600.0
# As many chats failing with none between that did not: it is the platform, not the message.
_OUTAGE = 3
_KINDS = {SendPaused: "paused", SendRefused: "refused", ChannelRevoked: "revoked"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long sending is tried: each call ``call`` seconds, each part until it is ``age`` old.

    A part that fails ``tries`` times while the platform is otherwise well is given up: it
    would hold up its chat for nothing. ``chat`` and ``channel`` are the pauses.
    """

    chat: Backoff
    channel: Backoff
    age: timedelta
    tries: int = 10
    call: float = 30.0


class Outbox:
    """One channel's way out. ``last_poll`` says when its platform last answered, in the loop's seconds."""

    def __init__(
        self,
        channel: Channel,
        names: Names,
        mailbox: Mailbox,
        clock: Clock,
        patience: Patience,
        last_poll: Callable[[], float],
        revoked: Callable[[ChannelRevoked], None],
        observer: Observer,
    ) -> None:
        """``revoked`` is called when the platform no longer takes the token; nothing more is sent then."""
        self._channel = channel
        self._names = names
        self._mailbox = mailbox
        self._clock = clock
        self._patience = patience
        self._last_poll = last_poll
        self._revoked = revoked
        self._observer = observer
        self._pacer = Pacer(channel.pace)
        self._failed_at: dict[str, float] = {}  # by chat, since its last success
        self._pauses: dict[str, int] = {}  # asked for by the platform, by chat, since its last success
        self._failing: set[str] = set()  # chats that failed since the channel's last success
        self._quiets = 0
        self.lanes = Lanes(f"{names.channel}: sending", self._fetch, self._deliver, channel.pace.at_once, patience.chat)

    async def _fetch(self, but: Collection[str], limit: int) -> list[Outgoing]:
        return await self._mailbox.outgoing(self._names.channel, but, limit)

    async def _deliver(self, part: Outgoing) -> float:
        """Send ``part`` if the pace allows it; how long its chat must rest. Raises what made it fail."""
        now = asyncio.get_running_loop().time()
        if (wait := self._pacer.total_wait(now)) > 0:
            self.lanes.rest_all(wait)
            return 0.0
        if (wait := self._pacer.chat_wait(part.chat, part.public, now)) > 0:
            return wait
        if self._clock.now() - part.created_at > self._patience.age:
            await self._give_up(part, "too old")
            return 0.0
        self._pacer.count(part.chat, part.public, now)
        result = await outcome_of(self._send(part), self._patience.call)
        if isinstance(result, str):
            await self._delivered(part, result)
            return 0.0
        return await self._undelivered(part, result)

    async def _send(self, part: Outgoing) -> str:
        shown = await self._mailbox.shown(part.source, part.number) if part.edits else None
        if shown is not None:
            return await self._channel.edit(unpack_part(part.payload), shown)
        return await self._channel.send(unpack_part(part.payload))

    async def _delivered(self, part: Outgoing, message: str) -> None:
        self._failed_at.pop(part.chat, None)
        self._pauses.pop(part.chat, None)
        self._failing.clear()
        self._quiets = 0
        failures = 0
        while True:
            try:
                await self._mailbox.sent(part, message, self._names.sent(message), self._clock.now())
            except StorageError as error:
                # What left must not leave again: its chat waits until the disk knows.
                failures += 1
                pause = self._patience.channel.pause(failures)
                _LOG.error("%s: sent, but not noted: %s; trying again in %.0f s", part.channel, error.key, pause)
                await asyncio.sleep(pause)
            else:
                seconds = (self._clock.now() - part.created_at).total_seconds()
                self._observer.delivered(part.channel, seconds)
                told = {"channel": part.channel, "part": part.number, "seconds": round(seconds, 3)}
                _LOG.info("delivered", extra=told)
                return

    async def _undelivered(self, part: Outgoing, error: BaseException) -> float:
        if not isinstance(error, StorageError):
            self._observer.troubled(part.channel, _KINDS.get(type(error), "failed"))
        if isinstance(error, SendPaused):
            pause = min(max(error.retry_after, 0.1), _LONGEST_PAUSE)
            if error.everywhere:
                self.lanes.rest_all(pause)
                return 0.0
            self._ill(part)
            self._pauses[part.chat] = self._pauses.get(part.chat, 0) + 1
            # Asked to wait again and again, it waits longer than it is asked to.
            return max(pause, self._patience.chat.pause(self._pauses[part.chat]))
        if isinstance(error, SendRefused):
            await self._give_up(part, error.reason, whole_chat=error.gone)
            return 0.0
        if isinstance(error, ChannelRevoked):
            self.lanes.stop()
            self._revoked(error)
            return 0.0
        if isinstance(error, StorageError):
            raise error
        reason = error.reason if isinstance(error, SendFailed) else type(error).__name__
        await self._failed(part, reason)
        raise error

    async def _failed(self, part: Outgoing, reason: str) -> None:
        before = self._failed_at.get(part.chat)
        self._failed_at[part.chat] = asyncio.get_running_loop().time()
        if self._ill(part):
            return
        if before is not None and self._last_poll() <= before:
            return  # the platform has not answered anything meanwhile: it is not this part's fault
        if part.attempts + 1 < self._patience.tries:
            await self._mailbox.failed_once(part)
        else:
            await self._give_up(part, reason)

    def _ill(self, part: Outgoing) -> bool:
        """One more chat in trouble; true if that makes so many that the whole channel rests, longer each time."""
        self._failing.add(part.chat)
        if len(self._failing) < _OUTAGE:
            return False
        self._quiets += 1
        self.lanes.rest_all(self._patience.channel.pause(self._quiets))
        return True

    async def _give_up(self, part: Outgoing, reason: str, *, whole_chat: bool = False) -> None:
        number = await self._mailbox.give_up(part, reason, self._clock.now(), whole_chat=whole_chat)
        self._failed_at.pop(part.chat, None)
        self._pauses.pop(part.chat, None)
        self._failing.discard(part.chat)
        self._observer.gave_up(part.channel, number)
        _LOG.warning("%s: %d given up for good: %s", part.channel, number, reason)
