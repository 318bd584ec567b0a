"""From a page of an answer to a post on Mastodon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.mastodon.client import length
from bot.rendering import Limits, cut, plain_text

if TYPE_CHECKING:
    from bot.mail import Part

__all__ = ["Post", "compose", "limits_of", "shown_length", "unmentioned"]

# Kept free of each post: "@" and a space, the asker's name (Mastodon allows 30 characters), the page's
# number, and some of the content warning. What still does not fit goes into a second post.
_RESERVED = 48
# A content warning is a line, not a text.
_WARNING = 100
# A post of fewer letters says nothing; only a broken instance allows no more.
_LEAST = 60
# What Mastodon makes a mention of: "@" and a name, not after a letter or a slash.
_MENTION = re.compile(r"(?<![\w/])([@＠])(?=\w)")
_WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted for one part: one text, or several where one does not fit; who may read them, in which language.

    ``warning`` is the content warning, if any.
    """

    texts: tuple[str, ...]
    visibility: str
    language: str
    warning: str | None


def limits_of(most: int) -> Limits:
    """What a page may carry on an instance whose posts have ``most`` characters."""
    # A thread is opened by few: its first post gives the essential, a link and the date.
    return Limits(max(most - _RESERVED, _LEAST), shown_length, gist_first=True)


def shown_length(text: str) -> int:
    """How many characters ``text`` takes of a post."""
    return length(unmentioned(text))


def unmentioned(text: str) -> str:
    """``text`` in which no "@name" mentions anyone: only who asked is spoken to."""
    return _MENTION.sub(rf"\1{_WORD_JOINER}", text)


def compose(part: Part, most: int) -> Post:
    """``part`` as posts of at most ``most`` characters each, which mention the asker and nobody else."""
    address = part.address
    warning = _shortened(address.get("warning"))
    before = f"@{address['to']} "
    after = f" ({part.number + 1}/{part.count})" if part.count > 1 else ""
    room = most - length(before) - length(after) - (length(warning) if warning else 0)
    pieces = cut(unmentioned(plain_text(part.page)), Limits(max(room, _LEAST), length))
    texts = tuple(f"{before}{piece}{after}" for piece in pieces)
    return Post(texts, address["visibility"], part.page.language, warning)


def _shortened(warning: str | None) -> str | None:
    return cut(warning, Limits(_WARNING, length))[0] if warning else None
