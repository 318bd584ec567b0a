"""One folder of a base, read and checked piece by piece: what fits the model, and where each piece stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel

from bot.knowledge.basefiles import BaseFiles, decode, read_files
from bot.knowledge.faults import FaultLog, Location
from bot.knowledge.model import City, CollectionCalendar, Concept, Entry, GoldenQuestion, Place
from bot.knowledge.shapes import validated
from bot.knowledge.yamlreader import BROKEN, Document, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Item", "Layer", "read_layer"]

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Item(Generic[_Model]):
    """One thing staff wrote: as read, and as the model sees it (None if it does not fit)."""

    document: Document
    path: tuple[str | int, ...]
    raw: object
    value: _Model | None

    def at(self, *steps: str | int) -> Location:
        """Where the item, or the value at ``steps`` inside it, is written."""
        return self.document.at([*self.path, *steps])

    def get(self, *steps: str | int) -> object:
        """The value at ``steps`` as read, or None: faulty items are still checked for the rest."""
        value = self.raw
        for step in steps:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def text(self, *steps: str | int) -> str | None:
        """The text at ``steps``; None if it is absent or no text."""
        value = self.get(*steps)
        return value.strip() if isinstance(value, str) else None

    @property
    def id(self) -> str | None:
        """What other items call this one."""
        return self.text("id")


@dataclass(frozen=True, slots=True)
class Layer:
    """A folder's content. ``broken`` names the kinds with a file that could not be read whole:
    an id that is missing there may well exist.
    """

    files: BaseFiles
    city: Item[City] | None
    entries: tuple[Item[Entry], ...]
    places: tuple[Item[Place], ...]
    concepts: tuple[Item[Concept], ...]
    calendars: tuple[Item[CollectionCalendar], ...]
    golden: tuple[Item[GoldenQuestion], ...]
    voice: Document | None
    broken: frozenset[str]


def read_layer(folder: Path, shown: Path, log: FaultLog) -> Layer:
    """Read and check every file of ``folder``; ``shown`` is its path relative to the base. Never raises."""
    reader = _Reader(read_files(folder, shown, log), log)
    names = reader.files
    if "city.yaml" not in names.contents and "city.yaml" not in names.unread:
        log.add(Location(shown / "city.yaml"), "city.missing")
    city = next(reader.single("city", City, ["city.yaml"]), None)
    entries = reader.listed("entries", Entry, names.under("entries"))
    places = reader.listed("places", Place, ["places.yaml"])
    concepts = reader.listed("concepts", Concept, names.under("vocabulary"))
    calendars = tuple(reader.single("calendars", CollectionCalendar, names.under("calendars")))
    golden = reader.listed("golden", GoldenQuestion, ["golden.yaml"])
    voice = reader.document("voice", "voice.yaml")
    return Layer(names, city, entries, places, concepts, calendars, golden, voice, frozenset(reader.broken))


_FOLDERS = {"entries": "entries/", "calendars": "calendars/", "concepts": "vocabulary/"}


class _Reader:
    def __init__(self, files: BaseFiles, log: FaultLog) -> None:
        self.files = files
        self._log = log
        self.broken = {
            kind
            for kind in ("city", "entries", "places", "concepts", "calendars", "golden")
            if any(name.startswith(_FOLDERS.get(kind, f"{kind}.")) for name in files.unread)
        }

    def document(self, kind: str, name: str) -> Document | None:
        """A file's content; None if there is no such file, or nothing in it that can be read."""
        content = self.files.contents.get(name)
        if content is None:
            return None
        file = Location(self.files.shown / name)
        text = decode(content, file, self._log)
        if text is None:
            self.broken.add(kind)
            return None
        document = parse_yaml(text, file.file, self._log)
        if not document.complete:
            self.broken.add(kind)
        if document.data is None:
            self._log.add(file, "file.empty")
            return None
        return None if document.data is BROKEN else document

    def single(self, kind: str, model: type[_Model], names: Iterable[str]) -> Iterator[Item[_Model]]:
        """The item that each file of ``names`` is."""
        for name in names:
            document = self.document(kind, name)
            if document is None:
                continue
            if not document.complete:
                continue
            if not isinstance(document.data, dict):
                self._log.add(Location(document.file, 1), "file.not_a_mapping")
                continue
            yield Item(document, (), document.data, validated(model, document.data, document, (), self._log))

    def listed(self, kind: str, model: type[_Model], names: Iterable[str]) -> tuple[Item[_Model], ...]:
        """Every item of the lists that the files of ``names`` hold under the key ``kind``."""
        items: list[Item[_Model]] = []
        for name in names:
            document = self.document(kind, name)
            if document is None:
                continue
            for index, raw in enumerate(self._list(kind, document)):
                path = (kind, index)
                value = validated(model, raw, document, path, self._log)
                if isinstance(raw, dict):
                    items.append(Item(document, path, raw, value))
        return tuple(items)

    def _list(self, kind: str, document: Document) -> list[object]:
        if not isinstance(document.data, dict):
            self._log.add(Location(document.file, 1), "file.not_a_list", key=kind)
            return []
        for key in document.data:
            if key != kind:
                self._log.add(document.at([key]), "file.unknown_key", key=kind, field=key)
        if kind not in document.data:
            self._log.add(Location(document.file, 1), "file.no_list", key=kind)
            return []
        found = document.data[kind]
        if isinstance(found, list):
            return found
        if found is not BROKEN:
            self._log.add(document.at([kind]), "field.empty" if found is None else "field.list", field=kind)
        return []
