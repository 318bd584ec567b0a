"""What comes in from a network and what goes out to it, as values: the seam of every channel.

A channel turns what its platform says into an ``Event`` and gives it to the inbox; it
is given a ``Part`` and sends it. Neither holds a connection, a client or a raw event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.messages import Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.messages import Answer, Location

__all__ = ["Event", "Kind", "Part", "Rate"]


class Kind(StrEnum):
    """What a resident did."""

    ASK = "ask"  # wrote, pressed the button of a choice, shared a location, opened a deep link
    EDIT = "edit"  # wrote an earlier message again: the answer to it is edited
    FEEDBACK = "feedback"  # said whether an answer helped
    FORGET = "forget"  # /oublier: all that is kept of them goes, and they are told
    SAY = "say"  # asked for one fixed sentence of the bot's: /confidentialite, a welcome


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a resident did, in the platform's own names: they never reach the disk in clear.

    - ``id``: the platform's name of the event, unique on the channel, the same when it is
      delivered again. An edit has its own (``"<message>:<edit date>"`` where there is none).
    - ``asker``: the resident's account. ``chat``: where the answer goes; messages of one chat
      are answered and sent in order. A channel without chats (Mastodon) gives the account again.
    - ``sent_at``: when the platform says it happened (aware, UTC); it decides what is too old.
    - ``address``: all that ``Channel.send`` will need to reply (chat, message replied to,
      thread, visibility, content warning…), kept encrypted until the answer is delivered.
    - ``message``: the platform's name of the resident's message, that a later edit will give
      again; by default ``id``.
    - ``text``: up to any length; for SAY the voice's key, as ``delivery.privacy``.
    - ``choice``: the target of a pressed choice (``Choice.target``) or of a deep link (an entry id).
    - ``about`` and ``helpful``: for FEEDBACK, the answer spoken of: either the platform's name of
      the bot's message (as ``send`` returned it) or ``Part.question`` as a button gave it back.
    - ``thread``: what loops between bots are counted by; by default the asker in the chat.

    Never make an event of the bot's own messages, of other bots' or of notices.
    """

    id: str
    asker: str
    chat: str
    sent_at: datetime
    kind: Kind = Kind.ASK
    text: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    visibility: Visibility = Visibility.PRIVATE
    choice: str | None = None
    location: Location | None = None
    message: str | None = None
    about: str | None = None
    helpful: bool | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One message to send: a page of an answer that fits the channel's limits.

    ``key`` is 32 hexadecimal digits, the same after a crash: give it to the platform as
    idempotency key or transaction id. ``question`` (32 digits too) names the answer in
    feedback buttons. ``page`` is the answer cut to this message: style its blocks and choices as the
    platform has it. ``number`` counts from 0, of ``count`` pages. ``address`` is the event's.
    """

    key: str
    question: str
    address: Mapping[str, str]
    page: Answer
    number: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` in any ``seconds``."""

    count: int
    seconds: float
