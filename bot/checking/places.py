"""Places that no entry leads to, that say too little, and names that tell too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.answering.placewords import PlaceIndex
from bot.checking.findings import by_file, note, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.checking.findings import Case
    from bot.knowledge.faults import Fault

__all__ = ["places"]


def places(case: Case) -> Iterator[Fault]:
    """Every such finding; places are grouped by file."""
    entries, known = case.base.entries.values(), case.base.places.values()
    types = {place.type for place in known}
    for entry in entries:
        if entry.place_type is not None and entry.place_type not in types:
            where = case.at("entries", entry.id, "place_type")
            yield warning(where, "check.no_such_place_type", id=entry.id, type=entry.place_type)
    yield from _bare_names(case)
    named = {entry.place for entry in entries}
    named_types = {entry.place_type for entry in entries} | {place.type for place in known if place.id in named}
    alone = [place for place in known if place.id not in named and place.type not in named_types]
    for where, number, names in by_file((case.at("places", place.id), place.id) for place in alone):
        yield warning(where, "check.places_alone", number=number, names=names)
    no_hours = [place for place in known if not place.opening_hours and not place.hours_note]
    for where, number, names in by_file((case.at("places", place.id), place.id) for place in no_hours):
        yield note(where, "check.places_without_hours", number=number, names=names)
    no_address = [place for place in known if not place.address]
    for where, number, names in by_file((case.at("places", place.id), place.id) for place in no_address):
        yield note(where, "check.places_without_address", number=number, names=names)


def _bare_names(case: Case) -> Iterator[Fault]:
    """Names that say only the kind, where the town has several of it: "la piscine" would always be that one."""
    known = case.base.places
    index = PlaceIndex(known, case.base.concepts.values())
    for place in known.values():
        if len(index.of_type(place.type)) > 1:
            for number, alias in enumerate(place.aliases):
                if index.is_kind(alias):
                    where = case.at("places", place.id, "aliases", number)
                    yield warning(where, "check.bare_alias", id=place.id, alias=alias, type=place.type)
