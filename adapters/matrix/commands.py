"""How a command is written on Matrix, and what is said to each."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.commands import Command

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SAID", "read_command"]

SAID: Mapping[Command, str] = MappingProxyType(
    {
        Command.START: "matrix.welcome",
        Command.HELP: "matrix.help",
        Command.PRIVACY: "delivery.privacy",
        Command.OFFICIAL: "matrix.official",
        Command.LANGUAGE: "matrix.language",
    }
)
# Matrix applications keep "/" for commands of their own, and ask before they send another one: "!" always passes.
_COMMAND = re.compile(r"[/!](\w{1,64})(?:\s+(.*))?", re.DOTALL)


def read_command(text: str) -> tuple[str, str] | None:
    """The command that ``text`` is (its name as it was written, what follows), or None."""
    found = _COMMAND.fullmatch(unicodedata.normalize("NFC", text.strip()))
    return None if found is None else (found[1], (found[2] or "").strip())
