"""Collection days: the next dates of a sector, and the sector of a street."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.knowledge.public_holidays import Holiday, holiday_on
from bot.knowledge.streetindex import StreetIndex, StreetMatch
from bot.knowledge.streets import StreetRow, read_streets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.knowledge.model import CalendarSector, CollectionCalendar

__all__ = ["WEEKDAYS", "CalendarBook", "PickUp", "Skipped", "StreetRow", "Upcoming", "read_streets"]

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_DAY = timedelta(days=1)
# Dates written one by one may be a year apart.
_HORIZON = 400


@dataclass(frozen=True, slots=True)
class PickUp:
    """One passage of the truck. ``usual`` is the public holiday it was moved from; ``time`` is in staff's words."""

    day: date
    time: str | None = None
    usual: date | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A usual day without collection: for the ``reason`` staff gave, or because of a ``holiday``."""

    day: date
    reason: str | None = None
    holiday: Holiday | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The passages to come, in order, and the usual days that fall out before the last of them."""

    pickups: tuple[PickUp, ...]
    skipped: tuple[Skipped, ...] = ()


class CalendarBook:
    """A calendar and the index of its streets; immutable."""

    def __init__(self, calendar: CollectionCalendar, rows: Sequence[StreetRow] = ()) -> None:
        self.calendar = calendar
        self.sectors = {sector.id: sector for sector in calendar.sectors}
        self._sector_of = {row.street: row.sector for row in rows}
        self._index = StreetIndex(self._sector_of)

    @property
    def has_streets(self) -> bool:
        """True if streets are listed, so that a resident need not know the sector."""
        return bool(self._sector_of)

    @property
    def street_names(self) -> Iterable[str]:
        """Every street of the calendar."""
        return self._sector_of.keys()

    @property
    def example_street(self) -> str:
        """A street of the calendar; empty if none is listed."""
        return next(iter(self._sector_of), "")

    def find_street(self, text: str, fillers: Collection[str] = (), skip: Collection[int] = ()) -> StreetMatch:
        """The street named in ``text``: see ``StreetIndex.find``."""
        return self._index.find(text, fillers, skip)

    def sector_of(self, street: str) -> CalendarSector:
        """The sector of a listed street. Raises KeyError for another."""
        return self.sectors[self._sector_of[street]]

    def upcoming(self, sector: CalendarSector, start: date, count: int = 3, region: str | None = None) -> Upcoming:
        """The next ``count`` passages from ``start`` on, that day included; fewer if the calendar ends before."""
        pickups: dict[date, PickUp] = {}
        skipped: list[Skipped] = []
        # A passage of the days before may have been moved to this one.
        for number in range(-2, _HORIZON):
            day = start + number * _DAY
            if len(pickups) >= count and day > sorted(pickups)[count - 1]:
                break
            if self._is_usual(sector, day):
                outcome = self._pickup(sector, day, region)
                if isinstance(outcome, Skipped):
                    skipped.append(outcome)
                elif outcome.day >= start:
                    # A passage on its own day counts before one that was moved there.
                    pickups[outcome.day] = min(
                        outcome, pickups.get(outcome.day, outcome), key=lambda one: one.usual is not None
                    )
        kept = tuple(pickups[day] for day in sorted(pickups)[:count])
        last = kept[-1].day if len(kept) == count else start + _HORIZON * _DAY
        return Upcoming(kept, tuple(item for item in skipped if start <= item.day <= last))

    def _is_usual(self, sector: CalendarSector, day: date) -> bool:
        if day in sector.dates:
            return True
        even = day.isocalendar().week % 2 == 0
        right_week = sector.weeks == "all" or even == (sector.weeks == "even")
        return right_week and WEEKDAYS[day.weekday()] in sector.days

    def _pickup(self, sector: CalendarSector, day: date, region: str | None) -> PickUp | Skipped:
        holiday = holiday_on(day, region)
        moved = day
        # A date written out by staff already takes the holidays into account.
        if holiday is not None and day not in sector.dates and self.calendar.on_holidays != "same":
            if self.calendar.on_holidays == "none":
                return self._without(day) or Skipped(day, holiday=holiday)
            while holiday_on(moved, region) is not None:
                moved += _DAY
        return self._without(moved) or PickUp(moved, sector.time, day if moved != day else None)

    def _without(self, day: date) -> Skipped | None:
        closures = self.calendar.exceptions
        reason = next((item.reason for item in closures if item.start <= day <= (item.end or item.start)), None)
        return Skipped(day, reason) if reason is not None else None
