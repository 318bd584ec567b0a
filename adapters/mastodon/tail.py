"""Where receiving goes on from: after a notification, with a look back at those that came just before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Tail"]

# Two notifications that are written at the same moment may be shown in the other order than that of their
# names: one that shows a little later would be skipped for ever. What is younger than this is read again.
_SETTLED = 20.0
# More than this came in twenty seconds: those of them that are read again are known to the inbox.
_KEPT = 200


class Tail:
    """The newest notification that is surely the last of its time, and those seen after it.

    ``cursor`` is how it is kept on the disk. Names are opaque: only the order in which the server
    gives them counts. Times are seconds on any clock that only goes forward.
    """

    def __init__(self, cursor: str | None, now: float) -> None:
        kept: list[str | None] = json.loads(cursor) if cursor is not None else [None]
        self.after = kept[0]
        self._seen = {name: now for name in kept[1:] if name is not None}

    @property
    def cursor(self) -> str | None:
        """What is to be kept; None before anything was seen."""
        return json.dumps([self.after, *self._seen]) if self.after is not None or self._seen else None

    def is_new(self, name: str) -> bool:
        """True if it was not seen."""
        return name != self.after and name not in self._seen

    def saw(self, names: Sequence[str], now: float) -> None:
        """These are all that the server shows after ``after`` so far, the oldest first."""
        if self.after in names:
            names = names[names.index(self.after) + 1 :]
        self._seen = {name: self._seen.get(name, now) for name in names}
        order = [*self._seen]
        settled = 0
        while settled < len(order) and now - self._seen[order[settled]] >= _SETTLED:
            settled += 1
        settled = max(settled, len(order) - _KEPT)
        if settled:
            self.after = order[settled - 1]
            self._seen = {name: self._seen[name] for name in order[settled:]}
