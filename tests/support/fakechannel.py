"""A channel to the fake network: what a real one looks like, in eighty lines."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.errors import ChannelRevoked, SendFailed, SendPaused, SendRefused
from bot.mail import Event, Kind, Rate
from bot.messages import Visibility
from bot.ports import Pace
from bot.rendering import Limits, plain_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.mail import Part
    from bot.ports import Receiver

    Call = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

ME = "the bot"


def socket_call(path: str) -> Call:
    """Calls over the Unix socket of a network that runs by itself."""

    async def call(request: dict[str, Any]) -> dict[str, Any]:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            line = await reader.readline()
            if not line:
                raise ConnectionResetError
            reply: dict[str, Any] = json.loads(line)
            return reply
        finally:
            writer.close()

    return call


@dataclass
class FakeChannel:
    """Long polling, one call a request, errors told apart: the whole of a channel's work."""

    call: Call
    name: str = "fakenet"
    limits: Limits = field(default_factory=lambda: Limits(2000))
    pace: Pace = field(default_factory=lambda: Pace(total=(Rate(500, 1.0),)))
    wait: float = 20.0

    async def serve(self, receiver: Receiver) -> None:
        """Poll, take, and acknowledge with the next poll."""
        while True:
            after = int(await receiver.cursor() or 0)
            reply = _checked(await self.call({"do": "poll", "after": after, "wait": self.wait}))
            events = [event for raw in reply["events"] if (event := _event(raw)) is not None]
            if reply["events"]:
                await receiver.take(events, str(reply["next"]))
            receiver.polled()

    async def send(self, part: Part) -> str:
        """Show one part."""
        chat = part.address["chat"]
        return await self._said({"do": "send", "key": part.key, "chat": chat, "text": plain_text(part.page)}, part)

    async def edit(self, part: Part, message: str) -> str:
        """Show one part in the place of ``message``."""
        chat = part.address["chat"]
        return await self._said({"do": "edit", "message": message, "chat": chat, "text": plain_text(part.page)}, part)

    async def close(self) -> None:
        """Nothing stays open between two calls."""

    async def _said(self, request: dict[str, Any], part: Part) -> str:
        request["re"] = part.address["re"]
        try:
            reply = _checked(await self.call(request))
        except ConnectionError as error:
            raise SendFailed("no connection") from error
        message: str = reply["message"]
        return message


def _checked(reply: dict[str, Any]) -> dict[str, Any]:
    """``reply`` if all went well; raises what it stands for otherwise."""
    status = reply.get("status")
    if status == 401:
        raise ChannelRevoked("fakenet", "PARVIS_FAKENET_TOKEN")
    if status == 429:
        raise SendPaused(reply["retry_after"])
    if status in (403, 404):
        raise SendRefused(f"{status}", gone=status == 403)
    if status != 200:
        raise SendFailed(f"{status}")
    return reply


def _event(raw: Any) -> Event | None:
    """The event, or None for what is none: a malformed one, or the bot's own."""
    if not isinstance(raw, dict) or not {"id", "asker", "chat"} <= raw.keys() or raw["asker"] == ME:
        return None
    return Event(
        id=raw["id"],
        asker=raw["asker"],
        chat=raw["chat"],
        sent_at=datetime.fromtimestamp(raw.get("at", 0), UTC),
        kind=Kind(raw.get("kind", "ask")),
        text=raw.get("text", ""),
        address=_address(raw),
        language=raw.get("language"),
        visibility=Visibility(raw.get("visibility", "private")),
        message=raw.get("message"),
        about=raw.get("about"),
        helpful=raw.get("helpful"),
        thread=raw.get("thread"),
    )


def _address(raw: Mapping[str, str]) -> dict[str, str]:
    return {"chat": raw["chat"], "re": raw["id"]}
