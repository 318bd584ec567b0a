"""Serve a base's new version without a pause: train beside, load beside, then swap one reference."""

from __future__ import annotations

import gc
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from bot.assembly import prepare
from bot.errors import KnowledgeError
from bot.knowledge.faults import not_learned
from bot.knowledge.loading import content_version
from bot.room import room_for_another

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.answering.snapshot import Snapshot
    from bot.desk import Desk

__all__ = ["Reloader"]

# Seconds between two looks of the interpreter at which thread runs: an answer under way
# gets its turn that soon while a base is being read beside it (Python's default is 5 ms).
_SWITCH = 0.0005
# A base taken apart this far (some 600 parts) is freed in pieces of which the largest, the tree of its
# vocabulary, takes 13 ms where the whole takes 35.
_DEPTH = 3


class Reloader:
    """Brings a desk to the version of the base that is on the disk."""

    def __init__(self, desk: Desk, root: Path, *, cache: Path | None, target_precision: float) -> None:
        self._desk = desk
        self._root = root
        self._cache = cache
        self._target_precision = target_precision
        self._busy = threading.Lock()

    def changed(self) -> bool:
        """True if the files are no longer those that are served; reads them, a few milliseconds."""
        return content_version(self._root) != self._desk.snapshot.base.version

    def reload(self, root: Path | None = None) -> Snapshot:
        """Load, train in a process of its own, and swap; the version served goes on until then.

        ``root`` is a copy of the base to serve in place of the base's own folder. Raises
        KnowledgeError if the new version cannot be served: the last good one then stays. Meant
        for a background thread; two calls at once wait for each other.
        """
        if not room_for_another():
            raise KnowledgeError((not_learned(),))
        with self._busy, tempfile.TemporaryDirectory() as spare, _considerate():
            cache = self._cache if self._cache is not None else Path(spare)
            snapshot = prepare(root or self._root, cache=cache, target_precision=self._target_precision)
            former = _parts(self._desk.snapshot)
            self._desk.swap(snapshot)
            _let_go(former)
            return snapshot


def _parts(snapshot: Snapshot) -> list[object]:
    """What ``snapshot`` is made of, the largest tables among it, from the outside in."""
    found: list[object] = []
    level: list[object] = [snapshot]
    met = {id(snapshot)}
    for _ in range(_DEPTH):
        inner: list[object] = []
        for part in gc.get_referents(*level):
            if gc.is_tracked(part) and not isinstance(part, type | ModuleType | FunctionType) and id(part) not in met:
                met.add(id(part))
                inner.append(part)
        found += inner
        level = inner
    return found


def _let_go(parts: list[object]) -> None:
    """Drop ``parts`` one at a time: freed in one stroke, a base holds up every answer for 30 ms.

    Between two of them the interpreter lets others in. What an answer under way still uses stays until that is given.
    """
    parts.reverse()
    while parts:
        parts.pop()


@contextmanager
def _considerate() -> Iterator[None]:
    """Let other threads in often, and put off the collection of garbage, which stops them all."""
    interval, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_SWITCH)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            # As at the start: what was just loaded stays, and need not be gone through.
            gc.freeze()
            gc.enable()
