"""Puts each calendar together with the streets its CSV file lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.knowledge.calendars import CalendarBook
from bot.knowledge.faults import Location
from bot.knowledge.streets import read_streets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.knowledge.faults import FaultLog
    from bot.knowledge.layers import Layer

__all__ = ["MAX_STREETS", "read_books"]

# Paris, the town with the most, has fewer than 7,000 streets; so many lines are read in a second.
MAX_STREETS = 20_000
# Whatever str.splitlines takes for the end of a line.
_LINE_END = re.compile(rb"\r\n|[\n\v\f\r\x1c-\x1e\x85]|\xe2\x80[\xa8\xa9]")


def read_books(layers: Sequence[Layer], log: FaultLog) -> dict[str, CalendarBook]:
    """Every sound calendar by id, the town's own over the included pack's; each fault goes to ``log``."""
    books: dict[str, CalendarBook] = {}
    for layer in layers:
        for calendar in (item.value for item in layer.calendars if item.value is not None):
            name = f"calendars/{calendar.streets}"
            content = layer.files.contents.get(name)
            if content is None:
                books[calendar.id] = CalendarBook(calendar)
                continue
            file = layer.files.shown / name
            if len(_LINE_END.findall(content)) > MAX_STREETS:
                log.add(Location(file), "street.too_many", limit=MAX_STREETS)
                continue
            rows, faults = read_streets(content, file, calendar)
            log.add_all(faults)
            books[calendar.id] = CalendarBook(calendar, rows)
    return books
