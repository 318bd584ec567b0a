"""From one answer to a poll to the events in it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapters.matrix.cursor import Invite
from adapters.matrix.inbound import STICKER, touched
from adapters.matrix.outbound import choice_target
from adapters.matrix.server import Fault, path
from adapters.matrix.timeline import came_in, since_last_poll, unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapters.matrix.inbound import Reader
    from adapters.matrix.joining import Joiner
    from adapters.matrix.opening import Opener
    from adapters.matrix.rooms import Room, Rooms
    from adapters.matrix.server import Homeserver
    from bot.mail import Event

__all__ = ["Gatherer"]

_LOG = logging.getLogger("parvis.matrix")
# What an event that is not as Matrix describes it makes the reading trip over.
_SENSELESS = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads polls for the account ``me``. ``alone`` is called with a room in which nobody else is left."""

    me: str
    server: Homeserver = field(repr=False)
    rooms: Rooms
    reader: Reader
    joiner: Joiner
    opener: Opener
    alone: Callable[[str], None]

    async def gather(self, told: Mapping[str, Any], since: str | None) -> list[Event]:
        """What residents did, in each room in order; raises Fault. What makes no sense is left out."""
        rooms = told.get("rooms")
        rooms = rooms if isinstance(rooms, dict) else {}
        for room, data in _items(rooms.get("invite")):
            self.joiner.add(Invite(room, _inviter(data, self.me)))
        for room, _ in _items(rooms.get("leave")):
            self.rooms.forget(room)
            self.joiner.drop(room)
            self.opener.drop(room)
        found = await self.opener.late(self._one)
        for room, data in _items(rooms.get("join")):
            found += await self._room(room, data, since)
        return found

    async def _room(self, room: str, data: Mapping[str, Any], since: str | None) -> list[Event]:
        self.joiner.drop(room)
        timeline = data.get("timeline")
        timeline = timeline if isinstance(timeline, dict) else {}
        if timeline.get("limited"):
            # Who came and went meanwhile was left out.
            self.rooms.forget(room)
        events = unheard(
            await since_last_poll(self.server, room, timeline, since, self.me), self.me, first=since is None
        )
        for raw in events:
            if raw.get("type") in ("m.room.member", "m.room.encryption"):
                self.rooms.forget(room)
        found: list[Event] = []
        if not events:
            return found
        known = await self.rooms.get(room)
        if known is None:
            return found
        for raw in events:
            event = await self._one(raw, room, known)
            if event is not None:
                # Who wrote before the bot had come in reads first what it is.
                found.insert(0 if raw.get("type") == "m.room.member" else len(found), event)
        if since is not None and known.members <= {self.me} and came_in(events, self.me) is None:
            self.alone(room)
        return found

    async def _one(self, raw: dict[str, Any], room: str, known: Room) -> Event | None:
        try:
            return await self._read(raw, room, known)
        except _SENSELESS as error:
            # Raised, it would come again for ever and hold up everyone.
            _LOG.warning("matrix: an event was left out: %s", type(error).__name__)
            return None

    async def _read(self, raw: dict[str, Any], room: str, known: Room) -> Event | None:
        kind, sender = raw["type"], raw["sender"]
        if kind == "m.room.member":
            return self._member(raw, room, known)
        if sender == self.me:
            return None
        if kind == "m.room.tombstone":
            self._upgraded(raw, room)
            return None
        if kind == "m.reaction":
            return await self._reaction(raw, room, known)
        if kind == "m.room.encrypted":
            opened = self.opener.open(raw, room)
            if opened is not None:
                return await self._read(opened, room, known)
            return self._closed(raw, room, known)
        if kind in ("m.room.message", STICKER) and "state_key" not in raw:
            return self.reader.message(raw, room, known)
        return None

    def _closed(self, raw: dict[str, Any], room: str, known: Room) -> Event | None:
        """What cannot be read: without encryption it is said once a room, with it the key may still come."""
        if not self.opener.able:
            if not known.private:
                return None
            return self.reader.said(raw, room, known, "matrix.encrypted", f"encrypted:{room}")
        if not self.opener.put_off(raw, room) and known.private:
            return self.reader.said(raw, room, known, "matrix.unreadable", f"unreadable:{raw['event_id']}")
        return None

    def _member(self, raw: dict[str, Any], room: str, known: Room) -> Event | None:
        """The bot came in: who asked it in is told what it is."""
        if came_in([raw], self.me) is None:
            return None
        others = sorted(known.members - {self.me})
        if not others:
            return None
        # The resident of a private room; in others whoever it is, the words are for all.
        caused = {**raw, "sender": others[0]}
        event = self.reader.said(
            caused, room, known, "matrix.welcome" if known.private else "matrix.room_welcome", raw["event_id"]
        )
        return _unaddressed(event)

    def _upgraded(self, raw: dict[str, Any], room: str) -> None:
        target = raw["content"]["replacement_room"]
        if isinstance(target, str) and "state_key" in raw:
            self.joiner.add(Invite(target, raw["sender"].partition(":")[2], room))

    async def _reaction(self, raw: dict[str, Any], room: str, known: Room) -> Event | None:
        touch = touched(raw["content"])
        if touch is None:
            return None
        if touch.number is None:
            return self.reader.rated(raw, room, known, touch)
        shown = await self._shown(room, touch.message)
        target = choice_target(shown, touch.number)
        return None if target is None or shown is None else self.reader.chosen(raw, room, known, shown, target)

    async def _shown(self, room: str, message: str) -> dict[str, Any] | None:
        """The content of ``message``, one of the bot's, as it was last edited; None if it is not the bot's."""
        try:
            event = await self.server.get(path("rooms", room, "event", message))
        except Fault as fault:
            if fault.status in (400, 403, 404) and fault.code:
                return None
            raise
        if event.get("sender") != self.me:
            return None
        first = self._plain(event, room)
        edits = event.get("unsigned", {}).get("m.relations", {}).get("m.replace")
        last = self._plain(edits, room) if isinstance(edits, dict) and edits.get("sender") == self.me else None
        new = None if last is None else last.get("m.new_content")
        if not isinstance(new, dict) or first is None:
            return first
        about = first.get("m.relates_to")
        return {**new, "m.relates_to": about} if about is not None else new

    def _plain(self, event: dict[str, Any], room: str) -> dict[str, Any] | None:
        opened = self.opener.open(event, room) if event.get("type") == "m.room.encrypted" else event
        content = None if opened is None else opened.get("content")
        return content if isinstance(content, dict) else None


def _unaddressed(event: Event) -> Event:
    """``event`` answered to the room, not to a message."""
    return replace(event, address={**event.address, "reply": "", "to": ""})


def _items(value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield from ((name, data) for name, data in value.items() if isinstance(data, dict))


def _inviter(data: Mapping[str, Any], me: str) -> str:
    """The server of who invites: the room's name may name none."""
    state = data.get("invite_state")
    events = state.get("events") if isinstance(state, dict) else None
    for event in events if isinstance(events, list) else ():
        if isinstance(event, dict) and event.get("type") == "m.room.member" and event.get("state_key") == me:
            sender = event.get("sender")
            return sender.partition(":")[2] if isinstance(sender, str) else ""
    return ""
