"""What a resident may write on Mastodon besides a question: commands, and opinions of an answer."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.commands import Command

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SAID", "read_command", "read_opinion"]

SAID: Mapping[Command, str] = MappingProxyType(
    {
        Command.START: "mastodon.help",
        Command.HELP: "mastodon.help",
        Command.PRIVACY: "delivery.privacy",
        Command.OFFICIAL: "mastodon.official",
        Command.LANGUAGE: "mastodon.language",
    }
)
_OPINIONS: Mapping[str, bool] = MappingProxyType(
    {"👍": True, "/utile": True, "/helpful": True, "👎": False, "/inutile": False, "/unhelpful": False}
)
# "!" too: who has met the bot on Matrix knows its commands so.
_COMMAND = re.compile(r"[/!](\w{1,64})(?:\s+(.*))?", re.DOTALL)
# Skin tones and the sign that asks for a picture rather than a letter change nothing of a thumb.
_THUMB_DRESS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f\\s]")


def read_command(text: str) -> tuple[str, str] | None:
    """The command that ``text`` is (its name as it was written, what follows), or None."""
    found = _COMMAND.fullmatch(unicodedata.normalize("NFC", text.strip()))
    return None if found is None else (found[1], (found[2] or "").strip())


def read_opinion(text: str) -> bool | None:
    """True for a thumb up or "/utile" and nothing else, False for their contrary, None for everything else.

    Plain words are no opinion: "non" may answer what the bot asked, and "merci" is answered.
    """
    return _OPINIONS.get(_THUMB_DRESS.sub("", text).lower())
