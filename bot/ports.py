"""What the core asks of the world around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from bot.messages import Answer, Choice, Question

__all__ = ["Answerer", "Clock", "ConversationState", "Store"]


class Answerer(Protocol):
    """One question in, one answer out."""

    def answer(self, question: Question) -> Answer:
        """Answer ``question``; never raises."""
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
