"""Answers that need more messages than a resident should have to read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answering.composing import Composer
from bot.checking.findings import note, warning
from bot.knowledge.faults import Location
from bot.rendering import Limits, cut, plain_text, utf16_length
from bot.voice import DEFAULT_LANGUAGE, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.checking.findings import Case
    from bot.knowledge.faults import Fault

__all__ = ["lengths", "mastodon_length"]

_ADDRESS = re.compile(r"https?://\S+")
# Mastodon counts every address as so many characters (``characters_reserved_per_url``).
_ADDRESS_COUNT = 23
# A thread of three posts is still read; a longer one is scrolled past.
_MOST_POSTS = 3


def mastodon_length(text: str) -> int:
    """How many characters ``text`` takes on Mastodon, the mention of the asker left out."""
    return len(_ADDRESS.sub("x" * _ADDRESS_COUNT, text))


# The defaults of the two networks' servers: Mastodon's ``max_characters``, Telegram's sendMessage.
_MASTODON = Limits(500, mastodon_length)
_TELEGRAM = Limits(4096, utf16_length)


def lengths(case: Case) -> Iterator[Fault]:
    """Whole answers, source included: above one message on Telegram, above three posts on Mastodon.

    Answers of two or three posts are counted in one note.
    """
    in_posts = total = 0
    for where, name, text in _answers(case):
        total += 1
        if not _TELEGRAM.fits(text):
            yield warning(where, "length.telegram", id=name, over=utf16_length(text) - _TELEGRAM.length)
        posts = cut(text, _MASTODON)
        in_posts += 1 < len(posts) <= _MOST_POSTS
        if len(posts) > _MOST_POSTS:
            over = sum(mastodon_length(post) for post in posts[_MOST_POSTS:])
            length = mastodon_length(text)
            yield warning(where, "length.mastodon", id=name, posts=len(posts), length=length, over=over)
    if in_posts:
        yield note(Location(Path("city.yaml")), "length.posts", number=in_posts, total=total)


def _answers(case: Case) -> Iterator[tuple[Location, str, str]]:
    composer = Composer(case.base, Voice(case.base.voice))
    for entry in case.base.entries.values():
        for language in (DEFAULT_LANGUAGE, *entry.translations):
            path = ("answer",) if language == DEFAULT_LANGUAGE else ("translations", language, "answer")
            name = entry.id if language == DEFAULT_LANGUAGE else f"{entry.id}/{language}"
            answer = composer.entry(entry, language, case.today)
            yield case.at("entries", entry.id, *path), name, plain_text(answer)
