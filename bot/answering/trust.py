"""How far a fact can be trusted today: verified, due for review, expired, out of season."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.messages import SourceNote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.knowledge.model import CollectionCalendar, Entry, Place, Review, Season, Source

__all__ = [
    "Standing",
    "Trust",
    "due_on",
    "in_season",
    "source_notes",
    "trust_of",
    "trust_of_calendar",
    "trust_of_place",
    "worst",
]

_DAYS = {"jour": 1, "jours": 1, "semaine": 7, "semaines": 7}
_MONTHS = {"mois": 1, "an": 12, "ans": 12}


class Trust(StrEnum):
    """What may be said of a fact."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"  # nobody gave a verification date: given, and said to be so
    STALE = "stale"  # given, with a warning
    EXPIRED = "expired"  # withheld


@dataclass(frozen=True, slots=True)
class Standing:
    """A fact's trust on a day, the day it changed or will change (None: never), and when it was verified."""

    trust: Trust
    since: date | None = None
    verified_on: date | None = None


def due_on(verified_on: date, period: str) -> date:
    """The day a fact verified on ``verified_on`` is due for review after ``period`` ("6 mois", "90 jours")."""
    number, unit = period.split()
    if unit in _DAYS:
        return verified_on + timedelta(days=int(number) * _DAYS[unit])
    months = verified_on.year * 12 + verified_on.month - 1 + int(number) * _MONTHS[unit]
    year, month = divmod(months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(verified_on.day, monthrange(year, month + 1)[1]))


def trust_of(entry: Entry, review: Review, today: date) -> Standing:
    """What may be said of ``entry`` on ``today`` (the town's local date)."""
    if entry.expires_on is not None and today > entry.expires_on:
        return Standing(Trust.EXPIRED, entry.expires_on)
    if entry.verified_on is not None and entry.expires_on is not None:
        return Standing(Trust.VERIFIED, entry.expires_on, entry.verified_on)
    return _reviewed(entry.verified_on, _period(entry, review), today)


def trust_of_place(place: Place, review: Review, today: date) -> Standing:
    """What may be said of ``place``'s hours and address on ``today``."""
    return _reviewed(place.verified_on, place.review_every or review.hours, today)


def trust_of_calendar(calendar: CollectionCalendar, entry: Entry, review: Review, today: date) -> Standing:
    """What may be said on ``today`` of the dates of ``entry``'s calendar, reviewed as often as the entry."""
    return _reviewed(calendar.verified_on, _period(entry, review), today)


def worst(standings: Iterable[Standing]) -> Standing | None:
    """The least trusted of ``standings``, or None if there is none."""
    return max(standings, key=lambda standing: list(Trust).index(standing.trust), default=None)


def _period(entry: Entry, review: Review) -> str:
    return str(entry.review_every or getattr(review, entry.kind))


def _reviewed(verified_on: date | None, period: str, today: date) -> Standing:
    if verified_on is None:
        return Standing(Trust.UNVERIFIED)
    due = due_on(verified_on, period)
    return Standing(Trust.STALE if today > due else Trust.VERIFIED, due, verified_on)


def in_season(season: Season | None, today: date) -> bool:
    """True if ``today`` falls in ``season``, both ends included; a season may span New Year."""
    if season is None:
        return True
    day = f"{today:%m-%d}"
    if season.start <= season.end:
        return season.start <= day <= season.end
    return day >= season.start or day <= season.end


def source_notes(sources: Iterable[Source], verified_on: date | None) -> Iterator[SourceNote]:
    """``sources`` of what was last verified on ``verified_on``, which no later source could have been read on."""
    for source in sources:
        later = source.date is not None and verified_on is not None and source.date > verified_on
        yield SourceNote(source.title, source.url, verified_on, source.date if later else None)
