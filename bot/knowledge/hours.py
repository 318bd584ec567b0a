"""When a place is open, until when, and why not: OSM opening hours, French holidays and dated closures.

Hours are wall-clock times: a schedule is read in the town's local time, and only the
answers carry a time zone, so that a change of clock never moves an opening.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from opening_hours import OpeningHours, State

from bot.knowledge.hours_check import HoursError, checked, names_holidays, rules_of
from bot.knowledge.public_holidays import Holiday, holiday_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from bot.knowledge.model import Closure

__all__ = [
    "Cause",
    "DayHours",
    "Hours",
    "HoursError",
    "OnHolidays",
    "Opening",
    "OpeningSchedule",
    "Status",
    "parse_hours",
]

OnHolidays = Literal["closed", "stated", "unsaid"]

_DAY = timedelta(days=1)
# An opening that ends by then belongs to the evening before, not to the morning after.
_NIGHT_ENDS = timedelta(hours=6)
# A place with a season may stay closed for most of a year.
_HORIZON = timedelta(days=400)
# Open for a whole week without a break: there is no closing time to speak of.
_ALWAYS = timedelta(days=7)
# A month of the same weekday shows its rhythm, first-Tuesday rules included.
_WEEKS_OF_RHYTHM = 5


class Cause(StrEnum):
    """Why a day's hours are what they are."""

    RHYTHM = "rhythm"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    REMARK = "remark"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of opening, in naive local time; ``remark`` is staff's comment ("sur rendez-vous")."""

    start: datetime
    end: datetime
    remark: str | None = None

    @property
    def hours(self) -> Hours:
        """The same without its date."""
        return Hours(self.start.time(), self.end.time(), self.remark)


