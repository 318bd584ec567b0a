"""Mastodon for the contract of channels: the fake of tests, over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from fakemastodon import ME, TOKEN, FakeMastodon
from mastodonserver import MastodonServer

from adapters.mastodon.channel import MastodonChannel, open_channel
from adapters.mastodon.settings import read_mastodon
from adapters.setup import ChannelSetup
from bot.clock import SystemClock
from bot.mail import Kind, Part
from bot.messages import Answer, Block, BlockKind, Outcome, Span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from fakenet import Trouble
    from rigs import Recorder

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


_PATIENCE = 20.0


@contextmanager
def served(**more: object) -> Iterator[FakeMastodon]:
    """An instance as long as the block runs."""
    net = FakeMastodon(**more)  # type: ignore[arg-type]
    server = MastodonServer(net)
    try:
        yield net
    finally:
        server.stop()


def channel_to(net: FakeMastodon, poll: float = 0.05) -> MastodonChannel:
    """A channel that looks every ``poll`` seconds."""
    setup = setup_for(net, PARVIS_MASTODON_CALLS_PER_5_MINUTES="100000")
    return MastodonChannel(setup, replace(read_mastodon(setup.settings), poll=poll))


@asynccontextmanager
async def serving(net: FakeMastodon, recorder: Recorder, poll: float = 0.05) -> AsyncIterator[MastodonChannel]:
    """A channel that receives as long as the block runs."""
    channel = channel_to(net, poll)
    task = asyncio.ensure_future(channel.serve(recorder))
    try:
        yield channel
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
        await channel.close()


async def until(what: Callable[[], bool]) -> None:
    """Wait until ``what``."""
    async with asyncio.timeout(_PATIENCE):
        while not what():
            await asyncio.sleep(0.005)


def words(recorder: Recorder) -> list[str]:
    """What residents asked."""
    return [event.text for event in recorder.events if event.kind is Kind.ASK]


def page(*texts: str) -> Answer:
    """An answer of paragraphs."""
    return Answer(Outcome.ANSWERED, "fr", tuple(Block(BlockKind.PARAGRAPH, (Span(text),)) for text in texts))


def part_for(net: FakeMastodon, number: int = 0, count: int = 1, **more: object) -> Part:
    """An answer for a resident who has just asked."""
    status = net.mention("piscine ?", **more)
    account = status["account"]
    address = {"to": account["acct"], "account": account["id"], "reply": status["id"], "visibility": "unlisted"}
    return Part(f"{number:032x}", "a" * 32, address, page(f"Page {number}"), number, count)


async def take_all(net: FakeMastodon, recorder: Recorder, number: int, poll: float = 0.05) -> None:
    """Receive until ``number`` events were taken."""
    async with serving(net, recorder, poll):
        await until(lambda: len(recorder.events) >= number)
