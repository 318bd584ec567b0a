"""Going into the rooms the bot is invited to, and out of those where nobody is left: beside receiving, never before."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from adapters.matrix.faults import is_revoked
from adapters.matrix.server import Fault, path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapters.matrix.cursor import Invite
    from adapters.matrix.server import Homeserver

__all__ = ["Joiner"]

_LOG = logging.getLogger("parvis.matrix")
# A homeserver that cannot be reached now is tried again, later and later, up to an hour.
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 3600.0
# With pauses that double: about a day.
_TRIES = 30


class Joiner:
    """Joins, one room at a time: homeservers let few joins through. ``waiting`` is what the cursor keeps."""

    def __init__(self, server: Homeserver, invites: Iterable[Invite] = ()) -> None:
        self._server = server
        self._waiting: dict[str, Invite] = {one.room: one for one in invites}
        self._more = asyncio.Event()
        self._more.set()

    @property
    def waiting(self) -> tuple[Invite, ...]:
        """The rooms not yet joined."""
        return tuple(self._waiting.values())

    def add(self, invite: Invite) -> None:
        """One more."""
        self._waiting.setdefault(invite.room, invite)
        self._more.set()

    def drop(self, room: str) -> None:
        """The bot is in it, or the invitation was taken back."""
        self._waiting.pop(room, None)

    async def run(self) -> None:
        """Join what waits until cancelled; raises Fault if the token is no longer taken."""
        failures: dict[str, int] = {}
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                pause = 0.0
                for invite in self.waiting:
                    pause = max(pause, await self._tried(invite, failures))
                if pause:
                    # A new invitation does not wait for an old one's pause: it is tried at once, and all with it.
                    await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        waiter = asyncio.ensure_future(self._more.wait())
        try:
            await asyncio.wait({waiter}, timeout=seconds)
        finally:
            waiter.cancel()
        self._more.clear()

    async def _tried(self, invite: Invite, failures: dict[str, int]) -> float:
        """Try to join; how long to wait before the next try, 0 if there is nothing more to do."""
        try:
            await self._join(invite)
        except Fault as fault:
            if is_revoked(fault):
                raise
            count = failures[invite.room] = failures.get(invite.room, 0) + 1
            if (fault.status in (400, 403, 404) and fault.code) or count >= _TRIES:
                _LOG.warning("matrix: a room could not be joined (%d %s)", fault.status, fault.code)
                failures.pop(invite.room)
                self.drop(invite.room)
                return 0.0
            return max(fault.retry_after or 0.0, min(_FIRST_PAUSE * 2.0 ** (count - 1), _LONGEST_PAUSE))
        failures.pop(invite.room, None)
        self.drop(invite.room)
        return 0.0

    async def _join(self, invite: Invite) -> None:
        via = {"server_name": invite.via, "via": invite.via} if invite.via else None
        await self._server.post(path("join", invite.room), {}, via)
        if invite.instead_of:
            await self.leave(invite.instead_of)

    async def leave(self, room: str) -> None:
        """Go out of ``room``; what fails is not tried again."""
        for step in _out(room):
            try:
                await self._server.post(step, {})
            except Fault as fault:
                _LOG.info("matrix: a room could not be left (%d %s)", fault.status, fault.code)
                return


def _out(room: str) -> Iterator[str]:
    yield path("rooms", room, "leave")
    yield path("rooms", room, "forget")
