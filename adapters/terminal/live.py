"""A base edited while someone talks to it: read again beside the conversation, swapped in when it is sound."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from bot.errors import KnowledgeError, ParvisError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.knowledge.faults import Fault

__all__ = ["LiveBase", "Reloads"]


class Reloads(Protocol):
    """What brings a new version of the base into service."""

    def changed(self) -> bool:
        """True if the files are no longer those that are served."""
        ...

    def reload(self) -> object:
        """Serve the new version; raises KnowledgeError if it cannot be served."""
        ...


class LiveBase:
    """Watches a base between two messages and reloads it in the background."""

    def __init__(self, reloader: Reloads, write_fault: Callable[[Fault], str]) -> None:
        """``write_fault`` turns a fault into the line staff read."""
        self._reloader = reloader
        self._write_fault = write_fault
        self._worker: threading.Thread | None = None
        self._trouble: ParvisError | None = None
        # What was last refused: said once, not before every answer.
        self._refused = False

    def news(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Sentences (key and blanks) on what became of the base since the last message."""
        if self._worker is not None and not self._worker.is_alive():
            self._worker = None
            yield from self._outcome()
        elif self._worker is None and self._reloader.changed():
            if not self._refused:
                yield "base_changed", {}
            self._worker = threading.Thread(target=self._reload, daemon=True)
            self._worker.start()

    def _reload(self) -> None:
        self._trouble = None
        try:
            self._reloader.reload()
        except ParvisError as error:
            self._trouble = error

    def _outcome(self) -> Iterator[tuple[str, dict[str, object]]]:
        trouble = self._trouble
        if trouble is None:
            self._refused = False
            yield "base_reloaded", {}
        elif not self._refused:
            self._refused = True
            faults = trouble.faults if isinstance(trouble, KnowledgeError) else ()
            yield "base_refused", {"faults": "\n".join(map(self._write_fault, faults))}
