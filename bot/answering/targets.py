"""What a choice stands for, as one short text that a button can carry.

    <entry id>                           an entry
    followup:<entry id>:<number>         the text of a follow-up, counted from 0
    place:<place id>:<intent>:<day>      a place, what was asked of it, and for which day (or days)
    street:<entry id>:<words>            a street or a sector of the entry's calendar

What the bot waits for is kept in the same manner:

    street                               a street or sector of the last entry's calendar
    place:<type>:<intent>:<day>          which place of that type
    location:<type>:<intent>:<day>       where the resident is

Telegram's buttons carry 64 bytes: ids are at most 64 characters, so a channel maps
longer targets to the choice's number and keeps them in the conversation's state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.answering.days import DayMention
from bot.answering.placequery import PlaceIntent, PlaceQuery

__all__ = ["Awaited", "Target", "for_follow_up", "for_place", "for_street", "read_awaited", "read_target", "to_await"]

_KINDS = frozenset({"followup", "place", "street"})
_WEEKDAYS = frozenset("0123456")


@dataclass(frozen=True, slots=True)
class Target:
    """A choice taken apart: its kind ("entry" for an entry), the id it names, and the rest."""

    kind: str
    id: str
    rest: str = ""

    @property
    def number(self) -> int | None:
        """The rest as a number, for a follow-up."""
        return int(self.rest) if self.rest.isascii() and self.rest.isdigit() and len(self.rest) < 4 else None

    def place_query(self, place_type: str) -> PlaceQuery:
        """The rest as what was asked of the place."""
        return PlaceQuery((self.id,), place_type, *_asked(self.rest))


@dataclass(frozen=True, slots=True)
class Awaited:
    """What the bot asked for (``street``, ``place`` or ``location``), and the question that waits for it."""

    kind: str
    type: str | None
    intent: PlaceIntent | None
    day: DayMention


def read_target(target: str) -> Target:
    """Take ``target`` apart; whatever is not of a known kind is an entry's id."""
    kind, _, rest = target.partition(":")
    if kind not in _KINDS:
        return Target("entry", target)
    identifier, _, rest = rest.partition(":")
    return Target(kind, identifier, rest)


def for_follow_up(entry_id: str, number: int) -> str:
    """The target of follow-up ``number`` (from 0) of an entry."""
    return f"followup:{entry_id}:{number}"


def for_place(place_id: str, query: PlaceQuery) -> str:
    """The target of a place about which ``query`` was asked."""
    return f"place:{place_id}:{_question(query)}"


def for_street(entry_id: str, words: str) -> str:
    """The target of a street or sector of an entry's calendar."""
    return f"street:{entry_id}:{words}"


def to_await(needs: str, query: PlaceQuery) -> str:
    """What to keep while the bot ``needs`` a place or a location to answer ``query``."""
    return f"{needs}:{query.type or ''}:{_question(query)}"


def read_awaited(text: str) -> Awaited:
    """Take apart what was kept by ``to_await``, or ``street``."""
    kind, _, rest = text.partition(":")
    place_type, _, rest = rest.partition(":")
    return Awaited(kind, place_type or None, *_asked(rest))


def _question(query: PlaceQuery) -> str:
    """What was asked and of which day: a date, a day of the week by its number (Monday is 0), or holidays."""
    day = "holidays" if query.day.holidays else ""
    if query.day.dates:
        day = query.day.dates[0].isoformat()
    elif query.day.weekdays:
        day = str(query.day.weekdays[0])
    return f"{query.intent or ''}:{day}"


def _asked(rest: str) -> tuple[PlaceIntent | None, DayMention]:
    intent, _, day = rest.partition(":")
    return (PlaceIntent(intent) if intent in set(PlaceIntent) else None), _day(day)


def _day(text: str) -> DayMention:
    if text == "holidays":
        return DayMention(holidays=True, positions=frozenset({0}))
    if text in _WEEKDAYS:
        return DayMention(weekdays=(int(text),), positions=frozenset({0}))
    try:
        return DayMention(dates=(date.fromisoformat(text),), positions=frozenset({0}))
    except ValueError:
        return DayMention()
