"""Asking Telegram for updates: on the disk first, acknowledged by the next poll."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telegram import Bot, Update

    from adapters.telegram.inbound import Received
    from bot.ports import Receiver

__all__ = ["ALLOWED", "poll"]

# Explicit, or an earlier choice would hold (getUpdates, allowed_updates).
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
# Seconds a poll may wait: under the minute after which proxies give up, far under the supervisor's silence.
_WAIT = 50
# Two polls that bring nothing are at least so far apart, whatever the server does: never a hot loop.
_LEAST = 1.0
# getUpdates: 1 to 100 at a time.
_BATCH = 100
# A cursor that says: all is acknowledged. After a week without updates Telegram goes on from a number
# chosen at random: an old offset above it would throw new messages away unread.
_NONE = "0"


async def poll(
    bot: Bot, receiver: Receiver, read: Callable[[Update], Received], taken: Callable[[Sequence[Received]], None]
) -> None:
    """Poll until cancelled or until a call fails; ``taken`` hears of each batch once it is on the disk."""
    offset = int(await receiver.cursor() or _NONE)
    loop = asyncio.get_running_loop()
    # The first poll waits for nothing: that Telegram answers is known, and told, at once.
    wait = 0
    while True:
        began = loop.time()
        updates = await bot.get_updates(offset=offset or None, limit=_BATCH, timeout=wait, allowed_updates=ALLOWED)
        # What is below the offset was acknowledged by it: a server that repeats it is not believed.
        fresh = [update for update in updates if update.update_id >= offset]
        if fresh:
            batch = [read(update) for update in fresh]
            offset = max(update.update_id for update in fresh) + 1
            await receiver.take([one.event for one in batch if one.event is not None], str(offset))
            taken(batch)
        else:
            if offset and not updates:
                offset = int(_NONE)
                await receiver.take((), _NONE)
            receiver.polled()
            if wait:
                await asyncio.sleep(max(0.0, _LEAST - (loop.time() - began)))
        wait = _WAIT
