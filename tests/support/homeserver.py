"""A small homeserver for tests: the calls the channel makes, answered as Synapse answers them.

What it answers was compared with Synapse itself: tests/live runs the same checks there.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web
from fakenet import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

BOT, RESIDENT = "@parvis:essai", "@resident:essai"
PASSWORD = "the bot's own"  # noqa: S105 - of nobody
NOON_MS = 1763640000000
_STATUS = {
    Trouble.BAD_GATEWAY: (502, {}),
    Trouble.PAUSED: (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 3000}),
    Trouble.REVOKED: (401, {"errcode": "M_UNKNOWN_TOKEN", "error": "no"}),
    Trouble.GARBAGE: (200, {"surprise": []}),
}


@dataclass
class Synapse:
    """The homeserver. ``requests`` counts calls, ``refused`` gives the answer to some of them."""

    trouble: Trouble = Trouble.NONE
    limit: int = 10**6  # what a poll tells of one room at most; the rest is fetched
    requests: list[str] = field(default_factory=list)
    logins: int = 0
    stream: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # room and event, in order
    members: dict[str, dict[str, str]] = field(default_factory=dict)  # room, user, membership
    state: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    transactions: dict[str, str] = field(default_factory=dict)
    refused: Callable[[str, str], tuple[int, dict[str, Any]] | None] | None = None
    joins: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def start(self) -> None:
        """Listen on loopback."""
        self.arrived = asyncio.Condition()
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    def room(self, name: str, *people: str, bot: str = "join") -> None:
        """A room with the bot and ``people`` in it."""
        self.members[name] = {BOT: bot} | dict.fromkeys(people or (RESIDENT,), "join")
        if bot == "invite":
            self.add(name, self.membership(BOT, "invite", people[0] if people else RESIDENT))

    def membership(self, user: str, kind: str, sender: str, before: str = "leave") -> dict[str, Any]:
        """A state event."""
        return {
            "type": "m.room.member",
            "state_key": user,
            "sender": sender,
            "content": {"membership": kind},
            "unsigned": {"prev_content": {"membership": before}},
        }

    def add(self, room: str, event: Any, name: str | None = None) -> str:
        """Something happened in ``room``; its event id."""
        name = name or f"${len(self.stream)}"
        if isinstance(event, dict):
            event = {"event_id": name, "origin_server_ts": NOON_MS, **event}
        self.stream.append((room, event))
        self._wake()
        return name

    def shown(self, room: str) -> list[dict[str, Any]]:
        """The bot's messages, as they were last edited."""
        found: dict[str, dict[str, Any]] = {}
        for where, event in self.stream:
            if where != room or not isinstance(event, dict) or event.get("sender") != BOT or not event.get("by_bot"):
                continue
            about = event["content"].get("m.relates_to", {})
            if about.get("rel_type") == "m.replace":
                found[about["event_id"]] = event["content"]["m.new_content"]
            elif event["type"] == "m.room.message":
                found[event["event_id"]] = event["content"]
        return list(found.values())

    def reactions(self, message: str) -> list[str]:
        """What the bot put under ``message``."""
        about = [
            event["content"].get("m.relates_to", {})
            for _, event in self.stream
            if isinstance(event, dict) and event.get("by_bot")
        ]
        return [one["key"] for one in about if one.get("rel_type") == "m.annotation" and one["event_id"] == message]

    def _wake(self) -> None:
        async def tell() -> None:
            async with self.arrived:
                self.arrived.notify_all()

        self._telling = asyncio.ensure_future(tell())

    async def _answer(self, request: web.Request) -> web.Response:
        where = [unquote(piece) for piece in request.raw_path.partition("?")[0].split("/")[4:]]
        self.requests.append(f"{request.method} {'/'.join(where[:1])}")
        if self.trouble is Trouble.DOWN and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if self.trouble is Trouble.HANGING:
            await asyncio.Event().wait()
        if self.trouble in _STATUS:
            status, body = _STATUS[self.trouble]
            return web.Response(text="<html>" if status == 502 else json.dumps(body), status=status)
        refused = None if self.refused is None else self.refused(request.method, "/".join(where))
        if refused is not None:
            return web.json_response(refused[1], status=refused[0])
        if where[0] != "login" and request.headers.get("Authorization") != "Bearer token-of-the-bot":
            return web.json_response({"errcode": "M_UNKNOWN_TOKEN"}, status=401)
        found = getattr(self, f"_{where[0]}", None)
        if found is None:
            self.problems.append(request.path)
            return web.json_response({"errcode": "M_UNRECOGNIZED"}, status=404)
        status, body = await found(request, where[1:])
        return web.json_response(body, status=status)

    async def _login(self, request: web.Request, _: list[str]) -> tuple[int, dict[str, Any]]:
        self.logins += 1
        asked = await request.json()
        if asked["password"] != PASSWORD:
            return 403, {"errcode": "M_FORBIDDEN"}
        return 200, {"user_id": BOT, "device_id": "DEVICE", "access_token": "token-of-the-bot"}

    async def _sync(self, request: web.Request, _: list[str]) -> tuple[int, dict[str, Any]]:
        since = request.query.get("since")
        if since is not None and not since.startswith("s"):
            return 400, {"errcode": "M_INVALID_PARAM"}
        after = int((since or "s0")[1:])
        wait = float(request.query.get("timeout", "0")) / 1000

        async def news() -> None:
            async with self.arrived:
                await self.arrived.wait_for(lambda: len(self.stream) > after)

        if wait and len(self.stream) <= after:
            try:
                await asyncio.wait_for(news(), wait)
            except TimeoutError:
                return 200, {"next_batch": f"s{after}"}
        return 200, {
            "next_batch": f"s{len(self.stream)}",
            "rooms": self._told(after, _wanted(request.query.get("filter"))),
        }

    def _told(self, after: int, wanted: frozenset[str] | None) -> dict[str, Any]:
        rooms: dict[str, Any] = {"join": {}, "invite": {}, "leave": {}}
        for room, members in self.members.items():
            events = [
                (number, event)
                for number, (where, event) in enumerate(self.stream)
                if where == room and _is_wanted(event, wanted)
            ]
            new = [(number, event) for number, event in events if number >= after]
            if not new:
                continue
            kind = members[BOT]
            if kind == "invite":
                rooms["invite"][room] = {"invite_state": {"events": [event for _, event in new]}}
                continue
            told = new[-self.limit :]
            timeline = {
                "events": [event for _, event in told],
                "limited": len(told) < len(new),
                "prev_batch": f"p{told[0][0]}",
            }
            rooms[kind if kind == "join" else "leave"][room] = {"timeline": timeline}
        return rooms

    async def _join(self, _: web.Request, where: list[str]) -> tuple[int, dict[str, Any]]:
        self.joins.append(where[0])
        self.members[where[0]][BOT] = "join"
        self.add(where[0], self.membership(BOT, "join", BOT, "invite"))
        return 200, {"room_id": where[0]}

    async def _rooms(self, request: web.Request, where: list[str]) -> tuple[int, dict[str, Any]]:
        room, what = where[:2]
        members = self.members.get(room, {})
        if members.get(BOT) != "join":
            return 403, {"errcode": "M_FORBIDDEN"}
        if what == "joined_members":
            return 200, {"joined": {user: {} for user, kind in members.items() if kind == "join"}}
        if what == "state":
            found = self.state.get((room, where[2]))
            return (404, {"errcode": "M_NOT_FOUND"}) if found is None else (200, found)
        if what == "messages":
            return self._messages(room, request.query)
        if what == "event":
            events = {event["event_id"]: event for at, event in self.stream if at == room and isinstance(event, dict)}
            return (200, events[where[2]]) if where[2] in events else (404, {"errcode": "M_NOT_FOUND"})
        if what in ("leave", "forget"):
            members[BOT] = "leave"
            return 200, {}
        return await self._send(request, room, where[2], where[3])

    def _messages(self, room: str, query: Any) -> tuple[int, dict[str, Any]]:
        start, end = int(query["from"][1:]), int(query.get("to", "s0")[1:])
        events = [
            (number, event)
            for number, (where, event) in enumerate(self.stream)
            if where == room and end <= number < start
        ]
        page = events[::-1][: int(query["limit"])]
        more = len(page) < len(events)
        return 200, {"chunk": [event for _, event in page], **({"end": f"p{page[-1][0]}"} if more else {})}

    async def _send(self, request: web.Request, room: str, kind: str, key: str) -> tuple[int, dict[str, Any]]:
        content = await request.json()
        if len(await request.read()) > 60000:
            return 413, {"errcode": "M_TOO_LARGE"}
        name = f"{room} {kind} {key}"
        if name not in self.transactions:
            event = {"type": kind, "sender": BOT, "content": content, "by_bot": True}
            self.transactions[name] = self.add(room, event)
        return 200, {"event_id": self.transactions[name]}


def _wanted(asked: str | None) -> frozenset[str] | None:
    """The kinds of events that a filter asks for, None for all."""
    types = json.loads(asked or "{}").get("room", {}).get("timeline", {}).get("types")
    return None if types is None else frozenset(types)


def _is_wanted(event: Any, wanted: frozenset[str] | None) -> bool:
    # What is no event is told all the same: a broken homeserver filters nothing.
    kind = event.get("type") if isinstance(event, dict) else None
    return wanted is None or not isinstance(kind, str) or kind in wanted
