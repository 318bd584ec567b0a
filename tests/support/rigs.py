"""What the contract of channels asks of whoever tests one: a network on which a resident writes and things go wrong.

Each channel adds its rig to ``tests/contracts/conftest.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from fakechannel import ME, FakeChannel
from fakenet import FakeNet, Trouble

from bot.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.mail import Event
    from bot.ports import Channel

__all__ = ["FakeRig", "Recorder", "Rig", "Trouble"]


class Rig(Protocol):
    """A network for tests. ``chat`` and ``asker`` are names of the rig's own, which it maps to the platform's."""

    honours_keys: bool  # a second send with one key shows nothing more
    edits: bool  # a message can be rewritten in its place

    async def start(self) -> None:
        """Bring the network up."""
        ...

    async def stop(self) -> None:
        """Take it down."""
        ...

    def channel(self) -> Channel:
        """A new channel to it, as after a restart of the bot."""
        ...

    async def write(self, text: str, chat: str = "chat", asker: str = "resident") -> str:
        """A resident writes; the rig's name of the message."""
        ...

    async def rewrite(self, message: str, text: str) -> None:
        """The resident edits ``message``."""
        ...

    async def write_as_bot(self, text: str) -> None:
        """A message of the bot's own comes in, as networks echo them."""
        ...

    async def malformed(self) -> None:
        """Something comes in that is no event."""
        ...

    async def shown(self, chat: str = "chat") -> list[str]:
        """The bot's messages in ``chat``, in order, as a resident reads them."""
        ...

    def befall(self, trouble: Trouble) -> None:
        """From now on every call fails that way; NONE ends it."""
        ...

    def block(self, chat: str = "chat") -> None:
        """The resident wants to hear no more of the bot."""
        ...


@dataclass
class Recorder:
    """A receiver that keeps in memory what it takes, and fails while ``full``."""

    events: list[Event] = field(default_factory=list)
    at: str | None = None
    polls: int = 0
    full: bool = False

    async def cursor(self) -> str | None:
        """The last cursor taken."""
        return self.at

    async def take(self, events: Sequence[Event], cursor: str | None = None) -> int:
        """Keep new events."""
        if self.full:
            raise StorageError("operator.store_unwritable", path="a full disk", detail="full")
        seen = {event.id for event in self.events}
        new = [event for event in events if event.id not in seen]
        self.events += new
        self.at = cursor if cursor is not None else self.at
        self.polls += 1
        return len(new)

    def polled(self) -> None:
        """Count a poll."""
        self.polls += 1

    @property
    def texts(self) -> list[str]:
        """What residents wrote."""
        return [event.text for event in self.events]


@dataclass
class FakeRig:
    """The fake network, in this process."""

    honours_keys: bool = True
    edits: bool = True
    net: FakeNet = field(default_factory=FakeNet)
    written: int = 0

    async def start(self) -> None:
        """It is always up."""

    async def stop(self) -> None:
        """Nothing to take down."""

    def channel(self) -> Channel:
        """A new channel."""
        return FakeChannel(self.net.call)

    async def write(self, text: str, chat: str = "chat", asker: str = "resident", **more: Any) -> str:
        """A resident writes, at noon."""
        self.written += 1
        name = f"e{self.written}"
        self.net.add({"id": name, "asker": asker, "chat": chat, "text": text, "at": 1763640000} | more)
        return name

    async def rewrite(self, message: str, text: str) -> None:
        """The resident edits ``message``."""
        await self.write(text, kind="edit", message=message)

    async def write_as_bot(self, text: str) -> None:
        """The bot's own message comes in."""
        await self.write(text, asker=ME)

    async def malformed(self) -> None:
        """What is no event comes in."""
        self.net.add({"nothing": [1]})
        self.net.add("?")

    async def shown(self, chat: str = "chat") -> list[str]:
        """What the bot said in ``chat``."""
        return [message["text"] for message in self.net.shown if message["chat"] == chat]

    def befall(self, trouble: Trouble) -> None:
        """Every call fails that way."""
        self.net.trouble = trouble

    def block(self, chat: str = "chat") -> None:
        """Nothing reaches ``chat``."""
        self.net.blocked.add(chat)
