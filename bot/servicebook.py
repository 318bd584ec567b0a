"""What has served and what serves, on the disk: read by commands in other processes, and after a restart."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.knowledge.faults import Fault, Location
from bot.knowledge.state import KnowledgeState, Refused

__all__ = ["KEPT", "Entry", "Order", "ServiceBook"]

# Copies kept of one base, a few megabytes: as many as learned models are (bot.answering.modelfile), without
# which going back would take as long as learning.
KEPT = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """The book's one page: ``base`` is the folder staff edit, ``history`` its versions in order of service.

    ``put_off`` is the version that was ordered and waits for a restart, for want of memory; empty: none.
    """

    base: str
    state: KnowledgeState
    history: tuple[str, ...] = field(default=())
    put_off: str = ""

    def before(self, version: str) -> str | None:
        """The version that served before ``version``; None if there is none."""
        earlier = self.history[: self.history.index(version)] if version in self.history else self.history
        return earlier[-1] if earlier else None

    def serving(self, state: KnowledgeState) -> Entry:
        """The page once ``state`` serves.

        Going back writes nothing into the history; an edit that follows takes the place of what was gone back on.
        """
        if state.rolled_back:
            return Entry(self.base, state, self.history)
        history = self.history
        if self.state.rolled_back and self.state.version in history and history[-1] != state.version:
            history = history[: history.index(self.state.version) + 1]
        return Entry(self.base, state, (*(one for one in history if one != state.version), state.version)[-KEPT:])


@dataclass(frozen=True, slots=True)
class Order:
    """The operator's word to serve the version ``to`` for as long as the folder's is still ``instead_of``.

    The next good edit overtakes it.
    """

    to: str
    instead_of: str


class ServiceBook:
    """The page, written by `parvis run` alone, and the order, written by commands. Each file changes whole."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is that of the copies, made when something is written."""
        self.folder = folder
        self._page = folder / "service.json"
        self._order = folder / "rollback.json"

    def read(self) -> Entry | None:
        """The page; None if there is none, or none that can be read."""
        found = _read(self._page)
        try:
            return None if found is None else _entry(found)
        except (KeyError, TypeError, ValueError):
            return None

    def write(self, entry: Entry) -> None:
        """Replace the page. Raises OSError."""
        self._replace(self._page, _record(entry))

    def order(self) -> Order | None:
        """The order that stands, if any."""
        found = _read(self._order)
        try:
            return None if found is None else Order(str(found["to"]), str(found["instead_of"]))
        except KeyError:
            return None

    def give_order(self, order: Order) -> None:
        """Replace the order. Raises OSError."""
        self._replace(self._order, {"to": order.to, "instead_of": order.instead_of})

    def drop_order(self) -> None:
        """Take the order back. Raises OSError."""
        self._order.unlink(missing_ok=True)

    def _replace(self, path: Path, record: dict[str, Any]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            json.dump(record, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _record(entry: Entry) -> dict[str, Any]:
    state = entry.state
    refused = state.refused
    return {
        "base": entry.base,
        "history": [*entry.history],
        "version": state.version,
        "since": state.since.isoformat(),
        "rolled_back": state.rolled_back,
        "put_off": entry.put_off,
        "refused": None
        if refused is None
        else {"at": refused.at.isoformat(), "faults": [_fault_record(fault) for fault in refused.faults]},
    }


def _entry(found: dict[str, Any]) -> Entry:
    refused = found["refused"]
    state = KnowledgeState(
        version=str(found["version"]),
        since=datetime.fromisoformat(found["since"]),
        rolled_back=bool(found["rolled_back"]),
        refused=None
        if refused is None
        else Refused(datetime.fromisoformat(refused["at"]), tuple(_fault(one) for one in refused["faults"])),
    )
    return Entry(str(found["base"]), state, tuple(map(str, found["history"])), str(found.get("put_off", "")))


def _fault_record(fault: Fault) -> dict[str, Any]:
    place = fault.location
    # A file name that is not valid UTF-8 must still be writable.
    name = place.file.as_posix().encode("utf-8", "replace").decode()
    return {"file": name, "line": place.line, "code": fault.code, "values": dict(fault.values)}


def _fault(found: dict[str, Any]) -> Fault:
    location = Location(Path(found["file"]), int(found["line"]))
    return Fault(location, str(found["code"]), MappingProxyType(dict(found["values"])))
