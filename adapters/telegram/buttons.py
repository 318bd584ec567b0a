"""What stands behind a button: 64 bytes that come back when it is pressed.

c:<target>                     a choice whose target is short enough
h:<kind>:<digest>:<rest>       a longer one, its id by a digest that the base turns back into the id
t                              a still longer one: the button's own words are asked
y:<language>:<question>        this answer helped
n:<language>:<question>        it did not
l:<language>                   a language was chosen
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["WORDS", "Rated", "for_language", "for_rating", "for_target", "read_language", "read_rating", "read_target"]

# InlineKeyboardButton, callback_data: 1 to 64 bytes.
_MOST = 64
# 72 bits: two of a town's ids alike by chance is less likely than a disk that lies.
_DIGEST_BYTES = 9
_WITH_REST = ("followup", "place", "street")
WORDS = "t"


@dataclass(frozen=True, slots=True)
class Rated:
    """Whether the answer to ``question`` helped, and the language it was in."""

    question: str
    language: str
    helpful: bool


def for_target(target: str) -> str:
    """The data of a button for a choice: at most 64 bytes."""
    whole = f"c:{target}"
    if _fits(whole):
        return whole
    kind, _, rest = target.partition(":")
    if kind not in _WITH_REST:
        return f"h::{_digest(target)}:"
    identifier, _, rest = rest.partition(":")
    short = f"h:{kind}:{_digest(identifier)}:{rest}"
    return short if _fits(short) else WORDS


def read_target(data: str, ids: Iterable[str]) -> str | None:
    """The target of a choice's button, None if ``data`` is of no such button.

    ``ids`` are those of the base's entries and places. A digest none of them has gives
    a target that does not exist: the resident is told that the choice is gone.
    """
    form, _, rest = data.partition(":")
    if form == "c" and rest:
        return rest
    if form != "h":
        return None
    kind, _, rest = rest.partition(":")
    digest, _, rest = rest.partition(":")
    identifier = next((one for one in ids if _digest(one) == digest), digest)
    return f"{kind}:{identifier}:{rest}" if kind else identifier


def for_rating(question: str, language: str, *, helpful: bool) -> str:
    """The data of a feedback button; ``question`` is 32 digits, ``language`` two letters."""
    return f"{'y' if helpful else 'n'}:{language}:{question}"


def read_rating(data: str) -> Rated | None:
    """What a feedback button says, or None."""
    form, _, rest = data.partition(":")
    language, _, question = rest.partition(":")
    return Rated(question, language, form == "y") if form in ("y", "n") and question else None


def for_language(language: str) -> str:
    """The data of a language's button."""
    return f"l:{language}"


def read_language(data: str) -> str | None:
    """The language of a button, or None."""
    form, _, language = data.partition(":")
    return language if form == "l" and len(language) == 2 and language.isalpha() else None


def _fits(data: str) -> bool:
    return len(data.encode()) <= _MOST


def _digest(identifier: str) -> str:
    made = hashlib.blake2b(identifier.encode(), digest_size=_DIGEST_BYTES).digest()
    return base64.urlsafe_b64encode(made).decode()
