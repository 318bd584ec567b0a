"""The pseudonyms of one channel: what reaches the disk in place of the platform's names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.mailbox import Letter
from bot.privacy import pseudonym

if TYPE_CHECKING:
    from datetime import datetime

    from bot.mail import Event

__all__ = ["Names"]


@dataclass(frozen=True, slots=True)
class Names:
    """Makes pseudonyms with the operator's secret; each kind of name has its own space."""

    channel: str
    secret: bytes = field(repr=False)

    def letter(self, event: Event, payload: str, now: datetime) -> Letter:
        """``event`` as it goes into the inbox; what claims to come from the future was sent now."""
        return Letter(
            id=self._of("event", event.id),
            channel=self.channel,
            asker=self.asker(event.asker),
            chat=self._of("chat", event.chat),
            conversation=self._of("conversation", f"{event.chat}\0{event.asker}"),
            sent_at=min(event.sent_at, now),
            received_at=now,
            payload=payload,
        )

    def asker(self, raw: str) -> str:
        """A resident's account."""
        return self._of("asker", raw)

    def source(self, event: Event) -> str:
        """The resident's message, the same for its later edits."""
        return self._of("source", event.message or event.id)

    def thread(self, event: Event) -> str:
        """What loops are counted by."""
        return self._of("thread", event.thread or f"{event.chat}\0{event.asker}")

    def sent(self, message: str) -> str:
        """A message of the bot's."""
        return self._of("sent", message)

    def part(self, letter: Letter, number: int) -> str:
        """The idempotency key of one part of the answer to ``letter``."""
        return self._of("part", f"{letter.id}:{number}")

    def _of(self, kind: str, raw: str) -> str:
        return pseudonym(self.secret, f"{self.channel}/{kind}", raw)
