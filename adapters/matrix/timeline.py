"""What happened in a room since the last poll: all of it, in order, and none of what was before the bot's time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adapters.matrix.server import path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.matrix.server import Homeserver

__all__ = ["FILTER", "came_in", "since_last_poll", "unheard"]

_TYPES = (
    "m.room.message",
    "m.room.encrypted",
    "m.reaction",
    "m.sticker",
    "m.room.member",
    "m.room.tombstone",
    "m.room.encryption",
)
_TIMELINE = {"types": list(_TYPES), "limit": 50, "lazy_load_members": True}
# The homeserver's own filter gives ten events a room; what is over this one's fifty is fetched.
FILTER = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": _TIMELINE,
            "state": {"types": ["m.room.encryption", "m.room.tombstone"], "lazy_load_members": True},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
    }
)
_PAGE = 100
# 5,000 events of one room: more than a day of the busiest.
_MOST_PAGES = 50


async def since_last_poll(
    server: Homeserver, room: str, timeline: dict[str, Any], since: str | None, me: str
) -> list[dict[str, Any]]:
    """The events of ``timeline`` and those between it and ``since`` that the homeserver left out; raises Fault."""
    events = _dicts(timeline.get("events"))
    token = timeline.get("prev_batch")
    came = came_in(events, me) is not None
    wanted = bool(timeline.get("limited")) or (came and _invited(events, me) is None)
    for _ in range(_MOST_PAGES):
        if not wanted or since is None or not isinstance(token, str):
            break
        params = {"dir": "b", "from": token, "limit": f"{_PAGE}", "filter": json.dumps({"types": _TYPES})}
        told = await server.get(path("rooms", room, "messages"), params if came else {**params, "to": since})
        before = _dicts(told.get("chunk"))
        events = [*reversed(before), *events]
        came = came or came_in(events, me) is not None
        token = told.get("end")
        wanted = bool(before) and not (came and _invited(events, me) is not None)
    return events


def unheard(events: Sequence[dict[str, Any]], me: str, *, first: bool) -> list[dict[str, Any]]:
    """What the bot should hear of: from its invitation on, and at the very ``first`` poll after its own last word.

    What was said in a room before the bot was asked in was not said to it.
    """
    start = 0
    if came_in(events, me) is not None:
        invited = _invited(events, me)
        start = (came_in(events, me) or 0) if invited is None else invited
    if first:
        own = (number for number, event in enumerate(events) if event.get("sender") == me and "state_key" not in event)
        start = max(start, max(own, default=-1) + 1)
    return list(events[start:])


def came_in(events: Sequence[dict[str, Any]], me: str) -> int | None:
    """Where in ``events`` the bot joined the room, if it did."""
    found = [
        number for number, event in enumerate(events) if _membership(event, me) == "join" and _was(event) != "join"
    ]
    return found[-1] if found else None


def _invited(events: Sequence[dict[str, Any]], me: str) -> int | None:
    found = [number for number, event in enumerate(events) if _membership(event, me) == "invite"]
    return found[-1] if found else None


def _membership(event: dict[str, Any], who: str) -> object:
    content = event.get("content")
    mine = event.get("type") == "m.room.member" and event.get("state_key") == who and isinstance(content, dict)
    return content.get("membership") if mine and isinstance(content, dict) else None


def _was(event: dict[str, Any]) -> object:
    unsigned = event.get("unsigned")
    before = unsigned.get("prev_content") if isinstance(unsigned, dict) else None
    return before.get("membership") if isinstance(before, dict) else None


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
