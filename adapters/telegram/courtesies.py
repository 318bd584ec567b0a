"""What is polite but not owed: "typing…", the acknowledgement of a press, the pin on a map.

None of it is kept or tried again, and none of it may slow an answer down.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ChatAction
from telegram.error import RetryAfter

from adapters.telegram.faults import TROUBLE, seconds
from bot.mail import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from typing import Any

    from telegram import Bot

    from adapters.telegram.inbound import Pressed, Received
    from bot.knowledge.model import Place
    from bot.ports import Speaker

__all__ = ["AT_ONCE", "Courtesies"]

_LOG = logging.getLogger("parvis.telegram")
# Under way at once: more would take connections from answers.
AT_ONCE = 8
# A little over what Telegram allows in all would keep answers waiting: courtesies stay well under it.
_IN_ONE_BATCH = 5
# The answer has left: it must not count as failed because of its pin.
_PIN_SECONDS = 5.0
_SECONDS = 20.0


class Courtesies:
    """Pays them in the background; ``close`` drops what is left."""

    def __init__(self, bot: Bot, speaker: Speaker) -> None:
        self._bot = bot
        self._speaker = speaker
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet_until = 0.0

    def pay(self, batch: Sequence[Received]) -> None:
        """For what was just taken in: presses are acknowledged, and who asked sees that an answer is being written."""
        for one in batch:
            if one.pressed is not None:
                self._begin(partial(self._acknowledge, one.pressed))
        asked = [one.event for one in batch if one.event is not None and one.event.kind is Kind.ASK]
        for address in {event.chat: event.address for event in asked[:_IN_ONE_BATCH]}.values():
            topic = address.get("topic")
            typing = partial(
                self._bot.send_chat_action,
                int(address["chat"]),
                ChatAction.TYPING,
                message_thread_id=int(topic) if topic else None,
            )
            self._begin(partial(self._quietly, typing))

    async def pin(self, chat: int, topic: int | None, place: Place) -> None:
        """Show ``place`` on a map, if it is known where it is."""
        if place.latitude is None or place.longitude is None or self._resting():
            return
        venue = partial(
            self._bot.send_venue,
            chat,
            latitude=place.latitude,
            longitude=place.longitude,
            title=place.name,
            address=place.address or place.name,
            message_thread_id=topic,
        )
        await self._quietly(venue, _PIN_SECONDS)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._resting() or len(self._tasks) >= AT_ONCE:
            return
        task = asyncio.ensure_future(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _resting(self) -> bool:
        return asyncio.get_running_loop().time() < self._quiet_until

    async def _acknowledge(self, pressed: Pressed) -> None:
        said = self._speaker.say(pressed.said, pressed.language) if pressed.said is not None else None
        alert = pressed.said == "telegram.rated_no"  # it says where to find a person: it must be read
        await self._quietly(partial(self._bot.answer_callback_query, pressed.query, said, show_alert=alert))
        if pressed.rated is not None:
            chat, message = pressed.rated
            rows = [[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in pressed.keyboard]
            markup = InlineKeyboardMarkup(rows) if rows else None
            await self._quietly(partial(self._bot.edit_message_reply_markup, chat, message, reply_markup=markup))

    async def _quietly(self, call: Callable[[], Awaitable[object]], longest: float = _SECONDS) -> None:
        """Make ``call``; if Telegram asks to wait, no courtesies for so long."""
        try:
            async with asyncio.timeout(longest):
                await call()
        except RetryAfter as error:
            self._quiet_until = asyncio.get_running_loop().time() + seconds(error)
        except TROUBLE as error:
            _LOG.debug("a courtesy failed: %s", type(error).__name__)
