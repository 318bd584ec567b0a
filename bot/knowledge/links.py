"""Checks what the pieces of a base say of each other: ids that repeat, and ids that nothing has."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from bot.knowledge.shapes import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.knowledge.faults import FaultLog
    from bot.knowledge.layers import Item, Layer

__all__ = ["EXPECTED_OUTCOMES", "check_links"]

# What a golden question may expect besides an entry; no entry may take these names.
EXPECTED_OUTCOMES = ("none", "emergency", "smalltalk", "handover")
_KINDS = ("entries", "places", "concepts", "calendars")


def check_links(layers: Sequence[Layer], log: FaultLog) -> None:
    """Note every repeated and every dangling id of ``layers``: the included pack first, the town last."""
    known = _Known(layers, log)
    for layer in layers:
        for kind in _KINDS:
            _unique(getattr(layer, kind), log)
        _reserved(layer, log)
        # A national entry may name a kind of place that this town does not have.
        _entry_links(layer, known, with_types=layer is layers[-1])
        for concept in layer.concepts:
            known.expect("concepts", concept, "parent")
        _sectors(layer, log)
    _golden_links(layers[-1], known)
    _parent_cycles(layers, log)


class _Known:
    """The ids of each kind, and the faults for those that are not among them."""

    def __init__(self, layers: Sequence[Layer], log: FaultLog) -> None:
        self._log = log
        self._ids = {kind: _ids(chain.from_iterable(getattr(layer, kind) for layer in layers)) for kind in _KINDS}
        self._ids["types"] = {
            name for layer in layers for place in layer.places if (name := place.text("type")) is not None
        }
        self._broken = set(chain.from_iterable(layer.broken for layer in layers))
        city = layers[-1].city
        if city is None or (city.get("include") is not None and len(layers) == 1):
            # What the base was to include is not there to look into.
            self._broken.update(_KINDS)
        if "places" in self._broken:
            self._broken.add("types")

    def expect(self, kind: str, item: Item[Any], *steps: str | int, besides: Sequence[str] = ()) -> None:
        """Note a fault if the id written at ``steps`` is neither known nor ``besides``."""
        name = item.text(*steps)
        if not name or name in self._ids[kind] or name in besides or kind in self._broken:
            return
        if self._log.is_full(item.document.file):
            self._log.count_more(item.document.file, 1)
            return
        near = nearest(name, [*self._ids[kind], *besides])
        self._log.add(item.at(*steps), f"link.{kind}", id=name, near=near)


def _ids(items: Iterable[Item[Any]]) -> set[str]:
    return {item.id for item in items if item.id is not None}


def _unique(items: Iterable[Item[Any]], log: FaultLog) -> None:
    first: dict[str, Item[Any]] = {}
    for item in items:
        if item.id is None:
            continue
        if item.id in first:
            log.add(item.at("id"), "link.duplicate", id=item.id, first=str(first[item.id].at("id")))
        else:
            first[item.id] = item


def _reserved(layer: Layer, log: FaultLog) -> None:
    for entry in layer.entries:
        if entry.id in EXPECTED_OUTCOMES:
            log.add(entry.at("id"), "entry.reserved_id", id=entry.id)


def _entry_links(layer: Layer, known: _Known, *, with_types: bool) -> None:
    for entry in layer.entries:
        known.expect("places", entry, "place")
        known.expect("calendars", entry, "calendar")
        if with_types:
            known.expect("types", entry, "place_type")
        for index, _ in enumerate(_listed(entry, "follow_ups")):
            known.expect("entries", entry, "follow_ups", index, "entry")
        for index, _ in enumerate(_listed(entry, "close_to")):
            known.expect("entries", entry, "close_to", index)


def _golden_links(town: Layer, known: _Known) -> None:
    for question in town.golden:
        known.expect("entries", question, "expect", besides=EXPECTED_OUTCOMES)
        for index, _ in enumerate(_listed(question, "also")):
            known.expect("entries", question, "also", index, besides=EXPECTED_OUTCOMES)
        for index, _ in enumerate(_listed(question, "clarify")):
            known.expect("entries", question, "clarify", index)


def _listed(item: Item[Any], *steps: str | int) -> list[object]:
    value = item.get(*steps)
    return value if isinstance(value, list) else []


def _sectors(layer: Layer, log: FaultLog) -> None:
    for calendar in layer.calendars:
        seen: set[str] = set()
        for index, _ in enumerate(_listed(calendar, "sectors")):
            name = calendar.text("sectors", index, "id")
            if name in seen:
                log.add(calendar.at("sectors", index, "id"), "calendar.duplicate_sector", id=name)
            elif name is not None:
                seen.add(name)


def _parent_cycles(layers: Sequence[Layer], log: FaultLog) -> None:
    concepts = {item.id: item for layer in layers for item in layer.concepts if item.id is not None}
    settled: set[str] = set()
    for start in concepts:
        walked = list(_ancestry(start, concepts, settled))
        if walked and (parent := concepts[walked[-1]].text("parent")) in walked:
            cycle = walked[walked.index(parent) :]
            log.add(concepts[parent].at("parent"), "concept.cycle", id=parent, through=" → ".join([*cycle, parent]))
        settled.update(walked)


def _ancestry(start: str, concepts: dict[str, Item[Any]], settled: set[str]) -> Iterator[str]:
    """``start`` and its parents up to one that is absent, settled, or met before."""
    seen: set[str] = set()
    name: str | None = start
    while name is not None and name in concepts and name not in settled and name not in seen:
        seen.add(name)
        yield name
        name = concepts[name].text("parent")
