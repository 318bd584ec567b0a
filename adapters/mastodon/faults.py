"""Mastodon's errors as the core's, without a token, an identifier or a text in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mastodon import (
    MastodonAPIError,
    MastodonError,
    MastodonNetworkError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)

from adapters.mastodon.settings import TOKEN
from bot.errors import ChannelRevoked, SendFailed, SendPaused, SendRefused

if TYPE_CHECKING:
    from datetime import datetime

    from bot.errors import ParvisError

__all__ = ["CHANNEL", "TROUBLE", "code_of", "translated"]

CHANNEL = "mastodon"
# All a call may raise: the library's own errors, and what it trips over in an answer that is not as described.
TROUBLE = (
    MastodonError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
# Limits are counted in windows of five minutes: the next one begins by then, whatever the answer says.
_PAUSE = 300.0
# Of requests that may yet be accepted: too early, too slow, somewhere else, not with this token's rights.
_LATER = frozenset({403, 408, 421, 425})


def code_of(error: BaseException) -> int | None:
    """The HTTP status of ``error``; None if there was no answer, or none that could be read."""
    # MastodonAPIError(words, status, reason, what the server said): see its internals.py.
    args = error.args if isinstance(error, MastodonAPIError) else ()
    return args[1] if len(args) > 1 and isinstance(args[1], int) else None


def translated(error: BaseException, reset: float | None, now: datetime) -> ParvisError:
    """What ``error`` means to the core.

    ``reset`` is when the limit ends, in seconds since 1970, if the library read it. The error itself may
    not be shown: it quotes addresses and what the server said.
    """
    if isinstance(error, MastodonRatelimitError):
        left = (reset or 0.0) - now.timestamp()
        return SendPaused(left if 0 < left <= 3 * 3600 else _PAUSE, everywhere=True)
    if isinstance(error, MastodonUnauthorizedError):
        return ChannelRevoked(CHANNEL, TOKEN)
    if isinstance(error, MastodonNetworkError):
        return SendFailed("no answer")
    code = code_of(error)
    if code is None:
        return SendFailed(f"an answer that is none ({type(error).__name__})")
    if code >= 500 or code in _LATER:
        return SendFailed(f"{code}")
    return SendRefused(f"not accepted by the instance ({code})")
