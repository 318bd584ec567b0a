"""Months of messages in a minute: the bot grows no larger, and stays quick."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import deque
from datetime import timedelta
from pathlib import Path
from typing import Any

from fakechannel import FakeChannel
from fakenet import FakeNet
from town import SetClock, open_office, until

MESSAGES, WARM, BATCH = 20_000, 4_000, 500


def test_memory_stays_flat_over_twenty_thousand_messages(tmp_path: Path) -> None:
    """After 4,000 messages of as many residents, 16,000 more leave no objects and take under 8 MB."""

    async def check() -> None:
        net = _Forgetful()
        async with open_office(tmp_path / "p.db", FakeChannel(net.call), clock=SetClock()) as desk:
            desk.town.asked = deque(maxlen=1)  # type: ignore[assignment]
            await _exchange(net, desk.clock, 0, WARM)
            before = _held()
            await _exchange(net, desk.clock, WARM, MESSAGES)
            objects, resident = (now - then for now, then in zip(_held(), before, strict=True))
            assert net.count == MESSAGES
            assert objects < 2_000
            assert resident < 8_000_000

    asyncio.run(check())


class _Forgetful(FakeNet):
    """A network that keeps nothing, so that all that grows is the bot's."""

    count = 0

    async def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a poll as ever; count what is sent."""
        if request["do"] == "send":
            self.count += 1
            return {"status": 200, "message": f"m{self.count}"}
        return await super().call(request)


async def _exchange(net: _Forgetful, clock: SetClock, first: int, last: int) -> None:
    for start in range(first, last, BATCH):
        clock.at += timedelta(minutes=15)
        for number in range(start, start + BATCH):
            event = {"id": f"e{number}", "asker": f"a{number}", "chat": f"c{number}", "text": "bonjour"}
            net.add(event | {"at": clock.at.timestamp()})
        await until(lambda start=start: net.count == start + BATCH)  # type: ignore[misc]
        net.events[: start + BATCH] = [None] * (start + BATCH)


def _held() -> tuple[int, int]:
    """Objects the collector knows of, and bytes of memory in use."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return len(gc.get_objects()), pages * os.sysconf("SC_PAGE_SIZE")
