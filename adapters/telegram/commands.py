"""How a command is written on Telegram, what is said to each, and the menus that show them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.commands import Command, command_named

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MENUS", "SAID", "Written", "read_command"]

SAID: Mapping[Command, str] = MappingProxyType(
    {
        Command.START: "telegram.start",
        Command.HELP: "telegram.help",
        Command.PRIVACY: "delivery.privacy",
        Command.OFFICIAL: "telegram.official",
        Command.LANGUAGE: "telegram.language",
    }
)
# What the menu shows, by language, in this order; the first is for all other languages. Each is described by the
# voice's ``telegram.menu_<value of the command>``.
MENUS: Mapping[str, tuple[tuple[str, Command], ...]] = MappingProxyType(
    {
        "fr": (
            ("aide", Command.HELP),
            ("langue", Command.LANGUAGE),
            ("humain", Command.HUMAN),
            ("confidentialite", Command.PRIVACY),
            ("oublier", Command.FORGET),
            ("officiel", Command.OFFICIAL),
        ),
        "en": (
            ("help", Command.HELP),
            ("language", Command.LANGUAGE),
            ("human", Command.HUMAN),
            ("privacy", Command.PRIVACY),
            ("delete", Command.FORGET),
            ("official", Command.OFFICIAL),
        ),
    }
)
# core.telegram.org/bots/features#commands; a bot's name follows "@" in groups.
_COMMAND = re.compile(r"/(\w{1,64})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A command as it was written: its name, the bot it was for if one is named (in lower case), what follows."""

    name: str
    bot: str | None
    rest: str

    @property
    def known(self) -> Command | None:
        """What it asks for, if that is known."""
        return command_named(self.name)


def read_command(text: str) -> Written | None:
    """The command that ``text`` is, or None."""
    found = _COMMAND.fullmatch(unicodedata.normalize("NFC", text.strip()))
    if found is None:
        return None
    name, bot, rest = found.groups()
    return Written(name, bot.lower() if bot else None, (rest or "").strip())
