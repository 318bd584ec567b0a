"""Mastodon for the contract of channels: the fake of tests, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from fakemastodon import ME, TOKEN, FakeMastodon
from mastodonserver import MastodonServer

from adapters.mastodon.channel import open_channel
from adapters.setup import ChannelSetup
from bot.clock import SystemClock

if TYPE_CHECKING:
    from fakenet import Trouble

    from bot.ports import Channel


class Voice:
    """Says the name of what is to be said."""

    def say(self, key: str, language: str | None) -> str:
        """The key itself, and the language."""
        return f"<{key} {language}>"


def setup_for(net: FakeMastodon, **more: str) -> ChannelSetup:
    """What a channel to ``net`` is made from."""
    settings = {"PARVIS_MASTODON_SERVER": net.address, "PARVIS_MASTODON_TOKEN": TOKEN, **more}
    bot = cast("Any", SimpleNamespace(desk=Voice(), base=None))
    return ChannelSetup(MappingProxyType(settings), Path("unused"), bot, SystemClock())


@dataclass
class MastodonRig:
    """One instance; each chat of the contract is an account of its own."""

    honours_keys: bool = True
    edits: bool = True
    net: FakeMastodon = field(default_factory=lambda: FakeMastodon(tells_edits=True))
    server: MastodonServer | None = None

    async def start(self) -> None:
        """Serve."""
        self.server = MastodonServer(self.net)

    async def stop(self) -> None:
        """Close."""
        assert self.server is not None
        self.server.stop()

    def channel(self) -> Channel:
        """A new channel."""
        return open_channel(setup_for(self.net))

    async def write(self, text: str, chat: str = "chat", asker: str = "resident") -> str:
        """A resident writes."""
        return str(self.net.mention(text, _acct(chat, asker))["id"])

    async def rewrite(self, message: str, text: str) -> None:
        """The resident edits ``message``."""
        self.net.rewrite(message, text)

    async def write_as_bot(self, text: str) -> None:
        """The bot's own words come in."""
        self.net.mention(text, ME)

    async def malformed(self) -> None:
        """What is no notification."""
        self.net.junk({"nothing": [1]})
        self.net.junk("?")
        self.net.junk({"id": "7", "type": "mention", "account": {"id": "8"}, "status": [3]})

    async def shown(self, chat: str = "chat") -> list[str]:
        """What the bot posted to ``chat``."""
        return [made["text"] for made in self.net.shown if made["to"] and made["to"][0].startswith(f"{chat}_")]

    def befall(self, trouble: Trouble) -> None:
        """Every call fails that way."""
        self.net.befall(trouble)

    def block(self, chat: str = "chat") -> None:
        """The resident blocks the bot."""
        self.net.blocked.add(self.net.account(_acct(chat, "resident"))["id"])


def _acct(chat: str, asker: str) -> str:
    return f"{chat}_{asker}@ailleurs.example"
