"""Taking events in: on the disk, with the cursor, before the platform hears that they were received."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.delivery.codec import pack_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.delivery.names import Names
    from bot.mail import Event
    from bot.mailbox import Mailbox
    from bot.ports import Clock, Observer

__all__ = ["Inbox"]

_LOG = logging.getLogger("parvis.delivery")


class Inbox:
    """One channel's way in: a ``bot.ports.Receiver``. ``taken`` is called when something new is on the disk."""

    def __init__(
        self,
        names: Names,
        mailbox: Mailbox,
        clock: Clock,
        monotonic: Callable[[], float],
        taken: Callable[[], None],
        observer: Observer,
    ) -> None:
        """``monotonic`` gives seconds that a change of the clock does not touch."""
        self._names = names
        self._mailbox = mailbox
        self._clock = clock
        self._monotonic = monotonic
        self._taken = taken
        self._observer = observer
        self._answered_at: float | None = None
        self.polled_at = self._made_at = monotonic()

    async def cursor(self) -> str | None:
        """Where receiving goes on from; raises StorageError."""
        return await self._mailbox.cursor(self._names.channel)

    async def take(self, events: Sequence[Event], cursor: str | None = None) -> int:
        """Put ``events`` and ``cursor`` on the disk in one transaction; how many were new; raises StorageError."""
        now = self._clock.now()
        letters = [self._names.letter(event, pack_event(event), now) for event in events]
        new = await self._mailbox.take(self._names.channel, letters, cursor)
        self.polled()
        if new:
            self._observer.received(self._names.channel, new)
            self._taken()
            for letter in letters:
                _LOG.info("received", extra={"channel": letter.channel, "question": letter.id})
        if new < len(events):
            _LOG.info("%s: %d events delivered again", self._names.channel, len(events) - new)
        return new

    def polled(self) -> None:
        """The platform answered just now."""
        self.polled_at = self._answered_at = self._monotonic()

    def age(self) -> float:
        """Seconds since the last successful poll, or since the channel was last started."""
        return self._monotonic() - self.polled_at

    def silence(self) -> float | None:
        """Seconds since the last successful poll, whatever was started since; None if there was none."""
        return None if self._answered_at is None else self._monotonic() - self._answered_at

    def waited(self) -> float:
        """Seconds since there is this inbox."""
        return self._monotonic() - self._made_at
