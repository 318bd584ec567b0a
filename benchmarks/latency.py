"""``python -m benchmarks.latency``: how long a resident waits for an answer on a real Synapse, beside a bare echo.

The echo bot is the least a Matrix bot can do: a sync loop that sends back each message it sees, no
library, no disk. Both are spoken to on the same server, in the same run, in turns at each pace.
Needs the tests' tools (tests/support/synapse.py), which install Synapse by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import aiohttp

from benchmarks.figures import percentile
from benchmarks.latency_report import section
from benchmarks.machine import describe
from benchmarks.page import write_section

_SUPPORT = Path(__file__).resolve().parents[1] / "tests" / "support"
_TEXTS = ("bonjour", "refaire ma carte d'identité", "extrait d'acte de naissance", "se marier", "où jeter le verre")
# Questions a second, and for how many seconds each is kept up in a turn.
PACES = ((1, 12), (10, 6), (50, 5))
# A machine that does other things does more of them now than then: neither bot always comes first.
_TURNS = ("echo", "parvis", "parvis", "echo")
_RESIDENTS, _ROOMS = 10, 5
_PATIENCE = 120.0
_FILTER = json.dumps({"presence": {"types": []}, "room": {"timeline": {"types": ["m.room.message"], "limit": 100}}})


@dataclass
class Resident:
    """One resident, who asks in several rooms and notes when each answer came."""

    http: aiohttp.ClientSession
    url: str
    token: str
    rooms: list[str] = field(default_factory=list)
    asked: dict[str, float] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    number: int = 0

    async def call(self, method: str, where: str, body: Any = None) -> Any:
        """One call."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.url}/_matrix/client/v3/{where}"
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def listen(self) -> None:
        """Note each answer as it comes, until cancelled."""
        since = ""
        while True:
            told = await self.call("GET", f"sync?timeout=30000&filter={quote(_FILTER)}{since}")
            now, since = time.perf_counter(), f"&since={told['next_batch']}"
            for room in told.get("rooms", {}).get("join", {}).values():
                for event in room["timeline"]["events"]:
                    about = event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
                    if about is not None:
                        self.waits.setdefault(about, now)

    async def ask(self, room: str, text: str) -> None:
        """Ask; the wait begins before the question leaves."""
        self.number += 1
        began = time.perf_counter()
        where = f"rooms/{quote(room)}/send/m.room.message/q{self.number}"
        told = await self.call("PUT", where, {"msgtype": "m.text", "body": text})
        self.asked[told["event_id"]] = began


async def keep_up(residents: list[Resident], pace: int, seconds: int) -> list[float]:
    """Ask ``pace`` questions a second, whatever the answers do; how long each took that was answered, in seconds."""
    for one in residents:
        one.asked.clear()
        one.waits.clear()
    turns = [(one, room) for number in range(_ROOMS) for one in residents for room in one.rooms[number : number + 1]]
    loop = asyncio.get_running_loop()
    began, asking = loop.time(), []
    for number in range(pace * seconds):
        await asyncio.sleep(max(0.0, began + number / pace - loop.time()))
        one, room = turns[number % len(turns)]
        asking.append(asyncio.ensure_future(one.ask(room, _TEXTS[number % len(_TEXTS)])))
    await asyncio.gather(*asking)
    end = loop.time() + _PATIENCE
    while loop.time() < end and any(one.asked.keys() - one.waits.keys() for one in residents):
        await asyncio.sleep(0.05)
    return [one.waits[name] - asked for one in residents for name, asked in one.asked.items() if name in one.waits]


async def measure(url: str, people: list[tuple[str, Any]], bots: dict[str, str]) -> list[dict[str, Any]]:
    """Each pace with each bot. ``bots`` are the accounts of the bots that run."""
    found = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        towns: dict[str, list[Resident]] = {}
        for name, account in bots.items():
            towns[name] = [Resident(http, url, token) for kind, token in people if kind == name]
            await _settle(towns[name], account)
        listening = [asyncio.ensure_future(one.listen()) for town in towns.values() for one in town]
        await asyncio.sleep(3.0)
        for town in towns.values():
            await keep_up(town, 2, 5)  # both warm: rooms known, files open
        for pace, seconds in PACES:
            waits: dict[str, list[list[float]]] = {name: [] for name in towns}
            for name in _TURNS:
                waits[name].append(await keep_up(towns[name], pace, seconds))
                await asyncio.sleep(1.0)
            asked = pace * seconds * len(_TURNS) // len(towns)
            ratios = [_ratio(*pair) for pair in zip(waits["parvis"], waits["echo"], strict=True)]
            figures = {name: _figures([wait for turn in turns for wait in turn]) for name, turns in waits.items()}
            found.append({"pace": pace, "asked": asked, "ratios": ratios, **figures})
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return found


def _ratio(ours: list[float], echo: list[float]) -> float:
    """How much longer than the echo's our median wait is, in two turns that followed one another."""
    return percentile(ours, 0.5) / percentile(echo, 0.5)


def _figures(waits: list[float]) -> dict[str, Any]:
    return {"answered": len(waits), "p50_ms": percentile(waits, 0.5), "p95_ms": percentile(waits, 0.95)}


async def _settle(residents: list[Resident], account: str) -> None:
    for one in residents:
        for _ in range(_ROOMS):
            told = await one.call("POST", "createRoom", {"invite": [account], "preset": "trusted_private_chat"})
            one.rooms.append(told["room_id"])
    end = time.monotonic() + _PATIENCE
    for one in residents:
        for room in one.rooms:
            while account not in (await one.call("GET", f"rooms/{quote(room)}/joined_members"))["joined"]:
                assert time.monotonic() < end
                await asyncio.sleep(0.2)


def run() -> dict[str, Any]:
    """Start Synapse and both bots, measure, and end them."""
    sys.path.insert(0, str(_SUPPORT))
    from synapse import Homeserver, Parvis

    with TemporaryDirectory() as name:
        folder = Path(name)
        server = Homeserver(folder / "synapse")
        server.start()
        ours, echo = server.register("parvis", "the bot's own"), server.register("echo", "the echo's own")
        kinds = [kind for kind in ("echo", "parvis") for _ in range(_RESIDENTS)]
        people = [(kind, server.register(f"{kind}-{number}", "r").token) for number, kind in enumerate(kinds)]
        parvis = Parvis(server.url, ours.user, "the bot's own", folder / "parvis")
        parvis.start()
        echoing = subprocess.Popen(  # noqa: S603 - our own child
            [sys.executable, "-m", "benchmarks.latency_echo", server.url, echo.user, echo.token]
        )
        try:
            paces = asyncio.run(measure(server.url, people, {"echo": echo.user, "parvis": ours.user}))
        finally:
            echoing.kill()
            echoing.wait()
            parvis.close()
            server.stop()
    return {"machine": describe(), "paces": paces}


def main() -> None:
    """Measure and print, or write into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", type=Path, help="the page to write the section into")
    parser.add_argument("--date", help="the date to write, YYYY-MM-DD")
    options = parser.parse_args()
    figures = run()
    if options.markdown is None:
        print(json.dumps(figures, indent=1))
    else:
        write_section(options.markdown, "latency", section(figures, options.date))


if __name__ == "__main__":
    main()
