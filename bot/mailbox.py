"""What the delivery asks of the disk: values already pseudonymous, and the promises of who keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime, timedelta

    from bot.messages import Answer
    from bot.ports import ConversationState

__all__ = ["Failure", "Letter", "Mailbox", "Outgoing", "Rating", "Record", "Settlement", "Tally"]


@dataclass(frozen=True, slots=True)
class Letter:
    """An event in the inbox. All names are pseudonyms; ``payload`` is kept encrypted and only until settled."""

    id: str
    channel: str
    asker: str
    chat: str
    conversation: str
    sent_at: datetime
    received_at: datetime
    payload: str

    @property
    def question(self) -> str:
        """The question it is: what its parts name too."""
        return self.id


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A part in the outbox; ``payload`` is kept encrypted and only until it is delivered or given up.

    ``source`` is the pseudonym of the resident's message; ``edits`` is true if the part takes the
    place of the answer given to an earlier wording of it. ``attempts`` counts failures of this
    part while others went through.
    """

    key: str
    question: str
    channel: str
    asker: str
    chat: str
    source: str
    number: int
    edits: bool
    public: bool
    created_at: datetime
    payload: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What is learned from: ``text`` is redacted, None where it is too grave to keep."""

    visibility: str
    text: str | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Rating:
    """A resident said whether an answer helped; ``about`` is a question's id or the pseudonym of a message sent."""

    about: tuple[str, str]
    helpful: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """All that follows from one letter, written in one transaction; ``outcome`` says how it ended.

    ``forget``: all that is kept of the letter's asker goes first.
    """

    letter: Letter
    outcome: str
    at: datetime
    parts: tuple[Outgoing, ...] = ()
    record: Record | None = None
    state: ConversationState | None = None
    rating: Rating | None = None
    forget: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How many letters wait for an answer, and how many parts wait or have failed for good, on one channel.

    ``unanswered_since`` and ``waiting_since`` are when the oldest of each came to wait; None if none waits.
    """

    channel: str
    unanswered: int
    waiting: int
    failed: int
    unanswered_since: datetime | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Parts of one channel that failed for one reason: how many, and when the last did."""

    channel: str
    reason: str
    number: int
    last: datetime


class Mailbox(Protocol):
    """Inbox, outbox and records on the disk. Every method may raise StorageError, and then changed nothing."""

    async def cursor(self, channel: str) -> str | None:
        """The cursor last taken on ``channel``."""
        ...

    async def take(self, channel: str, letters: Sequence[Letter], cursor: str | None) -> int:
        """Keep new letters and the cursor in one transaction; how many were new."""
        ...

    async def waiting(self, channels: Collection[str], but: Collection[str], limit: int) -> list[Letter]:
        """The oldest letters of ``channels`` not settled, in order, but those of the chats ``but``."""
        ...

    async def settle(self, settlement: Settlement) -> None:
        """Write all that follows from a letter, and that it is done, in one transaction."""
        ...

    async def ended_so(self, conversation: str, outcome: str, since: datetime) -> bool:
        """True if a letter of the conversation ended with ``outcome`` since then."""
        ...

    async def pages_of(self, source: str) -> int:
        """How many pages the last answer to the message ``source`` has, sent or waiting; 0 if there is none."""
        ...

    async def outgoing(self, channel: str, but: Collection[str], limit: int) -> list[Outgoing]:
        """The oldest parts to send on ``channel``, in order, but those of the chats ``but``."""
        ...

    async def shown(self, source: str, number: int) -> str | None:
        """The platform's name of the message that shows page ``number`` to ``source``, while it may be edited."""
        ...

    async def sent(self, part: Outgoing, message: str, name: str, at: datetime) -> None:
        """The part was delivered as ``message``, whose pseudonym is ``name``: wipe it, remember the name."""
        ...

    async def failed_once(self, part: Outgoing) -> None:
        """Count a failure of the part."""
        ...

    async def give_up(self, part: Outgoing, reason: str, at: datetime, *, whole_chat: bool = False) -> int:
        """Keep the reason, wipe the part (``whole_chat``: and all that wait for its chat); how many."""
        ...

    async def purge(self, now: datetime, keep: timedelta) -> None:
        """Delete what is older than ``keep``, and sooner what need not be kept that long."""
        ...

    async def tallies(self) -> list[Tally]:
        """What waits and what failed, by channel."""
        ...

    async def failures(self) -> list[Failure]:
        """What failed for good, by channel and reason, the most frequent first."""
        ...
