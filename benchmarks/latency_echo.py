"""The bare echo bot beside which Parvis is measured: ``python -m benchmarks.latency_echo <url> <user> <token>``."""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import quote

import aiohttp

_TIMELINE = {"types": ["m.room.message"], "limit": 50, "lazy_load_members": True}
_FILTER = json.dumps({"presence": {"types": []}, "room": {"timeline": _TIMELINE, "ephemeral": {"types": []}}})
_AT_ONCE = 8  # as Parvis sends


async def echo(url: str, me: str, token: str) -> None:
    """Join every room and send back every message, until killed."""
    headers = {"Authorization": f"Bearer {token}"}
    room_for, number, since = asyncio.Semaphore(_AT_ONCE), 0, ""
    tasks: set[asyncio.Task[None]] = set()
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=0)) as http:

        async def call(method: str, where: str, body: object) -> None:
            async with room_for, http.request(method, f"{url}/_matrix/client/v3/{where}", json=body) as answer:
                await answer.read()

        while True:
            async with http.get(f"{url}/_matrix/client/v3/sync?timeout=30000&filter={quote(_FILTER)}{since}") as answer:
                told = await answer.json()
            rooms = told.get("rooms", {})
            work = [call("POST", f"join/{quote(room)}", {}) for room in rooms.get("invite", {})]
            for room, data in rooms.get("join", {}).items() if since else ():
                for event in data["timeline"]["events"]:
                    if event["type"] != "m.room.message" or event["sender"] == me:
                        continue
                    number += 1
                    about = {"m.in_reply_to": {"event_id": event["event_id"]}}
                    body = {"msgtype": "m.notice", "body": event["content"]["body"], "m.relates_to": about}
                    work.append(call("PUT", f"rooms/{quote(room)}/send/m.room.message/e{number}", body))
            since = f"&since={told['next_batch']}"
            for one in work:
                task = asyncio.ensure_future(one)
                tasks.add(task)
                task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(echo(*sys.argv[1:]))
