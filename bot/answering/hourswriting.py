"""A place's opening hours in sentences: now, on a day, on a weekday, on public holidays, in the week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.answering.placequery import PlaceIntent
from bot.knowledge.hours import Cause
from bot.knowledge.public_holidays import next_holiday
from bot.messages import Block, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo

    from bot.answering.almanac import Almanac
    from bot.answering.days import DayMention
    from bot.knowledge.hours import DayHours, Hours, OpeningSchedule, Status
    from bot.knowledge.model import Place

__all__ = ["HoursWriter"]

_DAY = timedelta(days=1)
# Exceptions are told for the fortnight to come with the week's hours, for five weeks with one weekday's.
_FORTNIGHT, _WEEKS = 14, 5
_WEEK = 7
_ON_HOLIDAYS = {"closed": "holidays_closed", "stated": "holidays_stated", "unsaid": "holidays_unsaid"}
_LAST_OF_NIGHT = time(6)


@dataclass(frozen=True, slots=True)
class HoursWriter:
    """Writes the hours of one place at the aware moment ``at``."""

    place: Place
    schedule: OpeningSchedule
    almanac: Almanac
    at: datetime
    timezone: tzinfo

    def write(self, day: DayMention, intent: PlaceIntent | None) -> tuple[Block, ...]:
        """What is asked of the hours, shortest answer first."""
        if day.dates:
            return tuple(block for asked in day.dates for block in self._on(asked, day.at))
        if day.weekdays:
            return tuple(self._on_weekdays(day.weekdays))
        if day.holidays:
            return tuple(self._on_holidays())
        if day.at is not None:
            return tuple(self._on(self.almanac.today, day.at))
        if day.now or intent is not PlaceIntent.HOURS:
            return tuple(self._now())
        return (*self._now(), *self._week())

    def now_in_words(self) -> str:
        """The place's state in one sentence, without its name."""
        return self._state(self._status(self.at))

    # Now.

    def _now(self) -> Iterator[Block]:
        status = self._status(self.at)
        next_opening = () if status.open else (self._next_opening(status),)
        yield self._line(self._state(status), *next_opening)
        if status.today.holiday_unsaid:
            yield self._warn(status.today)
        if status.open or status.today.openings:
            yield self._fact(self._say("hours_today", hours=self._hours(status.today)))

    def _state(self, status: Status) -> str:
        if not status.open:
            return self._closed(status.today) if not status.today.openings else self._say("closed_now")
        if status.until is None:
            return self._say("open_always")
        clock, last = self.almanac.clock(status.until.time()), status.until.date()
        tonight = last == self.almanac.today + _DAY and status.until.time() <= _LAST_OF_NIGHT
        if last == self.almanac.today or tonight:
            return self._say("open_now", time=clock)
        return self._say("open_now_day", time=clock, day=self.almanac.day(last))

    def _next_opening(self, status: Status) -> str:
        if status.next_opening is None:
            return self._say("no_next_opening")
        day, clock = self.almanac.day(status.next_opening.date()), self.almanac.clock(status.next_opening.time())
        key = "next_known" if status.today.cause is Cause.UNKNOWN else "next_opening"
        return self._say(key, day=day, time=clock)

    # On a day.

    def _on(self, day: date, moment: time | None) -> Iterator[Block]:
        hours = self.schedule.day(day, self.place.closures)
        named = self.almanac.day(day)
        if moment is not None and hours.openings:
            key = "open_at" if hours.open_at(moment) else "closed_at"
            yield self._line(self._say(key, day=named, time=self.almanac.clock(moment)))
            label = "hours_today" if day == self.almanac.today else "hours_that_day"
            yield self._fact(self._say(label, hours=self._hours(hours)))
        elif hours.openings:
            key = "open_day" if day >= self.almanac.today else "was_open"
            yield self._line(self._say(key, day=named, hours=self._hours(hours)))
        elif day < self.almanac.today:
            yield self._line(self._closed(hours))
        else:
            following = datetime.combine(day, time(12), self.timezone)
            yield self._line(self._closed(hours), self._next_opening(self._status(max(self.at, following))))
        if hours.holiday_unsaid:
            yield self._warn(hours)

    def _closed(self, hours: DayHours) -> str:
        if hours.cause is Cause.UNKNOWN:
            return self._say("unknown_day", day=self.almanac.day(hours.date))
        past, reason = hours.date < self.almanac.today, self._reason(hours)
        keys = ("was_closed_because", "closed_because") if reason else ("was_closed", "closed_day")
        key = keys[0] if past else keys[1]
        return self._say(key, day=self.almanac.day(hours.date), reason=reason)

    def _reason(self, hours: DayHours) -> str | None:
        if hours.cause is Cause.HOLIDAY and hours.holiday is not None:
            return self._say("reason_holiday", name=hours.holiday.name(self.almanac.language))
        return hours.words

    # On a weekday, a holiday, in the week.

    def _on_weekdays(self, weekdays: tuple[int, ...]) -> Iterator[Block]:
        usual = {day: self._usual(day) for day in weekdays}
        for day, hours in usual.items():
            key = "usual_open" if hours else "usual_unknown" if self._is_unknown(day) else "usual_closed"
            named = self.almanac.each(day)
            yield self._line(self._say(key, days=named, hours=self.almanac.hours(hours)))
        yield from self._exceptions(usual, _WEEKS * _WEEK)

    def _on_holidays(self) -> Iterator[Block]:
        yield self._line(self._say(_ON_HOLIDAYS[self.schedule.on_holidays]))
        holiday = next_holiday(self.almanac.today, self.schedule.region)
        date, name = self.almanac.written(holiday.date), holiday.name(self.almanac.language)
        yield self._fact(self._say("next_holiday", date=date, name=name))
        if self.schedule.on_holidays == "stated":
            yield from self._on(holiday.date, None)

    def _week(self) -> Iterator[Block]:
        usual = {day: self._usual(day) for day in range(_WEEK)}
        if self.schedule.expression == "24/7":
            return
        yield Block(BlockKind.PARAGRAPH, (Span(self._say("usual")),))
        groups: dict[tuple[tuple[Hours, ...], bool], list[int]] = {}
        for day, hours in usual.items():
            groups.setdefault((hours, not hours and self._is_unknown(day)), []).append(day)
        for (hours, unknown), days in groups.items():
            said = self.almanac.hours(hours) if hours else self._say("unknown_word" if unknown else "closed_word")
            yield self._item(self._say("usual_item", days=self.almanac.weekday_names(days), hours=said))
        yield from self._exceptions(usual, _FORTNIGHT)

    def _exceptions(self, usual: dict[int, tuple[Hours, ...]], reach: int) -> Iterator[Block]:
        coming = (self.almanac.today + number * _DAY for number in range(reach))
        days = (self.schedule.day(day, self.place.closures) for day in coming if day.weekday() in usual)
        odd = [day for day in days if tuple(item.hours for item in day.openings) != usual[day.date.weekday()]]
        if odd:
            yield Block(BlockKind.PARAGRAPH, (Span(self._say("except")),))
        for day in odd:
            yield self._item(self._exception(day))

    def _exception(self, hours: DayHours) -> str:
        date, reason = self.almanac.written(hours.date), self._reason(hours)
        if hours.openings:
            return self._say("except_open", date=date, hours=self._hours(hours))
        return self._say("except_closed_because" if reason else "except_closed", date=date, reason=reason)

    # Small things.

    def _status(self, at: datetime) -> Status:
        return self.schedule.status(at, self.timezone, self.place.closures)

    def _usual(self, weekday: int) -> tuple[Hours, ...]:
        return self.schedule.weekday(weekday, self.almanac.today)

    def _is_unknown(self, weekday: int) -> bool:
        return self.schedule.is_unknown(weekday, self.almanac.today)

    def _hours(self, hours: DayHours) -> str:
        return self.almanac.hours([opening.hours for opening in hours.openings])

    def _say(self, key: str, /, **values: object) -> str:
        return self.almanac.voice.say(f"places.{key}", self.almanac.language, **values)

    def _line(self, *sentences: str) -> Block:
        name = self._say("name", place=self.place.name)
        return Block(BlockKind.PARAGRAPH, (Span(name, bold=True), Span(" " + " ".join(sentences))))

    def _warn(self, hours: DayHours) -> Block:
        name = hours.holiday.name(self.almanac.language) if hours.holiday else ""
        day = self.almanac.written(hours.date)
        return Block(BlockKind.NOTICE, (Span(self._say("holiday_unsaid", day=day, name=name)),))

    def _fact(self, text: str) -> Block:
        return Block(BlockKind.FACT, (Span(text),))

    def _item(self, text: str) -> Block:
        return Block(BlockKind.ITEM, (Span(text[:1].upper() + text[1:]),))
