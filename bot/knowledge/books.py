"""Puts each calendar together with the streets its CSV file lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.knowledge.calendars import CalendarBook
from bot.knowledge.streets import read_streets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.knowledge.faults import FaultLog
    from bot.knowledge.layers import Layer

__all__ = ["read_books"]


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
            rows, faults = read_streets(content, layer.files.shown / name, calendar)
            log.add_all(faults)
            books[calendar.id] = CalendarBook(calendar, rows)
    return books