@dataclass(frozen=True, slots=True)
class Hours:
    """An opening on no day in particular; an ``end`` at midnight is the end of the day."""

    start: time
    end: time
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day's openings. ``words`` is the closure's reason or staff's remark; no opening means closed,
    but where the cause is that nothing is known of that day.

    ``holiday_unsaid`` is true when the day is a holiday of which the schedule says
    nothing: the usual hours are given then, and they may not hold.
    """

    date: date
    openings: tuple[Opening, ...]
    cause: Cause = Cause.RHYTHM
    words: str | None = None
    holiday: Holiday | None = None
    holiday_unsaid: bool = False

    def open_at(self, moment: time) -> bool:
        """True if the place is open at that time of the day."""
        at = datetime.combine(self.date, moment)
        return any(opening.start <= at < opening.end for opening in self.openings)


@dataclass(frozen=True, slots=True)
class Status:
    """A place at one moment. Times are aware, in the town's zone.

    ``until`` is when an open place closes, None if it never does; ``next_opening`` is
    when a closed place opens, None if not within 400 days.
    """

    open: bool
    until: datetime | None
    next_opening: datetime | None
    today: DayHours
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class OpeningSchedule:
    """Checked opening hours. ``region`` is the part of France whose holidays count (None: the national ones)."""

    expression: str
    on_holidays: OnHolidays
    region: str | None
    _hours: OpeningHours

    def day(self, day: date, closures: Sequence[Closure] = ()) -> DayHours:
        """The openings that begin on ``day``, and why there are none if there are none."""
        usual = tuple(opening for opening in self._usual(day, day + _DAY) if opening.start.date() == day)
        return self._explain(day, usual, closures)

    def status(self, at: datetime, timezone: tzinfo, closures: Sequence[Closure] = ()) -> Status:
        """The place at the aware moment ``at``."""
        now = at.astimezone(timezone).replace(tzinfo=None)
        today = self.day(now.date(), closures)
        current: Opening | None = None
        for opening in self._openings(now.date() - _DAY, closures):
            if current is not None:
                if opening.start > current.end or current.end - now > _ALWAYS:
                    break
                current = Opening(current.start, max(current.end, opening.end), current.remark)
            elif opening.start <= now < opening.end:
                current = opening
            elif opening.start > now:
                return Status(False, None, opening.start.replace(tzinfo=timezone), today)
        if current is None:
            return Status(False, None, None, today)
        until = current.end.replace(tzinfo=timezone) if current.end - now <= _ALWAYS else None
        return Status(True, until, None, today, current.remark)

    def weekday(self, weekday: int, start: date) -> tuple[Hours, ...]:
        """The usual hours of a weekday (0 is Monday): the most frequent ones of the next five, holidays apart."""
        first = start + timedelta(days=(weekday - start.weekday()) % 7)
        days = [first + timedelta(weeks=week) for week in range(_WEEKS_OF_RHYTHM)]
        seen = Counter(
            tuple(opening.hours for opening in self.day(day).openings)
            for day in days
            if holiday_on(day, self.region) is None
        )
        return seen.most_common(1)[0][0]

    def is_unknown(self, weekday: int, start: date) -> bool:
        """True if nothing is known of a weekday (0 is Monday), holidays apart."""
        first = start + timedelta(days=(weekday - start.weekday()) % 7)
        days = (self.day(first + timedelta(weeks=week)) for week in range(_WEEKS_OF_RHYTHM))
        return any(day.cause is Cause.UNKNOWN for day in days)

    def _usual(self, first: date, last: date) -> Iterator[Opening]:
        """The openings of the rules alone, each cut at the days it spans, from ``first`` to before ``last``."""
        midnight = datetime.combine(first, time())
        # Two days earlier, so that the night before is seen from its own beginning.
        for start, end, state, remark in self._hours.intervals(
            midnight - 2 * _DAY, datetime.combine(last, time()) + _DAY
        ):
            if state is not State.OPEN:
                continue
            for opening in _by_day(start, end or datetime.combine(last, time()), remark or None):
                if first <= opening.start.date() < last:
                    yield opening

    def _openings(self, first: date, closures: Sequence[Closure]) -> Iterator[Opening]:
        for opening in self._usual(first, first + _HORIZON):
            day = opening.start.date()
            if _closure(day, closures) is None and not self._closed_holiday(day):
                yield opening

    def _closed_holiday(self, day: date) -> bool:
        # The library knows the national holidays only; those of Alsace or Guadeloupe are ours to apply.
        return self.on_holidays == "closed" and self.region is not None and holiday_on(day, self.region) is not None

    def _explain(self, day: date, usual: tuple[Opening, ...], closures: Sequence[Closure]) -> DayHours:
        holiday = holiday_on(day, self.region)
        closure = _closure(day, closures)
        if closure is not None:
            return DayHours(day, (), Cause.CLOSURE, closure.reason, holiday)
        if holiday is not None and (not usual or self._closed_holiday(day)):
            return DayHours(day, (), Cause.HOLIDAY, None, holiday)
        if not usual:
            noon = datetime.combine(day, time(12))
            state, remark = self._hours.state(noon)
            if state is State.UNKNOWN:
                return DayHours(day, (), Cause.UNKNOWN)
            return DayHours(day, (), Cause.REMARK if remark else Cause.RHYTHM, remark or None)
        cause = Cause.HOLIDAY if holiday is not None else Cause.RHYTHM
        unsaid = holiday is not None and self.on_holidays == "unsaid"
        return DayHours(day, usual, cause, None, holiday, unsaid)


def parse_hours(expression: str, region: str | None = None) -> OpeningSchedule:
    """Check and read OSM opening hours.

    ``region`` comes from ``holiday_region``. Raises HoursError.
    """
    hours = checked(expression)
    # "24/7" says every day, holidays included.
    about_holidays = [rule for rule in rules_of(hours) if names_holidays(rule) or rule.startswith("24/7")]
    closed = any(names_holidays(rule) and "closed" in rule for rule in about_holidays)
    on_holidays: OnHolidays = "closed" if closed else "stated" if about_holidays else "unsaid"
    return OpeningSchedule(expression, on_holidays, region, hours)


def _by_day(start: datetime, end: datetime, remark: str | None) -> Iterator[Opening]:
    """Cut an opening at midnights; a night's last hours stay with the evening they began in."""
    while start < end:
        midnight = datetime.combine(start.date(), time()) + _DAY
        stop = end if end <= midnight + _NIGHT_ENDS else midnight
        yield Opening(start, stop, remark)
        start = stop


def _closure(day: date, closures: Sequence[Closure]) -> Closure | None:
    return next((item for item in closures if item.start <= day <= (item.end or item.start)), None)
