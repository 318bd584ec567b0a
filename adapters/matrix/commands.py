"""The commands residents expect, and what each of them stands for."""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COMMANDS", "Command", "read_command"]


class Command(StrEnum):
    """What a command asks for."""

    HELP = "help"
    LANGUAGE = "language"
    HUMAN = "human"
    PRIVACY = "privacy"
    FORGET = "forget"
    OFFICIAL = "official"


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "start": Command.HELP,
        "aide": Command.HELP,
        "help": Command.HELP,
        "langue": Command.LANGUAGE,
        "language": Command.LANGUAGE,
        "humain": Command.HUMAN,
        "human": Command.HUMAN,
        "confidentialite": Command.PRIVACY,
        "confidentialité": Command.PRIVACY,
        "privacy": Command.PRIVACY,
        "oublier": Command.FORGET,
        "delete": Command.FORGET,
        "forget": Command.FORGET,
        "officiel": Command.OFFICIAL,
        "official": Command.OFFICIAL,
    }
)
# Matrix applications keep "/" for commands of their own, and ask before they send another one: "!" always passes.
_COMMAND = re.compile(r"[/!](\w{1,64})(?:\s+(.*))?", re.DOTALL)


def read_command(text: str) -> tuple[str, str] | None:
    """The command that ``text`` is (its name in lower case, what follows), or None."""
    found = _COMMAND.fullmatch(text.strip())
    return None if found is None else (found[1].lower(), (found[2] or "").strip())
