"""A whole knowledge base in memory: one immutable value, swapped in one reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.knowledge.calendars import CalendarBook
    from bot.knowledge.faults import Location
    from bot.knowledge.model import City, Concept, Entry, GoldenQuestion, Place

__all__ = ["KnowledgeBase"]


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """Everything a town knows.

    ``entries``, ``places``, ``concepts`` are keyed by id, the included pack's first
    and the town's own over it. ``calendars`` answer collection questions. ``voice``
    holds the overrides of what the bot itself says, by language then key.
    ``version`` is a hash of every file's content (hex, 16 characters). ``origins``
    maps ``entries/<id>``, ``places/<id>``, ``concepts/<id>`` to file and line, and what
    is inside them: ``entries/<id>/links/0/url``.
    """

    root: Path
    city: City
    entries: Mapping[str, Entry]
    places: Mapping[str, Place]
    concepts: Mapping[str, Concept]
    calendars: Mapping[str, CalendarBook]
    golden: tuple[GoldenQuestion, ...]
    voice: Mapping[str, Mapping[str, str]]
    version: str
    origins: Mapping[str, Location] = field(default_factory=lambda: MappingProxyType({}))

    def own_entries(self) -> frozenset[str]:
        """The ids of the entries that the town wrote itself; all others come with the included pack."""
        pack = self.city.include
        files = {entry: self.origins.get(f"entries/{entry}") for entry in self.entries}
        return frozenset(
            entry
            for entry, origin in files.items()
            if pack is None or origin is None or not origin.file.is_relative_to(pack)
        )
