"""One event of a room, decrypted if need be, as what a resident did."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.matrix.commands import SAID, read_command
from adapters.matrix.mentions import heard
from adapters.matrix.shapes import location_in, said_in, text_of
from bot.commands import obeyed
from bot.mail import Event, Kind
from bot.messages import Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.matrix.rooms import Room
    from bot.ports import Speaker

__all__ = ["STICKER", "Reader", "Touched", "touched"]

STICKER = "m.sticker"

# What residents send that is not words.
_ATTACHMENTS = frozenset({"m.image", "m.file", "m.audio", "m.video", STICKER})
# Ten pictures, which are ten messages, get one word.
_ALBUM_SECONDS = 60
# Thumbs with a skin tone, or drawn as text, are thumbs.
_TRIMMINGS = "\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_YES, _NO = "\U0001f44d", "\U0001f44e"


@dataclass(frozen=True, slots=True)
class Touched:
    """A reaction to ``message``: the number of a choice, or whether it helped."""

    message: str
    number: int | None = None
    helpful: bool | None = None


def touched(content: Mapping[str, Any]) -> Touched | None:
    """What the reaction of ``content`` means, None if nothing that the bot offers."""
    about = content.get("m.relates_to")
    if not isinstance(about, dict) or about.get("rel_type") != "m.annotation":
        return None
    message, key = about.get("event_id"), about.get("key")
    if not isinstance(message, str) or not isinstance(key, str):
        return None
    bare = key.strip(_TRIMMINGS)
    if bare in (_YES, _NO):
        return Touched(message, helpful=bare == _YES)
    return Touched(message, number=int(bare)) if bare.isascii() and bare.isdigit() and len(bare) < 3 else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads events for the account ``me``; what it cannot make sense of raises KeyError, TypeError or ValueError."""

    me: str
    speaker: Speaker = field(repr=False)

    def message(self, raw: Mapping[str, Any], room: str, known: Room) -> Event | None:
        """What a resident wrote or shared; None for what is none of the bot's business."""
        content, sender = raw["content"], raw["sender"]
        if raw.get("type") == STICKER:
            content = {**content, "msgtype": STICKER}
        kind = content.get("msgtype")
        # Notices are what bots say: to answer one is to talk with a machine for ever.
        if sender == self.me or kind == "m.notice" or kind is None:
            return None
        edited = _edited(content)
        new = content["m.new_content"] if edited is not None else content
        event = self._event(raw, room, known, new)
        words = text_of(new)
        if not known.private:
            for_me = heard(self.me, new, words)
            if for_me is None:
                return None
            words = for_me
        if edited is not None:
            if kind != "m.text" or read_command(words) is not None or not words.strip():
                return None
            return replace(event, kind=Kind.EDIT, text=words, message=edited)
        return self._content(event, new, words)

    def said(self, raw: Mapping[str, Any], room: str, known: Room, key: str, name: str) -> Event:
        """A sentence of the bot's own, once for ``name``, said to who caused ``raw``."""
        return replace(self._event(raw, room, known, {}), id=name, kind=Kind.SAY, text=key)

    def rated(self, raw: Mapping[str, Any], room: str, known: Room, touch: Touched) -> Event:
        """An answer helped, or did not."""
        event = self._event(raw, room, known, {})
        return replace(event, kind=Kind.FEEDBACK, about=touch.message, helpful=touch.helpful)

    def chosen(self, raw: Mapping[str, Any], room: str, known: Room, shown: Mapping[str, Any], target: str) -> Event:
        """A choice was taken by a reaction to a message of which ``shown`` is the content."""
        event = self._event(raw, room, known, shown)
        thread = _thread(shown)
        address = {**event.address, "reply": raw["content"]["m.relates_to"]["event_id"]}
        return replace(event, choice=target, address={**address, "thread": thread} if thread else address)

    def _content(self, event: Event, content: Mapping[str, Any], words: str) -> Event | None:
        point = location_in(content, words)
        if point is not None:
            return replace(event, location=point, text="", address={**event.address, "pin": "1"})
        kind, captioned = content["msgtype"], _captioned(content)
        if kind in _ATTACHMENTS and not captioned:
            minute = int(event.sent_at.timestamp()) // _ALBUM_SECONDS
            name = f"attachment:{event.chat}:{event.asker}:{minute}"
            return replace(event, id=name, kind=Kind.SAY, text="delivery.text_only", message=event.id)
        if kind not in ("m.text", "m.emote") and not captioned:
            return None
        command = read_command(words)
        if command is not None:
            return obeyed(event, *command, SAID, self.speaker)
        if words.strip():
            return replace(event, text=words)
        # Nothing but the bot's name: a call for help.
        return replace(event, kind=Kind.SAY, text="matrix.help")

    def _event(self, raw: Mapping[str, Any], room: str, known: Room, content: Mapping[str, Any]) -> Event:
        name, sender = said_in(raw, "event_id"), said_in(raw, "sender")
        address = {"room": room, "reply": name, "to": "" if known.private else sender}
        thread = _thread(content)
        return Event(
            id=name,
            asker=sender,
            chat=room,
            # Milliseconds; what lies outside of years 1 to 9999 raises, as all that makes no sense.
            sent_at=datetime.fromtimestamp(int(raw["origin_server_ts"]) / 1000, UTC),
            address={**address, "thread": thread} if thread else address,
            visibility=Visibility.PRIVATE if known.private else Visibility.PUBLIC,
        )


def _edited(content: Mapping[str, Any]) -> str | None:
    """The message that ``content`` rewrites, if it does."""
    about = content.get("m.relates_to")
    if not isinstance(about, dict) or about.get("rel_type") != "m.replace":
        return None
    return said_in(about, "event_id")


def _captioned(content: Mapping[str, Any]) -> bool:
    """True if the words of ``content``, an attachment, are not its file's name but what was written under it."""
    name = content.get("filename")
    return content.get("msgtype") in _ATTACHMENTS and isinstance(name, str) and name != content.get("body")


def _thread(content: Mapping[str, Any]) -> str:
    """The root of the thread that ``content`` is in, empty if in none."""
    about = content.get("m.relates_to")
    if not isinstance(about, dict) or about.get("rel_type") != "m.thread":
        return ""
    return said_in(about, "event_id")
