"""What Telegram tells, as what a resident did; and the small courtesies that go with it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from telegram import ChatMember, Message
from telegram.constants import ChatType

from adapters.telegram import buttons
from adapters.telegram.commands import SAID, read_command
from adapters.telegram.faults import TROUBLE
from adapters.telegram.groups import for_me
from bot.commands import Command, obeyed
from bot.mail import Event, Kind
from bot.messages import Location, Visibility
from bot.points import read_point

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from telegram import CallbackQuery, Chat, ChatMemberUpdated, Update, User
    from telegram import MaybeInaccessibleMessage as Shown

    from adapters.telegram.commands import Written
    from adapters.telegram.groups import Me
    from bot.knowledge.base import KnowledgeBase
    from bot.ports import Clock, Speaker

__all__ = ["Pressed", "Reader", "Received"]

_LOG = logging.getLogger("parvis.telegram")
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_CHATS: Collection[str] = (ChatType.PRIVATE, *_GROUPS)
# What stands under the answer to a command: see adapters.telegram.outbound.
_MENUS = {Command.OFFICIAL: "official", Command.LANGUAGE: "language"}


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed: Telegram waits to hear so. ``said`` is the voice's key of what to show, if anything.

    ``message`` (chat and number) loses its feedback buttons if it was one of them.
    """

    query: str
    language: str | None = None
    said: str | None = None
    rated: tuple[int, int] | None = None
    keyboard: tuple[tuple[tuple[str, str], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """What came of one update: at most one event, and a press to acknowledge."""

    event: Event | None = None
    pressed: Pressed | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads updates for the account ``me``. ``base`` gives the base served now."""

    me: Me
    base: Callable[[], KnowledgeBase]
    speaker: Speaker = field(repr=False)
    clock: Clock

    def read(self, update: Update) -> Received:
        """What a resident did; nothing for what is none of the bot's business, nor for what cannot be read."""
        try:
            return self._read(update)
        except TROUBLE as error:
            # Raised, it would come again for ever and hold up everyone.
            _LOG.warning("telegram: an update was left out: %s", type(error).__name__)
            return Received()

    def _read(self, update: Update) -> Received:
        if update.message is not None:
            return Received(self._message(update.message, update.message.date, f"{_name(update.message)}"))
        if update.edited_message is not None:
            return Received(self._edit(update.edited_message, update.update_id))
        if update.callback_query is not None:
            return self._press(update.callback_query)
        if update.my_chat_member is not None:
            return Received(self._membership(update.my_chat_member, update.update_id))
        return Received()

    def _edit(self, message: Message, number: int) -> Event | None:
        # Someone who shares where they walk edits a message every few seconds.
        if message.location is not None or message.edit_date is None:
            return None
        edited = f"{_name(message)}:{int(message.edit_date.timestamp())}:{number}"
        event = self._message(message, message.edit_date, edited)
        if event is None or event.kind is not Kind.ASK:
            return event
        return replace(event, kind=Kind.EDIT, message=_name(message))

    def _message(self, message: Message, at: datetime, name: str) -> Event | None:
        who = _author(message)
        if who is None or message.chat.type not in _CHATS or message.is_automatic_forward:
            return None
        text = message.text or message.caption or ""
        private = message.chat.type == ChatType.PRIVATE
        event = Event(
            id=name,
            asker=str(who),
            chat=str(message.chat.id),
            sent_at=at,
            text=text,
            address=_address(message.chat, message, quote=not private),
            language=_language(message.from_user),
            visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
        )
        if not private:
            heard = for_me(message, text, self.me)
            if heard is None:
                return None
            event = replace(event, text=heard)
        return self._content(message, event)

    def _content(self, message: Message, event: Event) -> Event | None:
        point = message.location or (message.venue.location if message.venue is not None else None)
        if point is not None:
            address = {**event.address, "pin": "1"}
            return replace(event, location=Location(point.latitude, point.longitude), address=address)
        written = read_point(event.text)
        if written is not None:
            return replace(event, text="", location=written, address={**event.address, "pin": "1"})
        command = read_command(event.text)
        if command is not None:
            return self._command(event, command)
        if event.text.strip():
            return event
        if message.effective_attachment is None:
            # A service message, or nothing but the bot's name: in a group that is a call for help.
            return replace(event, kind=Kind.SAY, text="telegram.help") if message.text else None
        album = message.media_group_id
        name = f"{message.chat.id}:album:{album}" if album else event.id  # ten pictures get one word
        return replace(event, id=name, kind=Kind.SAY, text="delivery.text_only")

    def _command(self, event: Event, command: Written) -> Event:
        if command.known is Command.START and command.rest in self.base().entries:
            return replace(event, text="", choice=command.rest)
        event = obeyed(event, command.name, command.rest, SAID, self.speaker)
        menu = _MENUS.get(command.known) if command.known is not None and event.kind is Kind.SAY else None
        return replace(event, address={**event.address, "menu": menu}) if menu is not None else event

    def _press(self, query: CallbackQuery) -> Received:
        message, data = query.message, query.data or ""
        pressed, language = Pressed(query.id), _language(query.from_user)
        if message is None or query.from_user.is_bot or message.chat.type not in _CHATS:
            return Received(None, pressed)
        event = Event(
            id=f"press:{query.id}",
            asker=str(query.from_user.id),
            chat=str(message.chat.id),
            # Telegram does not say when.
            sent_at=self.clock.now(),
            address=_address(message.chat, message if isinstance(message, Message) else None, quote=False),
            language=language,
            visibility=Visibility.PRIVATE if message.chat.type == ChatType.PRIVATE else Visibility.PUBLIC,
        )
        rated = buttons.read_rating(data)
        if rated is not None:
            said = "telegram.rated_yes" if rated.helpful else "telegram.rated_no"
            pressed = Pressed(query.id, rated.language, said, (message.chat.id, message.message_id), _kept(message))
            return Received(replace(event, kind=Kind.FEEDBACK, about=rated.question, helpful=rated.helpful), pressed)
        return Received(self._chosen(event, data, message), pressed)

    def _chosen(self, event: Event, data: str, message: Shown) -> Event | None:
        language = buttons.read_language(data)
        if language is not None:
            return replace(event, text=f"langue {language}")
        base = self.base()
        target = buttons.read_target(data, (*base.entries, *base.places))
        if target is not None:
            return replace(event, choice=target)
        label = next((text for text, other in _rows(message) if other == data), "")
        words = label.partition(". ")[2]
        return replace(event, text=words) if data == buttons.WORDS and words else None

    def _membership(self, change: ChatMemberUpdated, number: int) -> Event | None:
        before, after = change.old_chat_member.status, change.new_chat_member.status
        event = Event(
            id=f"member:{change.chat.id}:{int(change.date.timestamp())}:{number}",
            asker=str(change.from_user.id),
            chat=str(change.chat.id),
            sent_at=change.date,
            address=_address(change.chat, None, quote=False),
            language=_language(change.from_user),
        )
        if change.chat.type == ChatType.PRIVATE and after == ChatMember.BANNED:
            # Who blocks the bot wants to hear no more of it: nothing of them is kept.
            return replace(event, kind=Kind.FORGET)
        came = before in (ChatMember.LEFT, ChatMember.BANNED) and after in (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)
        if came and change.chat.type in _GROUPS:
            return replace(event, kind=Kind.SAY, text="telegram.group_welcome", visibility=Visibility.PUBLIC)
        return None


def _author(message: Message) -> int | None:
    """Who wrote, None for a program; an administrator who hides, or a channel, writes in its own name."""
    if message.sender_chat is not None:
        return message.sender_chat.id
    return None if message.from_user is None or message.from_user.is_bot else message.from_user.id


def _name(message: Message) -> str:
    # Numbers of messages are unique in a chat only.
    return f"{message.chat.id}:{message.message_id}"


def _language(user: User | None) -> str | None:
    """ISO 639-1, of an IETF tag ("pt-br")."""
    return user.language_code.partition("-")[0].lower() if user is not None and user.language_code else None


def _address(chat: Chat, message: Message | None, *, quote: bool) -> dict[str, str]:
    """Where the answer goes: the chat, its topic; in a group, under the message answered."""
    address = {"chat": str(chat.id)}
    if message is not None and quote:
        address["reply"] = str(message.message_id)
    if message is not None and message.is_topic_message and message.message_thread_id is not None:
        address["topic"] = str(message.message_thread_id)
    return address


def _rows(message: Shown) -> list[tuple[str, str]]:
    """The words and the data of each button under ``message``."""
    return [pair for row in _keyboard(message) for pair in row]


def _keyboard(message: Shown) -> list[list[tuple[str, str]]]:
    if not isinstance(message, Message) or message.reply_markup is None:
        return []
    rows = message.reply_markup.inline_keyboard
    return [[(one.text, str(one.callback_data)) for one in row if one.callback_data] for row in rows]


def _kept(message: Shown) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The buttons that stay once the answer was rated."""
    kept = (tuple(pair for pair in row if buttons.read_rating(pair[1]) is None) for row in _keyboard(message))
    return tuple(row for row in kept if row)
