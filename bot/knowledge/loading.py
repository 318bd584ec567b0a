"""A folder becomes a knowledge base: whole, or not at all with every fault found in one pass."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bot.errors import KnowledgeError
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.basefiles import BaseFiles, content_hash, read_files
from bot.knowledge.books import read_books
from bot.knowledge.faults import FaultLog, Location
from bot.knowledge.layers import Item, Layer, read_layer
from bot.knowledge.links import check_links
from bot.knowledge.origins import Origins
from bot.knowledge.overrides import read_overrides
from bot.knowledge.rules import check_rules
from bot.knowledge.yamlreader import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.knowledge.faults import Fault

__all__ = ["base_files", "content_version", "inspect_base", "load_base"]


def load_base(root: Path) -> KnowledgeBase:
    """The knowledge base in the folder ``root``. Raises KnowledgeError with every fault found."""
    base, faults = inspect_base(root)
    if base is None:
        raise KnowledgeError(faults)
    return base


def inspect_base(root: Path) -> tuple[KnowledgeBase | None, tuple[Fault, ...]]:
    """The base, or None if it has errors, and every fault and warning by file and line. Never raises."""
    log = FaultLog()
    if not _is_folder(root):
        log.add(Location(root), "file.no_folder")
        return None, log.faults()
    town = read_layer(root, Path(), log)
    pack = _included(root, town, log)
    layers = [town] if pack is None else [pack, town]
    check_links(layers, log)
    check_rules(layers, log)
    books = read_books(layers, log)
    voice = _voice(layers, log)
    if log.has_errors or town.city is None or town.city.value is None:
        return None, log.faults()
    base = KnowledgeBase(
        root=root,
        city=town.city.value,
        entries=_by_id(layer.entries for layer in layers),
        places=_by_id(layer.places for layer in layers),
        concepts=_by_id(layer.concepts for layer in layers),
        calendars=MappingProxyType(books),
        golden=tuple(question.value for question in town.golden if question.value is not None),
        voice=MappingProxyType(voice),
        version=content_hash(layer.files for layer in layers),
        origins=_origins(layers),
    )
    return base, log.faults()


def content_version(root: Path) -> str:
    """What ``KnowledgeBase.version`` would be, without reading the content: for caches. Never raises."""
    return content_hash(base_files(root, FaultLog()))


def base_files(root: Path, log: FaultLog) -> tuple[BaseFiles, ...]:
    """The files of the base, unread: those of the pack it includes, if any, then its own. Never raises.

    What keeps a file from being read is noted in ``log``. The pack's ``folder`` is ``root`` and the
    path that the town wrote.
    """
    town = read_files(root, Path(), log)
    text = town.contents.get("city.yaml", b"").decode("utf-8-sig", "replace")
    document = parse_yaml(text, Path("city.yaml"), FaultLog())
    folder = _include_path(root, Item(document, (), document.data, None))
    return (town,) if folder is None else (read_files(folder, Path(os.path.relpath(folder, root)), log), town)


def _include_path(root: Path, city: Item[Any]) -> Path | None:
    """The included folder: relative to the base, existing, and not the base itself."""
    name = city.text("include")
    if not name or PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive:
        return None
    folder = root / name
    return folder if _is_folder(folder) and os.path.realpath(folder) != os.path.realpath(root) else None


def _is_folder(path: Path) -> bool:
    # Path.is_dir raises on a name that is too long or a parent that may not be read.
    return os.path.isdir(path)  # noqa: PTH112


def _included(root: Path, town: Layer, log: FaultLog) -> Layer | None:
    if town.city is None or not (name := town.city.text("include")):
        return None
    folder = _include_path(root, town.city)
    if folder is None:
        log.add(town.city.at("include"), "city.include", value=name)
        return None
    pack = read_layer(folder, Path(os.path.relpath(folder, root)), log)
    if pack.city is not None and pack.city.get("include") is not None:
        log.add(pack.city.at("include"), "city.include_nested")
    return pack


def _voice(layers: Sequence[Layer], log: FaultLog) -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    for layer in layers:
        if layer.voice is not None:
            for language, texts in read_overrides(layer.voice, log).items():
                merged[language] = {**merged.get(language, {}), **texts}
    return merged


def _by_id(layers: Iterable[Sequence[Item[Any]]]) -> MappingProxyType[str, Any]:
    return MappingProxyType({item.value.id: item.value for item in chain.from_iterable(layers) if item.value})


def _origins(layers: Sequence[Layer]) -> Origins:
    found: dict[str, Item[Any]] = {}
    for layer in layers:
        kinds: dict[str, tuple[Item[Any], ...]] = {
            "entries": layer.entries,
            "places": layer.places,
            "concepts": layer.concepts,
            "calendars": layer.calendars,
        }
        found |= {f"{kind}/{item.id}": item for kind, items in kinds.items() for item in items}
    return Origins(found | {f"golden/{index}": item for index, item in enumerate(layers[-1].golden)})
