"""Refuses the opening hours that the library accepts but reads otherwise than staff meant them."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TYPE_CHECKING

from opening_hours import OpeningHours, validate

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["HoursError", "checked", "names_holidays", "rules_of"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUOTED = re.compile(r'"[^"]*"')
# The library prints rules apart with "; ", ", " (added to the one before) or " || "; times
# and days of one rule are joined by a bare comma.
_BETWEEN_RULES = re.compile(r"; |, | \|\| ")
_DAY = re.compile(rf"(?:(\d{{4}}) ?)?\b({'|'.join(_MONTHS)}) (\d{{1,2}})(?:-(\d{{1,2}})\b(?!:))?")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_OPEN_END = re.compile(r"\d{2}:\d{2}\+")
_HOLIDAYS = re.compile(r"\bPH\b(?! -?\d+ day)")
_WEEKDAY = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su)\b")
_SUN = re.compile(r"\b(?:sunrise|sunset|dawn|dusk)\b")
# A night shelter's longest real opening is some fifteen hours (18:00-09:00); a longer one that
# passes midnight is two times written the wrong way round.
_LONGEST_NIGHT_MINUTES = 15 * 60


class HoursError(ValueError):
    """Opening hours that cannot be trusted: ``code`` is stable, ``values`` fill the staff's message."""

    def __init__(self, code: str, **values: str) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


def checked(expression: str) -> OpeningHours:
    """``expression`` as the library reads it, in local time and with French public holidays.

    Raises HoursError, code one of: ``hours_syntax``, ``hours_school_holidays``,
    ``hours_fallback``, ``hours_unknown``, ``hours_sun``, ``hours_open_end``,
    ``hours_comment_only``, ``hours_without_time``, ``hours_impossible_date``,
    ``hours_reversed``, ``hours_holidays_not_last``, ``hours_overridden``.
    """
    if not validate(expression):
        raise HoursError("hours_syntax", expression=expression)
    hours = OpeningHours(expression, country="FR", auto_country=False, auto_timezone=False)
    # What the author wrote without comments, and the library's own spelling of it.
    written, read = _QUOTED.sub("", expression), _QUOTED.sub("", str(hours))
    _refuse_words(expression, read)
    rules = rules_of(hours)
    for rule in rules:
        if "24/7" in rule and "closed" not in rule and "24/7" not in written:
            # A comment alone ("sur rendez-vous") is read as always open.
            raise HoursError("hours_comment_only", expression=expression)
        _refuse_rule(rule)
    _refuse_holidays_not_last(rules)
    _refuse_overridden(read)
    return hours


def rules_of(hours: OpeningHours) -> tuple[str, ...]:
    """The rules of ``hours`` as the library spells them, comments out."""
    return tuple(rule.strip() for rule in _BETWEEN_RULES.split(_QUOTED.sub('""', str(hours))))


def names_holidays(rule: str) -> bool:
    """True if ``rule`` is about the public holidays themselves, not the day after them."""
    return _HOLIDAYS.search(rule) is not None


def _refuse_words(expression: str, read: str) -> None:
    found: tuple[tuple[str, bool], ...] = (
        ("hours_school_holidays", re.search(r"\bSH\b", read) is not None),
        ("hours_fallback", "||" in read),
        # "Sa,Su unknown": the source says nothing of these days. Unknown at some hours only is no answer.
        ("hours_unknown", any("unknown" in rule and _SPAN.search(rule) for rule in _BETWEEN_RULES.split(read))),
        ("hours_sun", _SUN.search(read) is not None),
        ("hours_open_end", _OPEN_END.search(read) is not None),
    )
    for code, wrong in found:
        if wrong:
            raise HoursError(code, expression=expression)


def _refuse_rule(rule: str) -> None:
    for year, month, first, last in _DAY.findall(rule):
        for day in filter(None, (first, last)):
            _refuse_impossible(int(year) if year else None, month, int(day))
    if "closed" in rule or "unknown" in rule:
        return
    spans = _SPAN.findall(rule)
    if not spans and "24/7" not in rule:
        raise HoursError("hours_without_time", rule=rule.replace('""', "").strip())
    for span in spans:
        _refuse_reversed(*(int(number) for number in span))


def _refuse_impossible(year: int | None, month: str, day: int) -> None:
    number = _MONTHS.index(month) + 1
    # Without a year, 29 February is a day of some years.
    longest = monthrange(year if year is not None else 2024, number)[1]
    if not 1 <= day <= longest:
        raise HoursError("hours_impossible_date", date=f"{month} {day}")


def _refuse_reversed(hour: int, minute: int, end_hour: int, end_minute: int) -> None:
    length = (end_hour - hour) * 60 + end_minute - minute
    if length <= 0 and length + 24 * 60 > _LONGEST_NIGHT_MINUTES:
        raise HoursError("hours_reversed", span=f"{hour:02}:{minute:02}-{end_hour:02}:{end_minute:02}")


def _refuse_holidays_not_last(rules: Iterable[str]) -> None:
    """Weekdays after "PH off" open the place again on a holiday that falls on one of them."""
    closed_on_holidays = False
    for rule in rules:
        if names_holidays(rule) and "closed" in rule:
            closed_on_holidays = True
        elif closed_on_holidays and "closed" not in rule and not names_holidays(rule) and not _is_dated(rule):
            raise HoursError("hours_holidays_not_last", rule=rule.replace('""', "").strip())


def _is_dated(rule: str) -> bool:
    return _DAY.search(rule) is not None and _WEEKDAY.search(rule) is None


def _refuse_overridden(read: str) -> None:
    """ "Mo 08:00-12:00; Mo 14:00-18:00" keeps the afternoon only: the later rule replaces the earlier."""
    seen: set[str] = set()
    for rule in read.split("; "):
        span = _SPAN.search(rule)
        days = rule[: span.start()].strip() if span else None
        if days is not None and days in seen:
            raise HoursError("hours_overridden", days=days)
        seen.add(days or rule)
