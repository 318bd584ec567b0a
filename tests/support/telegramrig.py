"""Telegram for the contract of channels: residents write to a Bot API on loopback, polled or with a webhook."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botapi import ME, TOKEN, BotApi

from adapters.setup import ChannelSetup
from adapters.telegram.channel import TelegramChannel, open_channel
from bot.knowledge.loading import load_base
from bot.voice import Voice

if TYPE_CHECKING:
    from fakenet import Trouble

    from bot.knowledge.base import KnowledgeBase

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "a-secret-of-Ville-d-Essai"  # noqa: S105 - of nobody
RESIDENT = {"id": 5000, "is_bot": False, "first_name": "R", "language_code": "fr"}
PRIVATE = {"id": 5000, "type": "private"}
GROUP = {"id": -900, "type": "supergroup", "title": "Le quartier"}
_TOWN = Path(__file__).resolve().parents[1] / "data" / "ville-dessai"


@cache
def town() -> KnowledgeBase:
    """The base of Ville-d'Essai, which has nothing to learn here."""
    return load_base(_TOWN)


class Desk:
    """Says the bot's own sentences."""

    def say(self, key: str, language: str | None) -> str:
        """In the town's voice."""
        return Voice().say(key, language or "fr", town="Ville-d'Essai")


class Noon:
    """A clock that shows noon."""

    def now(self) -> datetime:
        """Noon."""
        return NOON


@dataclass
class TelegramRig:
    """One bot, one server; ``settings`` are added to those of the channel."""

    webhook: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    honours_keys: bool = False
    edits: bool = True

    async def start(self) -> None:
        """Bring the server up."""
        self.api = BotApi()
        self.channels: list[TelegramChannel] = []
        self.people: dict[str, int] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        await self.api.start()
        self._postman = asyncio.ensure_future(self._carry()) if self.webhook else None

    async def stop(self) -> None:
        """Take it down; nothing the bot did broke the Bot API's rules."""
        if self._postman is not None:
            self._postman.cancel()
        for channel in self.channels:
            await channel.close()
        await self.api.stop()
        assert self.api.problems == []

    def channel(self) -> TelegramChannel:
        """A channel to it."""
        settings = {"PARVIS_TELEGRAM_TOKEN": TOKEN, "PARVIS_TELEGRAM_API_URL": self.api.url, **self.settings}
        if self.webhook:
            listen = f"127.0.0.1:{_free_port()}"
            settings["PARVIS_TELEGRAM_WEBHOOK_URL"] = f"http://{listen}/parvis"
            settings["PARVIS_TELEGRAM_WEBHOOK_LISTEN"] = listen
            settings["PARVIS_TELEGRAM_WEBHOOK_SECRET"] = SECRET
        bot: Any = SimpleNamespace(desk=Desk(), base=town())
        made = open_channel(ChannelSetup(settings, Path(), bot, Noon()))
        assert isinstance(made, TelegramChannel)
        self.channels.append(made)
        return made

    async def press(self, data: str, message: dict[str, Any], chat: str = "chat") -> None:
        """A resident presses a button under ``message``, one of the bot's."""
        number = self.people[chat]
        shown = {
            "message_id": message["message_id"],
            "date": 1763640000,
            "chat": {"id": number, "type": "private"},
            "text": message["text"],
            "reply_markup": message["reply_markup"],
        }
        person = {"id": number, "is_bot": False, "first_name": "R", "language_code": "fr"}
        query = {"id": "q1", "from": person, "chat_instance": "i", "message": shown, "data": data}
        self.api.add({"callback_query": query})

    async def write(self, text: str, chat: str = "chat", asker: str = "resident", **more: Any) -> str:
        """A resident writes in private; ``more`` is put into the message."""
        number = self.people.setdefault(chat, 5000 + len(self.people))
        name = f"w{len(self.messages)}"
        person = {"id": number, "is_bot": False, "first_name": asker}
        self.messages[name] = {
            "message_id": 100 + len(self.messages),
            "date": 1763640000,
            "chat": {"id": number, "type": "private"},
            "from": person,
            **({"text": text} if text else {}),
            **more,
        }
        self.api.add({"message": self.messages[name]})
        return name

    async def rewrite(self, message: str, text: str) -> None:
        """The resident edits ``message``."""
        self.api.add({"edited_message": {**self.messages[message], "text": text, "edit_date": 1763640060}})

    async def write_as_bot(self, text: str) -> None:
        """The bot's own message comes in, which Telegram never does."""
        await self.write(text, **{"from": ME})

    async def malformed(self) -> None:
        """What is no event comes in."""
        self.api.add({"message": {"nothing": [1]}}, sound=False)
        self.api.add({"message": "?"}, sound=False)
        self.api.add({"surprise": 1}, sound=False)

    async def shown(self, chat: str = "chat") -> list[str]:
        """What the bot said: words, addresses behind them, buttons."""
        return [as_read(one) for one in self.api.shown if one["chat_id"] == self.people.get(chat)]

    def befall(self, trouble: Trouble) -> None:
        """Every call fails that way."""
        self.api.trouble = trouble

    def block(self, chat: str = "chat") -> None:
        """The resident blocks the bot."""
        self.api.blocked.add(self.people[chat])

    async def _carry(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            try:
                await self.api.deliver()
            except OSError:
                await asyncio.sleep(0.02)  # nobody listens: Telegram tries again too


def as_read(message: dict[str, Any]) -> str:
    """A message as a resident reads it."""
    links = [one["url"] for one in message.get("entities") or [] if one["type"] == "text_link"]
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return "\n".join([message["text"], *links, *(button["text"] for row in rows for button in row)])


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
