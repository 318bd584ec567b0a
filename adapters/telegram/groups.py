"""In a group the bot is a guest: it answers only who speaks to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telegram import MessageEntity

from adapters.telegram.commands import read_command

if TYPE_CHECKING:
    from telegram import Message

__all__ = ["Me", "for_me"]


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account: its number, and its name without "@", in lower case."""

    id: int
    name: str


def for_me(message: Message, text: str, me: Me) -> str | None:
    """``text`` without the bot's name if ``message``, in a group, speaks to ``me``; else None."""
    command = read_command(text)
    if command is not None:
        known = command.known is not None and command.bot is None
        return text if known or command.bot == me.name else None
    spans = _mentions(message, me)
    if spans:
        # From the last to the first, so that the places of the others stay true.
        for start, end in sorted(spans, reverse=True):
            text = f"{text[:start].rstrip()} {text[end:].lstrip(' ,:')}"
        return text.strip()
    return text if _replies_to(message, me) else None


def _mentions(message: Message, me: Me) -> list[tuple[int, int]]:
    """Where ``message`` names the bot, in characters of its text or caption."""
    text = message.text or message.caption or ""
    units = text.encode("utf-16-le", "surrogatepass")
    spans = []
    for entity in (*message.entities, *message.caption_entities):
        # Telegram counts in UTF-16.
        first, last = 2 * entity.offset, 2 * (entity.offset + entity.length)
        named = units[first:last].decode("utf-16-le", "replace")
        by_name = entity.type == MessageEntity.MENTION and named.lower() == f"@{me.name}"
        by_number = entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == me.id
        if by_name or by_number:
            start = len(units[:first].decode("utf-16-le", "replace"))
            spans.append((start, start + len(named)))
    return spans


def _replies_to(message: Message, me: Me) -> bool:
    answered = message.reply_to_message
    return answered is not None and answered.from_user is not None and answered.from_user.id == me.id
