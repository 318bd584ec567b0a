"""Looking at the notifications: the truth of what came in, whatever the stream says or does not."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.mastodon.faults import TROUBLE, code_of
from adapters.mastodon.inbound import TYPES
from adapters.mastodon.tail import Tail
from bot.mail import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.mastodon.client import Client
    from adapters.mastodon.inbound import Reader
    from adapters.mastodon.ownthread import OwnThread
    from bot.mail import Event
    from bot.ports import Clock, Receiver

__all__ = ["Allowance", "Poller"]

# The most that an instance gives at once (docs.joinmastodon.org/methods/notifications).
_PAGE = 40
# No server's pages are shorter, unless there is no more: a look is one call as a rule.
_SHORT = 15
# So many pages, then what came is kept: 1,000 notifications read twice are the most a crash costs.
_PAGES = 25
# At the very first start what is older than this was written to an account that was no bot yet.
_FIRST_LOOK = timedelta(hours=24)
# Questions whose edits are looked for: the last ones, as many as an instance gives at once
# (app/controllers/api/v1/statuses_controller.rb), and not for long.
_WATCHED = 20
_WATCHED_SECONDS = 1800.0
_UNKNOWN_THERE = frozenset({400, 403, 404, 405, 410, 422, 501})


@dataclass
class Allowance:
    """How often the instance may be asked: ``burst`` times at once, then every ``every`` seconds."""

    burst: int
    every: float
    _left: float = 0.0
    _at: float | None = None

    def wait(self, now: float) -> float:
        """Take one; how many seconds it must wait first."""
        self._left = float(self.burst) if self._at is None else self._left + (now - self._at) / self.every
        self._left, self._at = min(self._left, float(self.burst)) - 1.0, now
        return max(0.0, -self._left * self.every)


class Poller:
    """Brings what is new to the ``receiver``."""

    def __init__(
        self,
        thread: OwnThread[Client],
        reader: Reader,
        receiver: Receiver,
        clock: Clock,
        allowance: Allowance,
        every: float,
        cursor: str | None,
    ) -> None:
        """``every`` is how many seconds lie between two looks for edits."""
        self._thread = thread
        self._reader = reader
        self._receiver = receiver
        self._clock = clock
        self._allowance = allowance
        self._kept = cursor
        self._tail = Tail(cursor, _now())
        self._every = every
        self._again = _now()
        self._watched: OrderedDict[str, float] = OrderedDict()
        self._tells_edits = True

    async def look(self) -> bool:
        """Take in what came since the last look; False if there may be more at once. Raises as the library does."""
        after = self._tail.after
        whole = await self._first_look() if after is None else await self._look_after(after)
        self._receiver.polled()
        return whole

    async def look_again(self) -> None:
        """Now and then, take in questions of the last half hour that were edited since: nothing tells of them."""
        now = _now()
        if now - self._again < self._every:
            return
        self._again = now
        self._watched = OrderedDict((name, at) for name, at in self._watched.items() if now - at < _WATCHED_SECONDS)
        if not self._watched or not self._tells_edits:
            return
        await self._allowed()
        names = [*self._watched]
        try:
            found = await self._thread.call(lambda client: client.statuses(names))
        except TROUBLE as error:
            # Servers before Mastodon 4.3 cannot be asked for several at once: there edits stay unseen.
            if code_of(error) not in _UNKNOWN_THERE:
                raise
            self._tells_edits = False
            return
        events = [event for one in _records(found) if (event := self._reader.reread(one)) is not None]
        await self._take(events)

    async def _look_after(self, after: str) -> bool:
        names: list[str] = []
        at = after
        for _ in range(_PAGES):
            page = _after(await self._page(min_id=at), at)
            names += [str(one["id"]) for one in page]
            await self._bring(page, names)
            if len(page) < _SHORT:
                return True
            at = names[-1]
        return False

    async def _first_look(self) -> bool:
        """All that came lately, from the newest back, then taken in order: nothing says where to begin."""
        found: list[Mapping[str, Any]] = []
        begins = self._kept is None  # else it was stopped right after its first look: nothing is too old then
        since = self._clock.now() - _FIRST_LOOK
        for _ in range(_PAGES):
            page = await self._page(max_id=str(found[0]["id"]) if found else None)
            if not page or (found and page[0]["id"] == found[0]["id"]):
                break
            found = page + found
            if len(page) < _PAGE or (begins and _made_before(page[0], since)):
                break
        wanted = [one for one in found if not (begins and _made_before(one, since))]
        await self._bring(wanted, [str(one["id"]) for one in found])
        return True

    async def _page(self, min_id: str | None = None, max_id: str | None = None) -> list[Mapping[str, Any]]:
        """One page, the oldest first, without what has no name."""
        await self._allowed()
        page = await self._thread.call(
            lambda client: client.notifications(types=[*TYPES], min_id=min_id, max_id=max_id, limit=_PAGE)
        )
        return [one for one in reversed(_records(page)) if isinstance(one.get("id"), str | int) and one["id"]]

    async def _bring(self, page: Sequence[Mapping[str, Any]], names: list[str]) -> None:
        """Take in what is new of ``page``, and where to go on from once all of ``names`` have been seen."""
        new = [one for one in page if self._tail.is_new(str(one["id"]))]
        events = [event for one in new if (event := self._reader.read(one)) is not None]
        self._tail.saw(names, _now())
        await self._take(events)

    async def _take(self, events: Sequence[Event]) -> None:
        cursor = self._tail.cursor
        if not events and cursor == self._kept:
            return
        await self._receiver.take(events, cursor)
        self._kept = cursor
        for event in events:
            if event.kind is Kind.ASK and event.message is not None:
                self._watched[event.message] = _now()
        while len(self._watched) > _WATCHED:
            self._watched.popitem(last=False)

    async def _allowed(self) -> None:
        wait = self._allowance.wait(_now())
        if wait:
            await asyncio.sleep(wait)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _records(answer: Sequence[object]) -> list[Mapping[str, Any]]:
    """The records of a list; raises TypeError if the answer is none: the library makes a list of anything."""
    found = [one for one in answer if isinstance(one, Mapping)]
    if answer and not found:
        raise TypeError("not a list of records")
    return found


def _after(page: list[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """What comes after ``name``; all of it, unless the server knows no ``min_id`` and shows its newest."""
    names = [str(one["id"]) for one in page]
    return page[names.index(name) + 1 :] if name in names else page


def _made_before(notification: Mapping[str, Any], moment: datetime) -> bool:
    made = notification.get("created_at")
    return isinstance(made, datetime) and made.tzinfo is not None and made < moment
