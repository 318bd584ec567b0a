"""The Telegram channel: long polling or a webhook in, paced and translated out."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from typing import TYPE_CHECKING

from telegram import Bot, BotCommand, LinkPreviewOptions, ReplyParameters
from telegram.error import ChatMigrated

from adapters.telegram.commands import MENUS
from adapters.telegram.courtesies import AT_ONCE as COURTESIES
from adapters.telegram.courtesies import Courtesies
from adapters.telegram.faults import CHANNEL, TROUBLE, edit_is_impossible, is_unchanged, translated
from adapters.telegram.groups import Me
from adapters.telegram.inbound import Reader
from adapters.telegram.outbound import Composer
from adapters.telegram.polling import poll
from adapters.telegram.requests import DiscreetRequest, PollRequest
from adapters.telegram.settings import read_telegram
from bot.mail import Rate
from bot.ports import Pace
from bot.rendering import Limits, utf16_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Message

    from adapters.setup import ChannelSetup
    from adapters.telegram.inbound import Received
    from adapters.telegram.outbound import Outgoing
    from adapters.telegram.settings import TelegramSettings
    from bot.mail import Part
    from bot.ports import Channel, Receiver

__all__ = ["TelegramChannel", "open_channel"]

_LOG = logging.getLogger("parvis.telegram")
# sendMessage, text: 1 to 4096 characters; as everywhere in the Bot API, in UTF-16.
_LENGTH = 4096
# core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
# One at a time, for sendMessage has no idempotency key: after a crash, only the one under way may come twice.
# Where Telegram answers in a tenth of a second, that is ten answers a second: more than a town is asked.
_PACE = Pace(total=(Rate(30, 1.0),), private=(Rate(1, 1.0),), public=(Rate(1, 1.0), Rate(20, 60.0)), at_once=1)
# Connections: those of answers, and those of courtesies.
_POOL = _PACE.at_once + COURTESIES
_SECONDS = 10.0
_MOST_MIGRATED = 1000
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def open_channel(setup: ChannelSetup) -> Channel:
    """The channel of ``setup``; calls nothing. Raises SettingsError for a setting that is wrong."""
    settings = read_telegram(setup.settings)
    # How the library is told that pauses may be given as a duration; otherwise each one brings a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    return TelegramChannel(setup, settings)


class TelegramChannel:
    """A ``bot.ports.Channel``."""

    name = CHANNEL
    limits = Limits(_LENGTH, utf16_length)
    pace = _PACE

    def __init__(self, setup: ChannelSetup, settings: TelegramSettings) -> None:
        self._setup = setup
        self._settings = settings
        self._request = DiscreetRequest(_POOL, _SECONDS)
        self._polls = PollRequest(1, _SECONDS)
        self._bot = Bot(
            settings.token,
            f"{settings.api}/bot",
            f"{settings.api}/file/bot",
            request=self._request,
            get_updates_request=self._polls,
        )
        self._composer = Composer(setup.bot.desk, lambda: tuple(setup.bot.base.city.languages), settings.official_page)
        self._courtesies = Courtesies(self._bot, setup.bot.desk)
        self._migrated: OrderedDict[int, int] = OrderedDict()
        self._menus = False

    async def serve(self, receiver: Receiver) -> None:
        """Receive until cancelled; see ``bot.ports.Channel``."""
        try:
            await self._serve(receiver)
        except TROUBLE as error:
            raise await translated(error, self._bot) from None

    async def _serve(self, receiver: Receiver) -> None:
        me = await self._bot.get_me()
        reader = Reader(
            Me(me.id, (me.username or "").lower()),
            lambda: self._setup.bot.base,
            self._setup.bot.desk,
            self._setup.clock,
        )
        await self._show_menus()

        def taken(batch: Sequence[Received]) -> None:
            self._courtesies.pay(batch)

        if self._settings.webhook is not None:
            # A web server and all that it needs: six megabytes that polling does without.
            from adapters.telegram.webhook import serve_webhook

            await serve_webhook(self._bot, self._settings.webhook, receiver, reader.read, taken)
        else:
            # Telegram gives no updates to who polls while a webhook is set. What waits is never dropped.
            await self._bot.delete_webhook(drop_pending_updates=False)
            await poll(self._bot, receiver, reader.read, taken)

    async def _show_menus(self) -> None:
        """Once: a menu that could not be set holds up nobody."""
        if self._menus:
            return
        say = self._setup.bot.desk.say
        try:
            for number, (language, menu) in enumerate(MENUS.items()):
                shown = [BotCommand(name, say(f"telegram.menu_{one.value}", language)) for name, one in menu]
                await self._bot.set_my_commands(shown, language_code=language)
                if number == 0:
                    await self._bot.set_my_commands(shown)
        except TROUBLE as error:
            _LOG.warning("telegram: the menu of commands was not set: %s", type(error).__name__)
        self._menus = True

    async def send(self, part: Part) -> str:
        """Send one part; see ``bot.ports.Channel``."""
        try:
            return await self._sent(part, _chat(part))
        except TROUBLE as error:
            raise await translated(error, self._bot) from None

    async def edit(self, part: Part, message: str) -> str:
        """Put ``part`` in the place of ``message``; sent anew if that is gone."""
        chat, _, number = message.partition(":")
        made = self._composer.compose(part)
        try:
            await self._bot.edit_message_text(
                made.text,
                int(chat),
                int(number),
                entities=made.entities,
                reply_markup=made.inline,
                link_preview_options=_NO_PREVIEW,
            )
        except TROUBLE as error:
            if is_unchanged(error):
                return message
            if edit_is_impossible(error):
                return await self.send(part)
            raise await translated(error, self._bot) from None
        return message

    async def close(self) -> None:
        """Close connections."""
        await self._courtesies.close()
        # Not the library's own shutdown, which does nothing for who never called its start.
        await self._request.shutdown()
        await self._polls.shutdown()

    async def _sent(self, part: Part, chat: int) -> str:
        chat = self._migrated.get(chat, chat)
        made = self._composer.compose(part)
        try:
            message = await self._shown(part, chat, made)
        except ChatMigrated as error:
            self._moved(chat, error.new_chat_id)
            chat = error.new_chat_id
            message = await self._shown(part, chat, made)
        await self._pin(part, chat)
        return f"{message.chat.id}:{message.message_id}"

    async def _shown(self, part: Part, chat: int, made: Outgoing) -> Message:
        reply = part.address.get("reply")
        return await self._bot.send_message(
            chat,
            made.text,
            entities=made.entities,
            reply_markup=made.markup,
            link_preview_options=_NO_PREVIEW,
            message_thread_id=_topic(part),
            # The message may have been deleted meanwhile: its question is answered all the same.
            reply_parameters=ReplyParameters(int(reply), allow_sending_without_reply=True) if reply else None,
        )

    def _moved(self, chat: int, to: int) -> None:
        """A group became a supergroup: answers that wait go to its new number."""
        self._migrated[chat] = to
        if len(self._migrated) > _MOST_MIGRATED:
            self._migrated.popitem(last=False)

    async def _pin(self, part: Part, chat: int) -> None:
        """Who shared where they are sees the nearest place on a map, under the answer that names it."""
        place = self._setup.bot.base.places.get(part.page.place_id or "")
        if place is not None and "pin" in part.address and part.number == part.count - 1:
            await self._courtesies.pin(chat, _topic(part), place)


def _chat(part: Part) -> int:
    return int(part.address["chat"])


def _topic(part: Part) -> int | None:
    topic = part.address.get("topic")
    return int(topic) if topic else None
