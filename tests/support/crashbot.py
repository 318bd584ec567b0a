"""The bot on the fake network, as a process to be killed: ``python crashbot.py <socket> <folder> <base> <cache>``."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import timedelta
from pathlib import Path

from fakechannel import FakeChannel, socket_call

from adapters.serving import Keeping, serve
from bot.assembly import build
from bot.clock import SystemClock
from bot.operating import Operation


def main(socket: str, folder: str, base: str, cache: str) -> int:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO)
    operation = Operation(Path(folder), b"a secret of this test", timedelta(days=30), timedelta(hours=24), 600)
    clock = SystemClock()
    keeping = Keeping(operation)
    try:
        bot = build(Path(base), cache=Path(cache), clock=clock, store=keeping.states)
        channel = FakeChannel(socket_call(socket))
        asyncio.run(serve([channel], keeping, bot, operation, clock, lambda: None))
    finally:
        keeping.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
