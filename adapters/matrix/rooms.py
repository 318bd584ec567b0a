"""What the bot knows of the rooms it is in: asked for when it is needed, forgotten when it changes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.matrix.server import Fault, path

if TYPE_CHECKING:
    from adapters.matrix.server import Homeserver

__all__ = ["Room", "Rooms"]

# A room takes about a kilobyte: rooms beyond are asked about again.
_MOST = 5000
_PRIVATE = 2


@dataclass(frozen=True, slots=True)
class Room:
    """Who is in a room, and whether what is said there is encrypted."""

    members: frozenset[str]
    encrypted: bool = False

    @property
    def private(self) -> bool:
        """True where the bot speaks with one person."""
        return len(self.members) <= _PRIVATE


class Rooms:
    """Asks the homeserver about a room when it first matters after a start, so that a restart forgets nothing."""

    def __init__(self, server: Homeserver) -> None:
        self._server = server
        self._known: OrderedDict[str, Room] = OrderedDict()

    async def get(self, room: str) -> Room | None:
        """The room, None if the bot is not in it; raises Fault."""
        known = self._known.get(room)
        if known is not None:
            return known
        try:
            joined = await self._server.get(path("rooms", room, "joined_members"))
        except Fault as fault:
            if fault.status in (403, 404) and fault.code in ("M_FORBIDDEN", "M_NOT_FOUND"):
                return None
            raise
        members = joined.get("joined")
        known = Room(frozenset(members if isinstance(members, dict) else ()), await self._encrypted(room))
        self._known[room] = known
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return known

    def forget(self, room: str) -> None:
        """Something changed: ask again."""
        self._known.pop(room, None)

    def __len__(self) -> int:
        return len(self._known)

    async def _encrypted(self, room: str) -> bool:
        try:
            await self._server.get(path("rooms", room, "state", "m.room.encryption", ""))
        except Fault as fault:
            if fault.status in (403, 404) and fault.code:
                return False
            raise
        return True
