"""A part as the content of a Matrix message: plain words, HTML beside them, what it replies to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adapters.matrix.html import html
from adapters.matrix.shapes import geo
from bot.messages import Outcome
from bot.rendering import Limits, plain_text

if TYPE_CHECKING:
    from bot.knowledge.model import Place
    from bot.mail import Part

__all__ = ["CHOICES", "LIMITS", "choice_target", "edit_content", "keys_of", "message_content", "place_content"]

# An event holds 65,536 bytes (spec.matrix.org, "Size limits"). An edit says everything twice, HTML takes up to
# twice the words, and encryption adds a third: a page may have 8,000.
_BYTES = 8000
LIMITS = Limits(_BYTES, lambda text: len(text.encode("utf-8", "surrogatepass")))
# Beyond it the HTML is left out: with an edit's second copy and encryption the event stays whole.
_MOST_BYTES = 30000
# The targets of the choices: a reaction means the same when the conversation went on, or the bot restarted.
CHOICES = "fr.parvis.choices"
_KEYCAP = "\ufe0f\u20e3"
_MOST_KEYS = 9
_YES, _NO = "\U0001f44d", "\U0001f44e"
# What may help or not. Not emergencies, nor small talk.
_RATED = (Outcome.ANSWERED, Outcome.ANSWERED_STALE)


def message_content(part: Part) -> dict[str, Any]:
    """The content of a new message, under the message it answers and in its thread."""
    content = _content(part)
    reply, thread = part.address.get("reply"), part.address.get("thread")
    if reply:
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": reply}}
    if thread:
        about = content.setdefault("m.relates_to", {})
        about.update({"rel_type": "m.thread", "event_id": thread, "is_falling_back": not reply})
    return content


def edit_content(part: Part, message: str) -> dict[str, Any]:
    """The content that takes the place of that of ``message``."""
    new = _content(part)
    # Who has an application without edits sees the new words after a star.
    return {
        "msgtype": "m.notice",
        "body": f"* {new['body']}",
        "m.mentions": {},
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": message},
    }


def place_content(place: Place) -> dict[str, Any] | None:
    """A pin on a map, None if nobody knows where the place is."""
    if place.latitude is None or place.longitude is None:
        return None
    where = geo(place.latitude, place.longitude)
    words = f"{place.name}, {place.address}" if place.address else place.name
    return {
        "msgtype": "m.location",
        "body": f"{words} ({where})",
        "geo_uri": where,
        "m.location": {"uri": where, "description": words},
        "m.mentions": {},
    }


def keys_of(part: Part) -> list[str]:
    """The reactions to offer under ``part``: a number for each choice, and on its last page whether it helped."""
    keys = [f"{one.number}{_KEYCAP}" for one in part.page.choices if one.number <= _MOST_KEYS]
    if part.number == part.count - 1 and part.page.outcome in _RATED:
        keys += [_YES, _NO]
    return keys


def choice_target(content: object, number: int) -> str | None:
    """What choice ``number`` of a message of the bot's stands for, None if it has none."""
    offered = content.get(CHOICES) if isinstance(content, dict) else None
    target = offered.get(str(number)) if isinstance(offered, dict) else None
    return target if isinstance(target, str) else None


def _content(part: Part) -> dict[str, Any]:
    content: dict[str, Any] = {"msgtype": "m.notice", "body": plain_text(part.page)}
    styled = html(part.page)
    if len(json.dumps([content, styled], ensure_ascii=False).encode("utf-8", "replace")) <= _MOST_BYTES:
        content |= {"format": "org.matrix.custom.html", "formatted_body": styled}
    to = part.address.get("to")
    content["m.mentions"] = {"user_ids": [to]} if to else {}
    if part.page.choices:
        content[CHOICES] = {str(one.number): one.target for one in part.page.choices}
    return content
