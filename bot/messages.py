"""What goes into the core and what comes out of it.

These values are the seam between Parvis and its channels: they hold no
connection and no platform event, so that the whole core runs without a network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

__all__ = [
    "Answer",
    "Block",
    "BlockKind",
    "Choice",
    "Location",
    "Match",
    "Outcome",
    "Question",
    "SourceNote",
    "Span",
    "Visibility",
]


class Visibility(StrEnum):
    """Who can read the question and its answer."""

    PRIVATE = "private"
    PUBLIC = "public"


class Outcome(StrEnum):
    """How a question ended; ``answered`` and ``answered_stale`` share a prefix so that they add up."""

    ANSWERED = "answered"
    ANSWERED_STALE = "answered_stale"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"
    EMERGENCY = "emergency"
    HANDOVER = "handover"
    SMALLTALK = "smalltalk"
    RATE_LIMITED = "rate_limited"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Location:
    """A point on Earth, WGS 84, in decimal degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a resident may pick: ``number`` counts from 1, ``target`` says what it stands for.

    ``target`` is an entry id, or ``place:…``, ``street:…``, ``followup:…``: see
    ``bot.answering.targets``.
    """

    number: int
    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Question:
    """A resident's message as the core sees it: pseudonymous, bounded, with no platform object.

    ``id`` is a keyed hash of channel and platform event; ``asker`` and
    ``conversation`` are pseudonyms. ``received_at`` is aware UTC. ``language`` is
    what the platform says of the resident, as an ISO 639-1 code. ``choice`` is the
    target of a button that was pressed.
    """

    id: str
    channel: str
    asker: str
    conversation: str
    text: str
    received_at: datetime
    language: str | None = None
    visibility: Visibility = Visibility.PRIVATE
    choice: str | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry the ranker considered.

    ``score`` is in the ranker's own unit (a softmax share, 0 to 1); ``confidence``
    is the calibrated probability that this entry answers the question;
    ``evidence`` names the words and concepts that counted most.
    """

    entry_id: str
    score: float
    confidence: float
    evidence: tuple[str, ...] = ()


class BlockKind(StrEnum):
    """What a block of an answer is; a channel decides how it looks."""

    NOTICE = "notice"  # a warning or a remark of the bot's own, before the substance
    TITLE = "title"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # one line of a list
    FACT = "fact"  # "Coût : gratuit", "Ouvert jusqu'à 17 h"
    LINK = "link"
    CHOICES = "choices"  # the sentence that introduces the numbered choices
    SOURCE = "source"  # "Source : …, vérifié le …"
    CONTACT = "contact"  # the human desk


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text, plain, bold or a link."""

    text: str
    bold: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """The smallest piece of an answer that is never cut in two; ``number`` is set on items of a numbered list."""

    kind: BlockKind
    spans: tuple[Span, ...]
    number: int | None = None

    @property
    def text(self) -> str:
        """The block's words without any markup."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class SourceNote:
    """Where a fact comes from, and when a human last verified it (None: unverified).

    ``dated`` is the source's own date, where that is later: then the source says how recent it is.
    """

    title: str
    url: str | None
    verified_on: date | None
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the core says to one question.

    ``answered`` and ``answered_stale`` carry exactly one ``entry_id`` and at least
    one source; ``clarify`` carries one to three choices and no substance; ``unknown``
    always names a human way, and may name choices that might still be meant.
    ``awaiting`` is what the bot asked for, if anything: ``street``, ``place:…`` or
    ``location:…`` (see ``bot.answering.targets``).
    ``place_id`` is the place spoken of, or a collection's ``street:…``. ``timings`` are
    in milliseconds, by step; a step's time includes that of the ranking it asked for.
    """

    outcome: Outcome
    language: str
    blocks: tuple[Block, ...]
    entry_id: str | None = None
    choices: tuple[Choice, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    matches: tuple[Match, ...] = ()
    place_id: str | None = None
    awaiting: str | None = None
    timings: dict[str, float] = field(default_factory=dict)
