"""What a resident may write besides a question: commands, and opinions of an answer."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.mail import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.ports import Speaker

__all__ = ["read_command", "read_opinion"]

# The words are those of the other channels, in every language: a resident may have seen any of them.
_SAID: Mapping[str, str] = MappingProxyType(
    {
        "start": "mastodon.help",
        "aide": "mastodon.help",
        "help": "mastodon.help",
        "langue": "mastodon.language",
        "language": "mastodon.language",
        "confidentialite": "delivery.privacy",
        "confidentialité": "delivery.privacy",
        "privacy": "delivery.privacy",
        "officiel": "mastodon.official",
        "official": "mastodon.official",
    }
)
_FORGET = frozenset({"oublier", "delete", "forget"})
_HUMAN = frozenset({"humain", "human"})
_LANGUAGE = frozenset({"langue", "language"})
_OPINIONS: Mapping[str, bool] = MappingProxyType(
    {"👍": True, "/utile": True, "/helpful": True, "👎": False, "/inutile": False, "/unhelpful": False}
)
_COMMAND = re.compile(r"/(\w{1,64})(?:\s+(\S.*))?", re.DOTALL)
# Skin tones and the sign that asks for a picture rather than a letter change nothing of a thumb.
_THUMB_DRESS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f\\s]")


def read_command(text: str, speaker: Speaker, language: str | None) -> tuple[Kind, str] | None:
    """What the command ``text`` stands for: its kind, and the voice's key or the question to ask; None if it is none.

    Only what begins with a slash is one; one that is not known is a question like any other.
    """
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name, rest = found.group(1).lower(), (found.group(2) or "").strip()
    if name in _FORGET:
        return Kind.FORGET, ""
    if name in _HUMAN:
        return Kind.ASK, speaker.say("mastodon.ask_human", language)
    if name in _LANGUAGE and rest:
        return Kind.ASK, rest
    return (Kind.SAY, _SAID[name]) if name in _SAID else None


def read_opinion(text: str) -> bool | None:
    """True for a thumb up or "/utile" and nothing else, False for their contrary, None for everything else.

    Plain words are no opinion: "non" may answer what the bot asked, and "merci" is answered.
    """
    return _OPINIONS.get(_THUMB_DRESS.sub("", text).lower())
