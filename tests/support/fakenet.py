"""A network of our own for tests: it queues what residents write, shows what the bot sends, and fails on demand.

It knows nothing of Parvis. Run as a program it serves on a Unix socket and keeps a log
of its own, so that the bot may be killed while the network goes on:
``python fakenet.py <socket> <log> keys|nokeys <held>``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crashing import HELD

if TYPE_CHECKING:
    from collections.abc import Callable


# A network's answer takes a moment: long enough that the bot is killed while it waits for one.
_LATENCY = 0.03


class Trouble(StrEnum):
    """Ways in which a network fails."""

    NONE = "none"
    DOWN = "down"  # connections are refused
    BAD_GATEWAY = "bad_gateway"  # 502
    PAUSED = "paused"  # 429
    HANGING = "hanging"  # no answer ever
    REVOKED = "revoked"  # 401
    GARBAGE = "garbage"  # an answer that is none


@dataclass
class FakeNet:
    """The network itself. ``trouble`` befalls every call; ``chat_trouble`` only what is sent to one chat."""

    honours_keys: bool = True
    retry_after: float = 3.0
    trouble: Trouble = Trouble.NONE
    chat_trouble: dict[str, Trouble] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    events: list[Any] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    sends: int = 0
    acknowledged: int = 0
    keys: dict[str, str] = field(default_factory=dict)
    note: Callable[[dict[str, Any]], None] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, event: Any) -> None:
        """Something happened that the bot must hear of."""
        self.events.append(event)
        self.arrived.set()

    async def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one request of the bot's; raises ConnectionError while the network is down."""
        self.requests += 1
        trouble = self.chat_trouble.get(request.get("chat", ""), self.trouble)
        if trouble is Trouble.DOWN:
            raise ConnectionRefusedError
        if trouble is Trouble.HANGING:
            await asyncio.Event().wait()
        status = {"bad_gateway": 502, "paused": 429, "revoked": 401}.get(trouble.value)
        if status is not None:
            return {"status": status, "retry_after": self.retry_after}
        if trouble is Trouble.GARBAGE:
            return {"surprise": []}
        return await getattr(self, "_" + request["do"])(request)

    async def _poll(self, request: dict[str, Any]) -> dict[str, Any]:
        after = request["after"]
        self.acknowledged = max(self.acknowledged, after)
        if len(self.events) <= after:
            self.arrived.clear()
            waiter = asyncio.ensure_future(self.arrived.wait())
            await asyncio.wait({waiter}, timeout=request["wait"])
            waiter.cancel()
        batch = self.events[after : after + 50]
        return {"status": 200, "events": batch, "next": after + len(batch)}

    async def _send(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sends += 1
        if request["chat"] in self.blocked:
            return {"status": 403}
        key = request["key"]
        if not (self.honours_keys and key in self.keys):
            self.keys[key] = f"m{len(self.shown)}"
            self.shown.append({**request, "message": self.keys[key]})
            if self.note is not None:
                self.note(self.shown[-1])
        return {"status": 200, "message": self.keys[key]}

    async def _edit(self, request: dict[str, Any]) -> dict[str, Any]:
        for message in self.shown:
            if message["message"] == request["message"]:
                message["text"] = request["text"]
                return {"status": 200, "message": request["message"]}
        return {"status": 404}

    async def _write(self, request: dict[str, Any]) -> dict[str, Any]:
        self.add(request["event"])
        return {"status": 200}


async def _serve(socket: str, log: Path, held: Path, *, honours_keys: bool) -> None:
    lines = log.open("a", encoding="utf-8")

    def note(message: dict[str, Any]) -> None:
        lines.write(json.dumps(message) + "\n")
        lines.flush()

    net = FakeNet(honours_keys=honours_keys, note=note)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = json.loads(await reader.readline())
        reply = await net.call(request)
        if request["do"] == "send":
            await _late(held)  # shown, but the bot does not know it yet
        writer.write(json.dumps(reply).encode() + b"\n")
        try:
            await writer.drain()
        except ConnectionError:
            writer.transport.abort()  # the bot was killed while it waited
        writer.close()

    with lines:
        server = await asyncio.start_unix_server(answer, socket)
        async with server:
            await server.serve_forever()


async def _late(held: Path) -> None:
    end = time.monotonic() + HELD
    await asyncio.sleep(_LATENCY)
    while held.exists() and time.monotonic() < end:
        await asyncio.sleep(_LATENCY)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[4]), honours_keys=sys.argv[3] == "keys"))
