"""Where in the files each piece of a base is written, down to the single value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.knowledge.faults import Location

if TYPE_CHECKING:
    from bot.knowledge.layers import Item
    from bot.knowledge.yamlreader import Document

__all__ = ["Origins"]


class Origins(Mapping[str, Location]):
    """``entries/<id>`` to file and line; ``entries/<id>/links/0`` to that link's, or the nearest thing around it.

    Only the items themselves are listed and counted. Raises KeyError for an item that does not exist.
    """

    def __init__(self, items: Mapping[str, Item[Any]]) -> None:
        # Only the lines are kept: the content would be in memory twice.
        bare: dict[int, Document] = {}
        self._items: dict[str, tuple[Document, tuple[str | int, ...]]] = {}
        for name, item in items.items():
            document = bare.setdefault(id(item.document), replace(item.document, data=None))
            self._items[name] = (document, item.path)

    def __getitem__(self, name: str) -> Location:
        kind, _, rest = name.partition("/")
        key, *steps = rest.split("/")
        document, path = self._items[f"{kind}/{key}"]
        return document.at([*path, *(int(step) if step.isdecimal() else step for step in steps)])

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
