"""Putting posts on the instance, in their thread, once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapters.mastodon.faults import TROUBLE, code_of
from bot.errors import SendFailed, SendRefused

if TYPE_CHECKING:
    from adapters.mastodon.client import Client
    from adapters.mastodon.outbound import Post
    from bot.mail import Part

__all__ = ["Threads", "post", "rewrite"]

# Answers of several pages whose last post is remembered, for the next to be its reply.
_REMEMBERED = 200
_NOT_THERE = frozenset({404, 410})
# What a server without edits says; and one whose post is gone.
_NO_EDIT = frozenset({404, 405, 410, 501})


class Threads:
    """Which post each page replies to: the page before it, else the resident's own."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, str] = OrderedDict()

    def before(self, part: Part) -> str | None:
        """The post that ``part`` replies to."""
        return self._last.get(part.question) if part.number else part.address.get("reply")

    def posted(self, part: Part, last: str) -> None:
        """``part`` ends with the post ``last``."""
        self._last.pop(part.question, None)
        if part.number + 1 < part.count:
            self._last[part.question] = last
        if len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a post goes: what it replies to, and who may read it."""

    reply: str | None
    visibility: str


def post(client: Client, part: Part, made: Post, reply: str | None) -> tuple[str, str]:
    """Post ``made``; the names of its first and last post. Raises as the library does, and SendRefused.

    ``reply`` None, for a page whose predecessor is not remembered after a restart: it replies to the question.
    """
    place = _Place(reply or part.address.get("reply"), made.visibility)
    first = last = ""
    for number, text in enumerate(made.texts):
        # The second post of one part has a key of its own, the same after a crash.
        key = f"{part.key}-{number}" if number else part.key
        if number:
            place = replace(place, reply=last)
        place, last = _placed(client, part, made, text, key, place)
        first = first or last
    return first, last


def rewrite(client: Client, part: Part, made: Post, message: str, reply: str | None) -> tuple[str, str]:
    """Put ``made`` in the place of ``message``; posted anew where that cannot be."""
    try:
        shown = _named(client.status_update(message, made.texts[0], spoiler_text=made.warning))
    except TROUBLE as error:
        if code_of(error) not in _NO_EDIT:
            raise
        return post(client, part, made, reply)
    if len(made.texts) == 1:
        return shown, shown
    rest = replace(made, texts=made.texts[1:])
    return shown, post(client, part, rest, shown)[1]


def _placed(client: Client, part: Part, made: Post, text: str, key: str, place: _Place) -> tuple[_Place, str]:
    try:
        return place, _one(client, made, text, key, place)
    except TROUBLE as error:
        if place.reply is None or code_of(error) not in _NOT_THERE:
            raise
    # Mastodon says the same of a post that is gone and of an author who has blocked the bot.
    if _is_blocked(client, part.address["account"]):
        raise SendRefused("blocked by the resident", gone=True)
    # The question was taken back; its author is answered all the same, and nobody else reads it.
    place = _Place(None, "direct")
    return place, _one(client, made, text, f"{key}-direct", place)


def _one(client: Client, made: Post, text: str, key: str, place: _Place) -> str:
    return _named(
        client.status_post(
            text,
            in_reply_to_id=place.reply,
            visibility=place.visibility,
            spoiler_text=made.warning,
            language=made.language,
            idempotency_key=key,
        )
    )


def _named(answer: object) -> str:
    """The name of the status that was answered; raises SendFailed if there is none."""
    record: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
    name = record.get("id")
    if not isinstance(name, str | int) or not str(name):
        raise SendFailed("an answer that is none")
    return str(name)


def _is_blocked(client: Client, account: str) -> bool:
    """True if the account has blocked the bot; False also where the token may not ask."""
    try:
        found = client.account_relationships(account)
    except TROUBLE as error:
        code = code_of(error)
        if code is None or code >= 500:
            raise
        return False
    return any(one.get("blocked_by") is True for one in found if isinstance(one, Mapping))
