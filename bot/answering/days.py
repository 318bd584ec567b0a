"""The day a resident names, in French or English: "demain", "le samedi", "le 14 juillet", "24/12", "à 18 h"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.phrases import Hit, Phrases, Word, read_words, words
from bot.answering.placetypes import asked_words, fillers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["DayMention", "easter", "read_day"]

_DAY = timedelta(days=1)
_NUMBER = re.compile(r"(\d{1,2})([a-z]*)$")
_CLOCK = re.compile(r"(\d{1,2})h(?P<minute>\d{2})?(?:mn|min)?(?P<half>)$")
_AMERICAN = re.compile(r"(\d{1,2})(?P<minute>)(?P<half>am|pm)$")
_YEAR = re.compile(r"20\d\d$")
# "lundi 3" means a Monday not far off; further away, the number alone counts.
_SOON = 62


@dataclass(frozen=True, slots=True)
class DayMention:
    """What a question says of time.

    ``dates`` are local dates; ``weekdays`` (0 is Monday) a habit: "le samedi".
    ``holidays`` is true for public holidays in general. ``part`` is ``morning``,
    ``noon``, ``afternoon`` or ``evening``. ``positions`` are the words it was read from.
    """

    dates: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    holidays: bool = False
    now: bool = False
    at: time | None = None
    part: str | None = None
    positions: frozenset[int] = field(default=frozenset())

    @property
    def found(self) -> bool:
        """True if the question names any time at all."""
        return bool(self.positions)

    @property
    def names_day(self) -> bool:
        """True if the question names a day, and not only a time of day."""
        return bool(self.dates or self.weekdays or self.holidays)


def read_day(text: str, today: date, spared: Collection[str] = ()) -> DayMention:
    """The times named in ``text``, as seen on the local date ``today``.

    ``spared`` are words known otherwise (the name of a place): none is a misspelt day.
    """
    return _Reader(words(text), today, spared).read()


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (Butcher's algorithm, Nature, 20 April 1876)."""
    century, in_century = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - moon - in_century % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@cache
def _phrases() -> Phrases:
    data = read_words("days")
    # "Fermé" is no misspelt "férié": what people ask about places is not repaired into days.
    return Phrases(data["expressions"], {*data["not_typos"], *asked_words(), *fillers()})


@cache
def _short_weekdays() -> Mapping[str, int]:
    return {word: int(day) for day, listed in read_words("days")["with_number"].items() for word in listed}


