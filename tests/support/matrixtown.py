"""A homeserver with the bot, and the ways of a resident on it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from homeserver import RESIDENT
from rigs import Recorder

from bot.errors import ChannelRevoked, SendError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from matrixrig import MatrixRig

    from adapters.matrix.channel import MatrixChannel
    from bot.mail import Event


class Town:
    """A rig, and what the bot took in."""

    def __init__(self, rig: MatrixRig) -> None:
        self.rig = rig
        self.recorder = Recorder()

    def add(self, room: str, content: Any, kind: str = "m.room.message", sender: str = RESIDENT, **more: Any) -> str:
        """A resident sends an event of any kind."""
        return self.rig.server.add(room, {"type": kind, "sender": sender, "content": content, **more})

    def say(self, room: str, text: str, sender: str = RESIDENT, **more: Any) -> str:
        """A resident writes."""
        return self.add(room, {"msgtype": "m.text", "body": text, **more}, sender=sender)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[MatrixChannel]:
        """The bot receives as long as the block lasts."""
        channel = self.rig.channel()
        task = asyncio.ensure_future(channel.serve(self.recorder))
        try:
            yield channel
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, SendError, ChannelRevoked):
                await task

    async def hears(self, *texts: str) -> list[Event]:
        """The events, once as many have come; they must say ``texts``."""
        await until(lambda: len(self.recorder.events) >= len(texts))
        assert self.recorder.texts == list(texts)
        return self.recorder.events

    def run(self, check: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run ``check`` on a homeserver that is up."""

        async def whole() -> None:
            await self.rig.start()
            try:
                await check()
            finally:
                await self.rig.stop()

        asyncio.run(whole())


async def until(what: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until ``what``."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.005)
