"""What the core asks of the world around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.mail import Event, Part, Rate
    from bot.messages import Answer, Choice, Question
    from bot.rendering import Limits

__all__ = ["Answerer", "Channel", "Clock", "ConversationState", "Observer", "Pace", "Receiver", "Speaker", "Store"]


class Answerer(Protocol):
    """One question in, one answer out."""

    def answer(self, question: Question) -> Answer:
        """Answer ``question``; never raises."""
        ...


class Speaker(Protocol):
    """Who says the bot's own sentences, in the town's words."""

    def say(self, key: str, language: str | None) -> str:
        """The sentence ``key`` of the voice in ``language`` or in French, with the town's name filled in."""
        ...


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What a follow-up may lean on: the last answer and the choices offered.

    ``awaiting`` is what the bot asked for (see ``Answer.awaiting``);
    ``at`` is when the last answer was given (aware UTC); ``language`` is the one
    the resident chose, if any.
    """

    at: datetime
    entry_id: str | None = None
    place_id: str | None = None
    choices: tuple[Choice, ...] = ()
    awaiting: str | None = None
    language: str | None = None


class Store(Protocol):
    """What is kept between two messages. Keys are pseudonyms."""

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The conversation's state, or None if there is none or it is too old to lean on.

        A language the resident chose outlives the rest of the state.
        """
        ...

    def remember(self, conversation: str, state: ConversationState) -> None:
        """Replace the conversation's state."""
        ...

    def forget(self, conversation: str) -> None:
        """Erase all that is kept of the conversation."""
        ...


class Observer(Protocol):
    """Who keeps figures on the delivery.

    ``channel`` is a channel's name. It is told of no resident and of no message; an ``answer`` is the town's.
    Its methods are called on the event loop, take no time and raise nothing.
    """

    def received(self, channel: str, number: int) -> None:
        """``number`` new events are on the disk."""
        ...

    def settled(self, channel: str, outcome: str, answer: Answer | None, seconds: float) -> None:
        """An event is done with, ``seconds`` after it was received; ``answer`` is what the desk said, if it was asked.

        ``outcome`` is an ``Outcome`` or another of a few words, see ``Settlement``.
        """
        ...

    def delivered(self, channel: str, seconds: float) -> None:
        """A part reached the platform, ``seconds`` after it was written to the disk."""
        ...

    def troubled(self, channel: str, kind: str) -> None:
        """The platform did not do as asked.

        ``poll``: the channel's receiving ended, and will start again; ``failed``, ``paused``, ``refused``,
        ``revoked``: what became of a sending.
        """
        ...

    def gave_up(self, channel: str, number: int) -> None:
        """``number`` parts will never leave."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform lets the bot write: in all, to one private chat, to one public one.

    The core keeps to it; a channel only states it. Telegram's is
    ``Pace(total=(Rate(30, 1),), private=(Rate(1, 1),), public=(Rate(1, 1), Rate(20, 60)))``.
    """

    total: tuple[Rate, ...] = ()
    private: tuple[Rate, ...] = ()
    public: tuple[Rate, ...] = ()
    at_once: int = 8  # messages under way to the platform at the same time


class Receiver(Protocol):
    """Where a channel brings what it received."""

    async def cursor(self) -> str | None:
        """Where receiving goes on from, as the last ``take`` gave it; None at the very first start."""
        ...

    async def take(self, events: Sequence[Event], cursor: str | None = None) -> int:
        """Put ``events`` and ``cursor`` on the disk in one transaction; how many of them were new.

        Only after it has returned may the platform hear that they were received. Events
        already seen are left out. ``cursor`` None leaves the last one. Raises StorageError: then
        nothing was taken, nothing may be acknowledged; let it out of ``serve``.
        """
        ...

    def polled(self) -> None:
        """The platform answered: the channel is well. ``take`` says so too."""
        ...


class Channel(Protocol):
    """One network. It receives and sends; order, pace, retries, duplicates and supervision are the core's.

    Made without any call to the network, so that a platform that is down at the start
    holds up nothing. All methods run on one event loop; what blocks goes to a thread.
    """

    @property
    def name(self) -> str:
        """A short name in lower case that never changes: pseudonyms and the outbox hang on it."""
        ...

    @property
    def limits(self) -> Limits:
        """What one message can carry now, in the platform's own count; read for each answer."""
        ...

    @property
    def pace(self) -> Pace:
        """How fast the platform lets the bot write."""
        ...

    async def serve(self, receiver: Receiver) -> None:
        """Receive until cancelled: poll, ``receiver.take``, then acknowledge.

        Call ``receiver.polled()`` after each successful poll, empty ones too: a channel
        that has not for three minutes is cancelled and started again. Any exception is
        logged by its kind and the channel starts again from its cursor after a pause that
        grows (1 s to 5 min), so no own retries are needed; ``SendPaused`` sets the pause; ChannelRevoked
        stops the channel for good. A malformed event is skipped and its cursor taken.
        """
        ...

    async def send(self, part: Part) -> str:
        """Send one part, once, and return the platform's name of the message.

        Raises SendPaused, SendFailed, SendRefused, or ChannelRevoked; anything else counts as
        SendFailed. Cancelled after 30 s without an answer, which counts as SendFailed.
        """
        ...

    async def edit(self, part: Part, message: str) -> str:
        """Put ``part`` in the place of the bot's ``message`` and return the name of what is now shown.

        A platform that cannot, sends. Raises as ``send``.
        """
        ...

    async def close(self) -> None:
        """Close connections; called once, after the last send."""
        ...
