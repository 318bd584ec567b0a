"""The bot on a Mastodon of tests, as a process to be killed: ``mastodonbot.py <address> <folder> <base> <cache>``."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from adapters.mastodon.channel import open_channel
from adapters.serving import Keeping, serve
from adapters.setup import ChannelSetup
from bot.assembly import build
from bot.clock import SystemClock
from bot.operating import Operation

_SETTINGS = {
    "PARVIS_MASTODON_TOKEN": "a-token-of-this-test",
    "PARVIS_MASTODON_POLL_SECONDS": "15",
    # This instance has raised its limits: what is tested here is not the pace.
    "PARVIS_MASTODON_POSTS_PER_3_HOURS": "100000",
    "PARVIS_MASTODON_CALLS_PER_5_MINUTES": "100000",
}


def main(address: str, folder: str, base: str, cache: str) -> int:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO)
    operation = Operation(Path(folder), b"a secret of this test", timedelta(days=30), timedelta(hours=24), 600)
    clock = SystemClock()
    keeping = Keeping(operation)
    try:
        bot = build(Path(base), cache=Path(cache), clock=clock, store=keeping.states)
        settings = MappingProxyType({"PARVIS_MASTODON_SERVER": address, **_SETTINGS})
        channel = open_channel(ChannelSetup(settings, Path(folder), bot, clock))
        asyncio.run(serve([channel], keeping, bot, operation, clock, lambda: None))
    finally:
        keeping.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
