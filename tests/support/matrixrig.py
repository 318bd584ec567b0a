"""Matrix for the contract of channels: residents write in rooms of a small homeserver on loopback."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from homeserver import BOT, PASSWORD, Synapse

from adapters.matrix.channel import MatrixChannel, open_channel
from adapters.setup import ChannelSetup
from bot.knowledge.loading import load_base
from bot.voice import Voice

if TYPE_CHECKING:
    from fakenet import Trouble

    from bot.knowledge.base import KnowledgeBase

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
_TOWN = Path(__file__).resolve().parents[1] / "data" / "ville-dessai"


@cache
def town() -> KnowledgeBase:
    """The base of Ville-d'Essai, which has nothing to learn here."""
    return load_base(_TOWN)


class Speaker:
    """Says the bot's own sentences."""

    def say(self, key: str, language: str | None) -> str:
        """In the town's voice."""
        return Voice().say(key, language or "fr", town="Ville-d'Essai")


@dataclass
class Hands:
    """A clock that shows what it is set to."""

    at: datetime = NOON

    def now(self) -> datetime:
        """What it is set to."""
        return self.at


@dataclass
class MatrixRig:
    """One bot, one homeserver; ``settings`` are added to those of the channel."""

    settings: dict[str, str] = field(default_factory=dict)
    honours_keys: bool = True
    edits: bool = True
    clock: Hands = field(default_factory=Hands)

    async def start(self) -> None:
        """Bring the homeserver up."""
        self.server = Synapse()
        self.channels: list[MatrixChannel] = []
        self._folder = TemporaryDirectory()
        self.folder = Path(self._folder.name)
        await self.server.start()

    async def stop(self) -> None:
        """Take it down; the bot made no call that Matrix does not know."""
        for channel in self.channels:
            await channel.close()
        await self.server.stop()
        self._folder.cleanup()
        assert self.server.problems == []

    def channel(self) -> MatrixChannel:
        """A channel to it."""
        settings = {
            "PARVIS_MATRIX_SERVER": self.server.url,
            "PARVIS_MATRIX_USER": BOT,
            "PARVIS_MATRIX_PASSWORD": PASSWORD,
            **self.settings,
        }
        bot: Any = SimpleNamespace(desk=Speaker(), base=town())
        made = open_channel(ChannelSetup(settings, self.folder, bot, self.clock))
        assert isinstance(made, MatrixChannel)
        self.channels.append(made)
        return made

    async def write(self, text: str, chat: str = "chat", asker: str = "resident", **more: Any) -> str:
        """A resident writes in a room of two; ``more`` is put into the content."""
        room, person = f"!{chat}", f"@{asker}:essai"
        if room not in self.server.members:
            self.server.room(room, person)
        content = {"msgtype": "m.text", "body": text, **more}
        return self.server.add(room, {"type": "m.room.message", "sender": person, "content": content})

    async def rewrite(self, message: str, text: str) -> None:
        """The resident edits ``message``."""
        about = {"rel_type": "m.replace", "event_id": message}
        await self.write(f"* {text}", **{"m.new_content": {"msgtype": "m.text", "body": text}, "m.relates_to": about})

    async def write_as_bot(self, text: str) -> None:
        """The bot's own message comes in."""
        content = {"msgtype": "m.text", "body": text}
        self.server.add("!chat", {"type": "m.room.message", "sender": BOT, "content": content})

    async def malformed(self) -> None:
        """What is no event comes in."""
        self.server.room("!odd")
        for raw in (
            "?",
            {"nothing": [1]},
            {"type": "m.room.message", "sender": 7, "content": {"msgtype": "m.text", "body": "x"}},
            {"type": "m.room.message", "sender": "@a:essai", "content": {"msgtype": "m.text", "body": ["x"]}},
            {"type": "m.room.message", "sender": "@a:essai", "content": "x"},
            {"type": "m.reaction", "sender": "@a:essai", "content": {"m.relates_to": 5}},
            {"type": "m.room.tombstone", "sender": "@a:essai", "state_key": "", "content": {}},
            {"type": "m.room.encrypted", "sender": "@a:essai", "event_id": None, "content": {}},
        ):
            self.server.add("!odd", raw)

    async def shown(self, chat: str = "chat") -> list[str]:
        """What the bot said: the plain words, and the HTML must say the same."""
        return [as_read(content) for content in self.server.shown(f"!{chat}")]

    def befall(self, trouble: Trouble) -> None:
        """Every call fails that way."""
        self.server.trouble = trouble

    def block(self, chat: str = "chat") -> None:
        """The resident puts the bot out of the room."""
        self.server.members[f"!{chat}"][BOT] = "ban"


def as_read(content: dict[str, Any]) -> str:
    """A message as a resident reads it."""
    assert content["msgtype"] == "m.notice"
    text: str = content["body"]
    return text
