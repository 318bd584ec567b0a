"""The commands residents expect, and what each of them stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COMMANDS", "MENUS", "Command", "Written", "read_command"]


class Command(StrEnum):
    """What a command asks for; each is described by the voice's ``telegram.menu_<value>``."""

    START = "start"
    HELP = "help"
    LANGUAGE = "language"
    HUMAN = "human"
    PRIVACY = "privacy"
    FORGET = "forget"
    OFFICIAL = "official"


# Every name works in every language: a resident may have seen any of them. Telegram's own pages ask for /start,
# /help and /settings (core.telegram.org/bots/features#global-commands) and /privacy (telegram.org/tos/bot-developers).
COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "start": Command.START,
        "aide": Command.HELP,
        "help": Command.HELP,
        "langue": Command.LANGUAGE,
        "language": Command.LANGUAGE,
        "settings": Command.LANGUAGE,
        "humain": Command.HUMAN,
        "human": Command.HUMAN,
        "confidentialite": Command.PRIVACY,
        "privacy": Command.PRIVACY,
        "oublier": Command.FORGET,
        "delete": Command.FORGET,
        "forget": Command.FORGET,
        "officiel": Command.OFFICIAL,
        "official": Command.OFFICIAL,
    }
)
# What the menu shows, by language, in this order; the first is for all other languages.
MENUS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fr": ("aide", "langue", "humain", "confidentialite", "oublier", "officiel"),
        "en": ("help", "language", "human", "privacy", "delete", "official"),
    }
)
# core.telegram.org/bots/features#commands; a bot's name follows "@" in groups.
_COMMAND = re.compile(r"/(\w{1,64})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A command as it was written: its name in lower case, the bot it was for if one is named, what follows."""

    name: str
    bot: str | None
    rest: str

    @property
    def known(self) -> Command | None:
        """What it asks for, if that is known."""
        return COMMANDS.get(self.name)


def read_command(text: str) -> Written | None:
    """The command that ``text`` is, or None."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name, bot, rest = found.groups()
    return Written(name.lower(), bot.lower() if bot else None, (rest or "").strip())
