"""Puts each calendar together with the streets its CSV file lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.knowledge.calendars import CalendarBook
    from bot.knowledge.faults import FaultLog
    from bot.knowledge.layers import Layer

__all__ = ["read_books"]


def read_books(layers: Sequence[Layer], log: FaultLog) -> dict[str, CalendarBook]:
    """Every sound calendar by id, the town's own over the included pack's; each fault goes to ``log``."""
    from bot.knowledge.calendars import CalendarBook, read_streets

    books: dict[str, CalendarBook] = {}
    for layer in layers:
        for calendar in layer.calendars:
            if calendar.value is None:
                continue
            name = f"calendars/{calendar.value.streets}"
            rows, faults = read_streets(layer.files.folder / name) if name in layer.files.contents else ((), ())
            log.add_all(faults)
            books[calendar.value.id] = CalendarBook(calendar.value, rows)
    return books
