"""Days, times and hours written as people write them, in the bot's own languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.knowledge.hours import Hours
    from bot.voice import Voice

__all__ = ["Almanac"]

_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Almanac:
    """Writes dates as seen from the local date ``today``."""

    voice: Voice
    language: str
    today: date

    def say(self, name: str, /, **values: object) -> str:
        """The sentence ``calendar.<name>``."""
        return self.voice.say(f"calendar.{name}", self.language, **values)

    def weekday(self, weekday: int) -> str:
        """ "lundi", "Monday": 0 is Monday."""
        return self.say("weekdays").split()[weekday]

    def written(self, day: date) -> str:
        """ "samedi 21 novembre", with the year if it is not this one."""
        return self.say(
            "date" if day.year == self.today.year else "date_year",
            weekday=self.weekday(day.weekday()),
            day=self.say("first_of_month") if day.day == 1 else day.day,
            month=self.say("months").split()[day.month - 1],
            year=day.year,
        )

    def day(self, day: date) -> str:
        """ "demain (samedi 21 novembre)", "le mardi 24 novembre"."""
        near = {0: "today", 1: "tomorrow", -1: "yesterday"}
        return self.say(near.get((day - self.today).days, "on_date"), date=self.written(day))

    def heading(self, day: date) -> str:
        """ "Demain (samedi 21 novembre)", "Mardi 24 novembre": a day at the start of a line."""
        said = self.day(day) if abs((day - self.today).days) < 2 else self.written(day)
        return said[:1].upper() + said[1:]

    def clock(self, moment: time) -> str:
        """ "8 h 30", "17 h", "minuit"; "8:30 am", "5 pm", "midnight"."""
        if (moment.hour, moment.minute) == (0, 0):
            return self.say("midnight")
        if (moment.hour, moment.minute) == (12, 0):
            return self.say("noon")
        cycle = int(self.say("clock_hours"))
        hour = moment.hour if moment.hour < cycle else moment.hour % cycle
        # On a clock of twelve hours, half past midnight is 12:30.
        shown = hour or cycle if cycle == 12 else hour
        name = "hour_minute" if moment.minute else "hour"
        clock = self.say(name, hour=shown, minute=f"{moment.minute:02}")
        return self.say("morning" if moment.hour < 12 else "afternoon", clock=clock)

    def hours(self, openings: Sequence[Hours]) -> str:
        """ "de 8 h 30 à 12 h et de 14 h à 17 h (sur rendez-vous)"."""
        return self.listed([self._span(opening) for opening in openings])

    def each(self, weekday: int) -> str:
        """ "le lundi", "on Mondays"."""
        return self.say("each", weekday=self.weekday(weekday))

    def weekday_names(self, days: Sequence[int]) -> str:
        """ "du lundi au vendredi", "mardi et jeudi"."""
        first, last = days[0], days[-1]
        if len(days) > 2 and last - first == len(days) - 1:
            return self.say("weekday_range", first=self.weekday(first), last=self.weekday(last))
        return self.listed([self.weekday(day) for day in days])

    def listed(self, parts: Sequence[str]) -> str:
        """ "un, deux et trois"."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.say('and')} {parts[-1]}"

    def _span(self, opening: Hours) -> str:
        if opening.start == opening.end == _MIDNIGHT:
            said = self.say("all_day")
        else:
            said = self.say("span", start=self.clock(opening.start), end=self.clock(opening.end))
        return self.say("remark", hours=said, remark=opening.remark) if opening.remark else said
