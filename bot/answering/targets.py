"""What a choice stands for, as one short text that a button can carry.

    <entry id>                           an entry
    followup:<entry id>:<number>         the text of a follow-up, counted from 0
    place:<place id>:<intent>:<day>      a place, what was asked of it, and for which day
    street:<entry id>:<words>            a street or a sector of the entry's calendar

Telegram's buttons carry 64 bytes: ids are at most 64 characters, so a channel maps
longer targets to the choice's number and keeps them in the conversation's state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.answering.days import DayMention
from bot.answering.placequery import PlaceIntent, PlaceQuery

__all__ = ["Target", "for_follow_up", "for_place", "for_street", "read_target"]

_KINDS = frozenset({"followup", "place", "street"})


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
        intent, _, day = self.rest.partition(":")
        asked = PlaceIntent(intent) if intent in set(PlaceIntent) else None
        return PlaceQuery((self.id,), place_type, asked, _day(day))


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
    day = query.day.dates[0].isoformat() if query.day.dates else ""
    return f"place:{place_id}:{query.intent or ''}:{day}"


def for_street(entry_id: str, words: str) -> str:
    """The target of a street or sector of an entry's calendar."""
    return f"street:{entry_id}:{words}"


def _day(text: str) -> DayMention:
    try:
        return DayMention(dates=(date.fromisoformat(text),), positions=frozenset({0}))
    except ValueError:
        return DayMention()
