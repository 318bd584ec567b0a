"""Whether a message in a room of several people is meant for the bot, and what it says besides its name."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["heard"]

_PILL = re.compile(
    r'<a\s[^<>]{0,500}?href="https://matrix\.to/#/([^"?]{1,500})[^"]{0,200}"[^<>]{0,100}>([^<>]{1,255})</a>'
)
_MOST_HTML = 65536  # an event holds no more


def heard(me: str, content: Mapping[str, Any], words: str) -> str | None:
    """``words`` without the bot's name if the message mentions it, None if it is not for the bot."""
    names = _names(me, content)
    mentions = content.get("m.mentions")
    if isinstance(mentions, dict):
        users = mentions.get("user_ids")
        if not isinstance(users, list) or me not in users:
            return None
    elif len(names) <= 2 and not _says(words, me):
        # Older applications state no mentions: a link to the bot, or its whole name, counts as one.
        return None
    return _without(words, names)


def _names(me: str, content: Mapping[str, Any]) -> list[str]:
    """What the bot is called: its whole name, the first half of it, and how this message's links call it."""
    local = me.partition(":")[0]
    html = content.get("formatted_body")
    found = _PILL.findall(html[:_MOST_HTML]) if isinstance(html, str) else []
    shown = [unescape(label) for target, label in found if unquote(unescape(target)) == me]
    return [me, local, *shown]


def _says(words: str, name: str) -> bool:
    return re.search(_whole(name), words) is not None


def _whole(name: str) -> str:
    """``name`` alone: "@parvis:essai" is not in "@parvis:essai.fr"."""
    return rf"(?<![\w@]){re.escape(name)}(?![.:-]?\w)"


def _without(words: str, names: list[str]) -> str:
    """``words`` without any of ``names`` and the comma or colon after it; the longest names first."""
    for name in sorted(names, key=len, reverse=True):
        words = re.sub(rf"{_whole(name)}\s*[,:]?", " ", words)
    bare = names[1].removeprefix("@")
    # "parvis: …", as some applications complete a name at the head of a message.
    words = re.sub(rf"\A\s*{re.escape(bare)}\s*[,:]\s*", "", words, flags=re.IGNORECASE)
    return re.sub(r"[ \t]{2,}", " ", words).strip()