class _Reader:
    """Reads one question: each method takes one way of naming a time."""

    def __init__(self, found: tuple[Word, ...], today: date, spared: Collection[str]) -> None:
        self._words = found
        self._spared = spared
        self._today = today
        self._mention = DayMention()

    def read(self) -> DayMention:
        for start in range(len(self._words)):
            self._numeric(start)
        hits = _phrases().find(self._words, self._mention.positions, self._spared)
        for hit in hits:
            if hit.meaning.startswith("month."):
                self._month(hit)
        for index, hit in enumerate(hits):
            if not self._mention.positions.intersection(range(hit.start, hit.end)):
                self._expression(hit, hits[index + 1 :])
        for start in range(len(self._words)):
            if start not in self._mention.positions:
                self._clock(start)
                self._bare_number(start)
                self._in_days(start)
                self._short_weekday(start)
        return replace(self._mention, dates=tuple(sorted(self._mention.dates)))

    # What was found is added to the mention, each time as a new value.

    def _add(self, start: int, end: int, *dates: date, weekdays: tuple[int, ...] = ()) -> None:
        mention = self._mention
        self._mention = replace(
            mention,
            dates=tuple(dict.fromkeys((*mention.dates, *dates))),
            weekdays=tuple(dict.fromkeys((*mention.weekdays, *weekdays))),
            positions=mention.positions | frozenset(range(start, end)),
        )

    def _say(self, start: int, end: int, **fields: object) -> None:
        self._add(start, end)
        self._mention = replace(self._mention, **fields)  # type: ignore[arg-type]  # the caller names the fields

    def _text(self, place: int) -> str:
        return self._words[place].text if 0 <= place < len(self._words) else ""

    def _listed(self, place: int, name: str) -> bool:
        return self._text(place) in read_words("days")[name]

    def _day_number(self, place: int) -> int | None:
        """The day of the month written at ``place``: "3", "1er", "24th"."""
        if self._listed(place, "first"):
            return 1
        match = _NUMBER.match(self._text(place))
        if match is None or (match[2] and match[2] not in read_words("days")["ordinal_endings"]):
            return None
        return int(match[1]) if 1 <= int(match[1]) <= 31 else None

    # One way of naming a time each.

    def _numeric(self, start: int) -> None:
        """24/12, 24/12/2026, 24-12-26, 2026-12-24; two numbers only with a slash, as in "24/7" is not a date."""
        parts = [self._text(place) for place in range(start, start + 3)]
        gaps = [self._words[place].gap if place < len(self._words) else "" for place in (start + 1, start + 2)]
        if start in self._mention.positions or not parts[0].isdecimal() or not parts[1].isdecimal():
            return
        full = gaps[0] == gaps[1] and gaps[0] in ("/", "-", ".") and parts[2].isdecimal()
        if full and len(parts[0]) == 4:
            found = _safe(int(parts[0]), int(parts[1]), int(parts[2]))
        elif full and len(parts[2]) in (2, 4):
            found = _safe(int(parts[2]) % 2000 + 2000, int(parts[1]), int(parts[0]))
        else:
            full = False
            known = gaps[0] == "/" and parts[:2] != ["24", "7"] and max(map(len, parts[:2])) <= 2
            found = self._next(int(parts[1]), int(parts[0])) if known else None
        if found is not None:
            self._add(start, start + (3 if full else 2), found)

    def _month(self, hit: Hit) -> None:
        """24 décembre, 1er mai 2027, December 24th, the 24th of December."""
        before = hit.start - (2 if self._text(hit.start - 1) == "of" else 1)
        day, start, end = self._day_number(before), before, hit.end
        if day is None:
            day, start, end = self._day_number(hit.end), hit.start, hit.end + 1
        if day is None:
            return
        month = int(hit.meaning.removeprefix("month."))
        year = self._text(end)
        found = _safe(int(year), month, day) if _YEAR.match(year) else self._next(month, day)
        if found is not None:
            self._add(start, end + bool(_YEAR.match(year)), found)
            self._absorb_weekday(start)
            self._first_of_span(start, found)

    def _first_of_span(self, start: int, last: date) -> None:
        """ "du 24 au 26 décembre": every day of it; "le 24 et le 26 décembre": both."""
        joined = self._text(start - 1) if self._text(start - 1) != "le" else self._text(start - 2)
        place = start - 2 if joined == self._text(start - 1) else start - 3
        number = self._day_number(place)
        if number is None or number >= last.day or joined not in ("au", "to", "et", "and"):
            return
        first = last.replace(day=number)
        step = (last - first).days if joined in ("et", "and") else 1
        self._add(place, start, *(first + days * _DAY for days in range(0, (last - first).days, step)))

    def _in_days(self, start: int) -> None:
        """dans 3 jours, dans 2 semaines, in 3 days."""
        number, unit = self._text(start + 1), read_words("days")["units"].get(self._text(start + 2))
        if self._text(start) in ("dans", "in") and number.isdecimal() and len(number) < 3 and unit:
            self._add(start, start + 3, self._today + int(number) * unit * _DAY)

    def _absorb_weekday(self, start: int) -> None:
        """ "samedi 21 novembre": the weekday before a date is part of it."""
        before = _phrases().read(self._text(start - 1))
        named = _phrases().find([Word(before, "")]) if before else ()
        if before in _short_weekdays() or (named and named[0].meaning.startswith("weekday.")):
            self._add(start - 1, start)

    def _expression(self, hit: Hit, later: Sequence[Hit]) -> None:
        kind, _, value = hit.meaning.partition(".")
        match kind:
            case "day":
                self._add(hit.start, hit.end, self._today + int(value) * _DAY)
            case "today":
                self._add(hit.start, hit.end, self._today)
                self._say(hit.start, hit.end, part=value)
            case "part":
                self._say(hit.start, hit.end, part=value)
            case "at":
                self._say(hit.start, hit.end, at=time(int(value)))
            case "now":
                self._say(hit.start, hit.end, now=True)
            case "holidays":
                self._say(hit.start, hit.end, holidays=True)
            case "weekend" | "weekends" | "week":
                self._span(hit, kind, value)
            case "weekday":
                self._weekday(hit, int(value), later)
            case "weekdays":
                self._add(hit.start, hit.end, weekdays=(int(value),))
            case "feast":
                year = self._text(hit.end) if _YEAR.match(self._text(hit.end)) else None
                self._add(hit.start, hit.end + (year is not None), self._feast(value, year))
            case _:
                return

    def _span(self, hit: Hit, kind: str, value: str) -> None:
        if kind == "weekends":
            self._add(hit.start, hit.end, weekdays=(5, 6))
            return
        monday = self._today - self._today.weekday() * _DAY
        if value == "next":
            monday += 7 * _DAY
        first = 5 if kind == "weekend" else 0
        days = (monday + number * _DAY for number in range(first, 7))
        self._add(hit.start, hit.end, *(day for day in days if day >= self._today))

    def _weekday(self, hit: Hit, weekday: int, later: Sequence[Hit]) -> None:
        number = self._day_number(hit.end)
        if number is not None and not self._listed(hit.end + 1, "not_a_day_before"):
            self._add(hit.start, hit.end + 1, self._numbered(weekday, number))
            return
        after = later[0] if later and later[0].start == hit.end and later[0].meaning == "next" else None
        before = self._text(hit.start - 1)
        coming = self._today + ((weekday - self._today.weekday()) % 7) * _DAY
        if after is not None or before == "next":
            strictly = coming if coming > self._today else coming + 7 * _DAY
            self._add(hit.start - (before == "next"), after.end if after else hit.end, strictly)
        elif before in ("le", "les", "chaque", "every", "each"):
            self._add(hit.start, hit.end, weekdays=(weekday,))
        else:
            self._add(hit.start, hit.end, coming)

    def _short_weekday(self, start: int) -> None:
        weekday, number = _short_weekdays().get(self._text(start)), self._day_number(start + 1)
        if weekday is not None and number is not None and start + 1 not in self._mention.positions:
            self._add(start, start + 2, self._numbered(weekday, number))

    def _bare_number(self, start: int) -> None:
        """ "le 24", "on the 24th": the day of this month or the next, unless it may be an arrondissement."""
        article, before = self._text(start - 1), self._text(start - 2)
        day = self._day_number(start)
        french = article == "le" and self._text(start).isdecimal() and not self._listed(start - 2, "not_a_day_after")
        english = article == "the" and before == "on" and day is not None
        if day is None or not (french or english) or self._listed(start + 1, "not_a_day_before"):
            return
        self._add(start, start + 1, self._numbered(None, day))

    def _clock(self, start: int) -> None:
        """18h, 18h30, 18:30, 18 heures, 6pm, 6:30 pm."""
        text = self._text(start)
        glued = _CLOCK.match(text) or _AMERICAN.match(text)
        if glued:
            hour, minute, half, end = int(glued[1]), glued["minute"], glued["half"], start + 1
        elif text.isdecimal() and len(text) < 3:
            hour, minute, half, end = int(text), *self._after_hour(start + 1)
        else:
            return
        if half:
            hour = hour % 12 + 12 * (half == "pm")
        if end > start and hour <= 24 and int(minute or 0) < 60:
            # "Entre 12 h et 14 h": the beginning is what counts.
            self._say(start, end, at=self._mention.at or time(hour % 24, int(minute or 0)))

    def _after_hour(self, place: int) -> tuple[str | None, str | None, int]:
        """What follows an hour written apart: its minutes, its half of the day, and where it ends; 0 if no hour."""
        text, following = self._text(place), self._text(place + 1)
        two_digits = text.isdecimal() and len(text) == 2
        if two_digits and self._words[place].gap == ":":
            half = following if following in ("am", "pm") else None
            return text, half, place + 1 + (half is not None)
        if text in ("am", "pm"):
            return None, text, place + 1
        if self._listed(place, "hours"):
            minutes = following if following.isdecimal() and len(following) == 2 else None
            return minutes, None, place + 1 + (minutes is not None)
        return None, None, 0

    # Which day a partial date means.

    def _next(self, month: int, day: int) -> date | None:
        """The first such day from today on; eight years reach over a century without a 29 February."""
        candidates = (_safe(year, month, day) for year in range(self._today.year, self._today.year + 9))
        return next((found for found in candidates if found and found >= self._today), None)

    def _numbered(self, weekday: int | None, day: int) -> date:
        """The coming ``day`` of a month, on that weekday if there is one soon."""
        coming = [self._today + number * _DAY for number in range(_SOON)]
        fitting = [found for found in coming if found.day == day]
        return next((found for found in fitting if found.weekday() == weekday), fitting[0])

    def _feast(self, value: str, year: str | None) -> date:
        if year is not None:
            return _feast_in(int(year), value)
        this_year = _feast_in(self._today.year, value)
        return this_year if this_year >= self._today else _feast_in(self._today.year + 1, value)


def _feast_in(year: int, value: str) -> date:
    if value.startswith("easter"):
        return easter(year) + int(value.removeprefix("easter")) * _DAY
    return date.fromisoformat(f"{year}-{value}")


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
