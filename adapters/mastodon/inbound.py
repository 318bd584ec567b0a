"""From what Mastodon tells to events of the core's."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.mastodon.commands import SAID, read_command, read_opinion
from adapters.mastodon.pagetext import page_text
from bot.commands import Command, obeyed
from bot.mail import Event, Kind
from bot.messages import Visibility
from bot.points import read_point
from bot.redaction import redact

if TYPE_CHECKING:
    from bot.ports import Speaker

__all__ = ["TYPES", "Reader"]

_LOG = logging.getLogger("parvis.mastodon")
# "update": some servers tell of an edited status that was replied to (GoToSocial).
TYPES = ("mention", "favourite", "update")
_OPEN = frozenset({"public", "unlisted"})
_ACCOUNT = re.compile(r"[^\s@]+(?:@[^\s@]+)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=$|[-_])", re.I)


class _Malformed(Exception):  # noqa: N818 - says what it is
    """What came is not as Mastodon describes it."""


class Reader:
    """Reads notifications to the account ``me``; what is no event, or is not for a bot to answer, becomes None."""

    def __init__(self, me: str, speaker: Speaker) -> None:
        self._me = me
        self._speaker = speaker

    def read(self, notification: Mapping[str, Any]) -> Event | None:
        """The event of one notification; None for the bot's own, another bot's, or one that cannot be read."""
        try:
            account = _mapping(notification, "account")
            if _name(account) == self._me or account.get("bot") is True:
                return None
            kind = notification.get("type")
            if kind == "mention":
                return self._asked(_mapping(notification, "status"))
            if kind == "favourite":
                return _liked(account, notification)
            return self.reread(_mapping(notification, "status")) if kind == "update" else None
        except _Malformed as error:
            _LOG.warning("mastodon: a notification without %s was left aside", error)
            return None

    def reread(self, status: Mapping[str, Any]) -> Event | None:
        """The event of a status that was edited; None if it was not, or is not a resident's to the bot."""
        try:
            edited = _moment(status.get("edited_at"))
            if edited is None or not self._is_to_me(status):
                return None
            made = self._asked(status)
        except _Malformed:
            return None
        if made is None or made.kind is not Kind.ASK:
            return None
        return replace(made, id=f"{made.id}:{edited.isoformat()}", kind=Kind.EDIT, sent_at=edited)

    def _is_to_me(self, status: Mapping[str, Any]) -> bool:
        mentions = status.get("mentions")
        found = mentions if isinstance(mentions, list) else []
        return any(isinstance(one, Mapping) and str(one.get("id")) == self._me for one in found)

    def _warning(self, status: Mapping[str, Any], language: str | None) -> str:
        """The warning for the answer: the same, but where all can read it never one that tells of someone."""
        subject = _subject(status)
        if status.get("visibility") in _OPEN and redact(subject) != subject:
            return self._speaker.say("mastodon.hidden", language)
        return subject

    def _asked(self, status: Mapping[str, Any]) -> Event | None:
        account = _mapping(status, "account")
        asker, name = _name(account), _name(status)
        if asker == self._me or account.get("bot") is True:
            return None
        sent_at = _moment(status.get("created_at"))
        if sent_at is None:
            raise _Malformed("a date")
        words, language, answered = _words(status), _language(status), _optional(status.get("in_reply_to_id"))
        opinion = read_opinion(words) if answered is not None else None
        if opinion is not None:
            return Event(f"status:{name}", asker, asker, sent_at, Kind.FEEDBACK, about=answered, helpful=opinion)
        event = Event(
            id=f"status:{name}",
            asker=asker,
            chat=asker,
            sent_at=sent_at,
            # A content warning comes first: residents use it as a subject line.
            text="\n".join(part for part in (_subject(status), words) if part),
            address=_address(account, status, self._warning(status, language)),
            language=language,
            visibility=Visibility.PUBLIC if status.get("visibility") in _OPEN else Visibility.PRIVATE,
            message=name,
        )
        command = read_command(words)
        if command is not None:
            return obeyed(event, *command, SAID, self._speaker)
        point = read_point(words)
        if point is not None:
            return replace(event, text="", location=point)
        if words:
            return event
        # A picture or a voice alone, or nothing but the bot's name, which is a call for help.
        return replace(event, kind=Kind.SAY, text="mastodon.text_only" if _pictured(status) else SAID[Command.HELP])


def _subject(status: Mapping[str, Any]) -> str:
    """The content warning, or nothing."""
    warning = status.get("spoiler_text")
    return warning.strip() if isinstance(warning, str) else ""


def _liked(account: Mapping[str, Any], notification: Mapping[str, Any]) -> Event:
    """A star under an answer says that it helped."""
    who, liked = _name(account), _name(_mapping(notification, "status"))
    at = _moment(notification.get("created_at"))
    if at is None:
        raise _Malformed("a date")
    return Event(f"favourite:{who}:{liked}", who, who, at, Kind.FEEDBACK, about=liked, helpful=True)


def _address(account: Mapping[str, Any], status: Mapping[str, Any], warning: str) -> dict[str, str]:
    """What an answer needs: who is mentioned, what is replied to, who may read it, under which warning."""
    to = account.get("acct")
    if not isinstance(to, str) or not _ACCOUNT.fullmatch(to):
        raise _Malformed("an account's name")
    public = status.get("visibility") in _OPEN
    address = {
        "to": to,
        "account": _name(account),
        "reply": _name(status),
        # For everything that is not for all to read, and for kinds not known here, only the asker.
        "visibility": "unlisted" if public else "direct",
    }
    return address | ({"warning": warning} if warning else {})


def _pictured(status: Mapping[str, Any]) -> bool:
    """True if something other than words was sent."""
    return bool(status.get("media_attachments") or status.get("poll"))


def _words(status: Mapping[str, Any]) -> str:
    """The words of a status, without its content warning."""
    content = status.get("content")
    if not isinstance(content, str):
        raise _Malformed("words")
    emoji = status.get("emojis")
    shown = emoji if isinstance(emoji, list) else []
    codes = [one["shortcode"] for one in shown if isinstance(one, Mapping) and isinstance(one.get("shortcode"), str)]
    return _unaddressed(page_text(content, codes), status.get("mentions"))


def _unaddressed(words: str, mentions: object) -> str:
    """``words`` without the names of the accounts they are addressed to, where a server's HTML does not mark them."""
    for one in mentions if isinstance(mentions, list) else []:
        name = one.get("username") if isinstance(one, Mapping) else None
        if isinstance(name, str) and name:
            words = re.sub(rf"(?<![\w/])@{re.escape(name)}(?:@[\w.-]*\w)?(?!\w)", " ", words, flags=re.I)
    return words.strip()


def _language(status: Mapping[str, Any]) -> str | None:
    written = status.get("language")
    found = _LANGUAGE.match(written) if isinstance(written, str) else None
    return found.group().lower() if found is not None else None


def _mapping(record: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = record.get(field)
    if not isinstance(found, Mapping):
        raise _Malformed(field)
    return found


def _name(record: Mapping[str, Any]) -> str:
    """The platform's name of a thing, opaque: a number here, a ULID there."""
    found = _optional(record.get("id"))
    if found is None:
        raise _Malformed("a name")
    return found


def _optional(name: object) -> str | None:
    # The library may have made a number or a kind of text of its own of it.
    return str(name) if isinstance(name, str | int) and not isinstance(name, bool) and str(name) else None


def _moment(value: object) -> datetime | None:
    """A date of the platform's, aware; None if it is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
