"""Telegram's errors as the core's, without a token, an identifier or a text in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from adapters.telegram.settings import TOKEN
from bot.errors import ChannelRevoked, SendFailed, SendPaused, SendRefused

if TYPE_CHECKING:
    from telegram import Bot

    from bot.errors import ParvisError

__all__ = ["CHANNEL", "TROUBLE", "edit_is_impossible", "is_unchanged", "seconds", "translated"]

CHANNEL = "telegram"
# All a call of the library's may raise: its own errors, and what it trips over in an answer that is
# not as Telegram describes it.
TROUBLE = (TelegramError, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
# Telegram's own words for a chat that will never take a message again.
_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "have no rights to send a message",
    "not enough rights to send",
    "chat_write_forbidden",
)
_UNEDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid", "there is no text in")


async def translated(error: BaseException, bot: Bot) -> ParvisError:
    """What ``error``, raised by a call of ``bot``, means to the core."""
    if isinstance(error, InvalidToken):
        return await _revoked(error, bot)
    if isinstance(error, RetryAfter):
        return SendPaused(seconds(error))
    if isinstance(error, Forbidden):
        return SendRefused("blocked by the resident or removed from the group (403)", gone=True)
    # BadRequest is a NetworkError to the library, and would be sent for ever as one.
    if isinstance(error, BadRequest):
        return SendRefused("not accepted by Telegram (400)", gone=_says(error, _GONE))
    if isinstance(error, Conflict):
        return SendFailed("another program receives with the same token (409)")
    if isinstance(error, TimedOut):
        return SendFailed("no answer in time")
    if isinstance(error, NetworkError):
        return SendFailed("the network or Telegram is in trouble")
    return SendFailed("an answer that is none")


async def _revoked(error: InvalidToken, bot: Bot) -> ParvisError:
    """A 401 or 404, asked about once more: a proxy's error page, or one slip, does not end the channel."""
    if _is_not_telegrams(error):
        return SendFailed("an answer that is not Telegram's (401 or 404)")
    try:
        await bot.get_me()
    except InvalidToken as again:
        if not _is_not_telegrams(again):
            return ChannelRevoked(CHANNEL, TOKEN)
    except TROUBLE:
        return SendFailed("refused once (401 or 404)")
    return SendFailed("refused once (401 or 404)")


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def is_unchanged(error: BaseException) -> bool:
    """True if an edit failed because the message already says so: after a crash, for instance."""
    return isinstance(error, BadRequest) and _says(error, ("message is not modified",))


def edit_is_impossible(error: BaseException) -> bool:
    """True if the message to edit is gone or too old: the answer must be sent instead."""
    return isinstance(error, BadRequest) and _says(error, _UNEDITABLE)


def _is_not_telegrams(error: InvalidToken) -> bool:
    # The library chains what it could not read.
    return isinstance(error.__cause__, TelegramError)


def _says(error: BadRequest, words: tuple[str, ...]) -> bool:
    message = error.message.lower()
    return any(word in message for word in words)
