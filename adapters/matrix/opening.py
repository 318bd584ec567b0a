"""Encrypted messages on their way in: opened, or put off until their key comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from adapters.matrix.cursor import Unopened
from adapters.matrix.server import Fault, path

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from adapters.matrix.rooms import Room, Rooms
    from adapters.matrix.server import Homeserver
    from bot.mail import Event
    from bot.ports import Clock

    Read = Callable[[dict[str, Any], str, Room], Awaitable[Event | None]]

__all__ = ["Cipher", "Opener"]

# A key takes a second or two; after a minute the resident is told that it did not come.
_PATIENCE_MS = 60_000
_MOST = 200


class Cipher(Protocol):
    """What opens encrypted events."""

    def open(self, event: dict[str, Any], room: str) -> dict[str, Any] | None:
        """``event`` in clear, None as long as its key is missing."""
        ...


class Opener:
    """Opens with ``cipher``; without one nothing is opened. ``waiting`` is what the cursor keeps."""

    def __init__(
        self,
        cipher: Cipher | None,
        server: Homeserver,
        rooms: Rooms,
        clock: Clock,
        waiting: Iterable[Unopened] = (),
    ) -> None:
        self._cipher = cipher
        self._server = server
        self._rooms = rooms
        self._clock = clock
        self._waiting: dict[str, Unopened] = {one.event: one for one in waiting}
        self._raw: dict[str, dict[str, Any]] = {}  # of those that came since the start: they need not be fetched

    @property
    def able(self) -> bool:
        """True if the operator turned encryption on."""
        return self._cipher is not None

    @property
    def waiting(self) -> tuple[Unopened, ...]:
        """What could not be opened yet."""
        return tuple(self._waiting.values())

    def open(self, raw: dict[str, Any], room: str) -> dict[str, Any] | None:
        """``raw`` in clear, None as long as that cannot be. What raises, because it is no message, waits no more."""
        if self._cipher is None:
            return None
        waited = self._waiting.pop(raw["event_id"], None)
        opened = self._cipher.open(raw, room)
        if opened is None and waited is not None:
            self._waiting[waited.event] = waited
        else:
            self._raw.pop(raw["event_id"], None)
        return opened

    def put_off(self, raw: dict[str, Any], room: str) -> bool:
        """Wait for the key of ``raw``; false if that was long enough."""
        name = raw["event_id"]
        now = int(self._clock.now().timestamp() * 1000)
        known = self._waiting.get(name)
        if known is None and len(self._waiting) < _MOST:
            self._waiting[name] = Unopened(room, name, now)
            self._raw[name] = raw
            return True
        if known is not None and now - known.since < _PATIENCE_MS:
            return True
        self._forget(name)
        return False

    def drop(self, room: str) -> None:
        """The bot is no longer in ``room``."""
        for one in self.waiting:
            if one.room == room:
                self._forget(one.event)

    async def late(self, read: Read) -> list[Event]:
        """What waited and can be read by now, and a word for what waited too long; raises Fault."""
        found: list[Event] = []
        for one in self.waiting:
            known = await self._rooms.get(one.room)
            raw = None if known is None else await self._fetched(one)
            if known is None or raw is None:
                self._forget(one.event)
                continue
            event = await read(raw, one.room, known)
            found += [] if event is None else [event]
        return found

    def _forget(self, name: str) -> None:
        self._waiting.pop(name, None)
        self._raw.pop(name, None)

    async def _fetched(self, one: Unopened) -> dict[str, Any] | None:
        if one.event in self._raw:
            return self._raw[one.event]
        try:
            event: dict[str, Any] = await self._server.get(path("rooms", one.room, "event", one.event))
        except Fault as fault:
            if fault.status in (400, 403, 404) and fault.code:
                return None
            raise
        return event
