"""Checks what the model cannot see: time zones, opening hours, days in order, the files calendars name."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from bot.knowledge.faults import FaultLog
from bot.knowledge.hours_check import HoursError, checked
from bot.knowledge.model import DATE_FORM
from bot.knowledge.shapes import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.knowledge.base import KnowledgeBase
    from bot.knowledge.basefiles import BaseFiles
    from bot.knowledge.faults import Fault
    from bot.knowledge.layers import Item, Layer

__all__ = ["check_rules", "future_dates"]

# model.ShortText.
_LONGEST_HOURS = 300


def check_rules(layers: Sequence[Layer], log: FaultLog) -> None:
    """Note every such fault of ``layers``: the included pack first, the town last."""
    for layer in layers:
        if layer.city is not None:
            _timezone(layer.city, log)
            _hours(layer.city, log, "desk", "opening_hours")
        for place in layer.places:
            _hours(place, log, "opening_hours")
            _days_in_order(place, "closures", log)
        for calendar in layer.calendars:
            _days_in_order(calendar, "exceptions", log)
            _streets(calendar, layer.files, log)
    town = layers[-1].city
    if town is not None and town.get("desk") is None:
        log.add(town.at(), "city.no_desk")


def future_dates(base: KnowledgeBase, today: date) -> tuple[Fault, ...]:
    """A warning for each entry, place or calendar that was verified after ``today`` (the town's own date)."""
    log = FaultLog()
    kinds: dict[str, dict[str, Any]] = {
        "entries": dict(base.entries),
        "places": dict(base.places),
        "calendars": {name: book.calendar for name, book in base.calendars.items()},
    }
    for kind, items in kinds.items():
        for name, item in items.items():
            translated = [translation.translated_on for translation in getattr(item, "translations", {}).values()]
            for day in [item.verified_on, *translated]:
                if day is not None and day > today:
                    log.warn(base.origins[f"{kind}/{name}"], "date.future", id=name, date=day.isoformat())
    return log.faults()


def _timezone(city: Item[Any], log: FaultLog) -> None:
    name = city.text("timezone")
    if not name:
        return
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        log.add(city.at("timezone"), "city.timezone", value=name, near=nearest(name, available_timezones()))


def _hours(item: Item[Any], log: FaultLog, *steps: str) -> None:
    expression = item.text(*steps)
    # One that is too long has its fault already, and is not worth the time.
    if not expression or len(expression) > _LONGEST_HOURS:
        return
    try:
        checked(expression)
    except HoursError as error:
        values = {"expression": expression, **error.values}
        log.add(item.at(*steps), f"hours.{error.code.removeprefix('hours_')}", **values)


def _days_in_order(item: Item[Any], field: str, log: FaultLog) -> None:
    days = item.get(field)
    for index in range(len(days) if isinstance(days, list) else 0):
        first, last = _day(item.text(field, index, "from")), _day(item.text(field, index, "to"))
        if first is not None and last is not None and last < first:
            log.add(item.at(field, index, "to"), "date.reversed", first=first.isoformat(), last=last.isoformat())


def _day(text: str | None) -> date | None:
    if text is None or not DATE_FORM.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _streets(calendar: Item[Any], files: BaseFiles, log: FaultLog) -> None:
    name = calendar.text("streets")
    # A file that is there but cannot be read has its own fault already.
    if not name or f"calendars/{name}" in chain(files.contents, files.unread):
        return
    beside = [path.removeprefix("calendars/") for path in files.under("calendars", ".csv")]
    log.add(calendar.at("streets"), "calendar.no_streets_file", value=name, near=nearest(name, beside))
