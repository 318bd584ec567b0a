"""Messages whose keys come late, or never."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from homeserver import BOT
from matrixtown import until

from adapters.matrix.session import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matrixtown import Town

    from adapters.matrix.channel import MatrixChannel
    from adapters.matrix.encryption import Encryption


def test_a_key_that_comes_late_opens_the_message(town: Town) -> None:
    """A message whose key had not come is read once it has; one whose key never comes is answered with a word."""

    async def check() -> None:
        server, cipher = town.rig.server, _Cipher()
        server.room("!r")
        async with town.serving() as channel:
            town.say("!r", "un")
            await town.hears("un")
        cipher.into(channel := town.rig.channel())
        serving = asyncio.ensure_future(channel.serve(town.recorder))
        late, never = (town.add("!r", {"ciphertext": words}, "m.room.encrypted") for words in ("tard", "jamais"))
        odd = town.add("!r", {"ciphertext": "bizarre"}, "m.room.encrypted")
        await until(lambda: "begun" in (town.recorder.at or ""))
        serving.cancel()  # and a restart loses neither
        await asyncio.wait({serving})
        cipher.into(channel := town.rig.channel())
        serving = asyncio.ensure_future(channel.serve(town.recorder))
        cipher.known |= {late}
        town.say("!r", "deux")
        await until(lambda: len(town.recorder.events) == 3)
        town.rig.clock.at += timedelta(minutes=2)
        town.say("!r", "trois")
        await until(lambda: len(town.recorder.events) == 5)
        serving.cancel()
        await asyncio.wait({serving})
        assert town.recorder.texts == ["un", "tard", "deux", "matrix.unreadable", "trois"]
        assert town.recorder.events[3].id == f"unreadable:{never}"
        assert odd not in str(town.recorder.events)
        assert "begun" not in (town.recorder.at or "")

    town.run(check)


class _Cipher:
    """Opens what is in ``known``."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def into(self, channel: MatrixChannel) -> None:
        """Make it the channel's."""
        account = Account(BOT, "DEVICE", "token-of-the-bot")
        channel._account, channel._encryption = account, cast("Encryption", self)
        channel._server.token = account.token

    def open(self, raw: dict[str, Any], _: str) -> dict[str, Any] | None:
        """In clear, or not."""
        words = raw["content"]["ciphertext"]
        if words == "bizarre":
            raise ValueError(words)
        if raw["event_id"] not in self.known:
            return None
        return {**raw, "type": "m.room.message", "content": {"msgtype": "m.text", "body": words}}

    async def heard(self, told: Mapping[str, Any]) -> None:
        """Nothing to learn."""

    def close(self) -> None:
        """Nothing to close."""
