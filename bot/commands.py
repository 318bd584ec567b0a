"""The commands residents expect, the words that call each, and what each of them does: on every network the same.

How a command is written ("/aide", "!aide", "/aide@bot") and what is said to it is each channel's own.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.answering.normalise import fold
from bot.mail import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.mail import Event
    from bot.ports import Speaker

__all__ = ["NAMES", "Command", "command_named", "obeyed"]


class Command(StrEnum):
    """What a command asks for."""

    START = "start"
    HELP = "help"
    LANGUAGE = "language"
    HUMAN = "human"
    PRIVACY = "privacy"
    FORGET = "forget"
    OFFICIAL = "official"


# Every name works in every language and on every network: a resident may have seen any of them. Telegram's own pages
# ask for /start, /help and /settings (core.telegram.org/bots/features#global-commands) and for /privacy
# (telegram.org/tos/bot-developers). Names are folded: the accents of what is typed do not matter.
NAMES: Mapping[Command, tuple[str, ...]] = MappingProxyType(
    {
        Command.START: ("start",),
        Command.HELP: ("aide", "help"),
        Command.LANGUAGE: ("langue", "language", "settings"),
        Command.HUMAN: ("humain", "human"),
        Command.PRIVACY: ("confidentialite", "privacy"),
        Command.FORGET: ("oublier", "delete", "forget"),
        Command.OFFICIAL: ("officiel", "official"),
    }
)
_CALLED: Mapping[str, Command] = MappingProxyType({name: command for command, names in NAMES.items() for name in names})


def command_named(name: str) -> Command | None:
    """The command that ``name`` calls, in any case and with or without its accents; None if none has that name."""
    return _CALLED.get(fold(name))


def obeyed(event: Event, name: str, rest: str, said: Mapping[Command, str], speaker: Speaker) -> Event:
    """``event`` as what its command ``name``, followed by ``rest``, asks for.

    ``said`` gives the voice's key of the sentence that a command gets, where it gets one. A name that
    calls nothing is a question with a sign too many: "/piscine".
    """
    command = command_named(name)
    if command is None:
        return replace(event, text=f"{name.replace('_', ' ')} {rest}".strip())
    if command is Command.FORGET:
        return replace(event, kind=Kind.FORGET, text="")
    if command is Command.HUMAN:
        return replace(event, text=speaker.say("delivery.ask_human", event.language))
    if command is Command.LANGUAGE and rest:
        return replace(event, text=f"langue {rest}")
    if command is Command.HELP and rest:
        return replace(event, text=rest)
    return replace(event, kind=Kind.SAY, text=said[command])
