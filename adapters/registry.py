"""Every setting of Parvis, as data: those of the core, those of its running, and each channel's.

``docs/reglages.md`` and the tables of the channels' guides are made from it: see ``adapters.settings_pages``.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.operating import RUNNING
from bot.registry import Kind, Registry, Setting
from bot.settings import CORE

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

__all__ = ["GROUPS", "MASTODON", "MATRIX", "OPERATIONS", "REGISTRY", "TELEGRAM"]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _address(holds: Callable[[SplitResult], bool]) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        try:
            parts = urlsplit(value)
            return parts.scheme in ("https", "http") and bool(parts.hostname) and holds(parts)
        except ValueError:
            return False

    return check


def _is_safe(parts: SplitResult) -> bool:
    """Encrypted, or on this machine: what travels in clear anywhere else can be read on its way."""
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


def _is_private(parts: SplitResult) -> bool:
    """True for a numeric address of a network of one's own (RFC 1918, RFC 4193)."""
    try:
        return ip_address(parts.hostname or "").is_private
    except ValueError:
        return False


def _is_instance(value: str) -> bool:
    address = value if "://" in value else f"https://{value}"
    return _address(lambda parts: _is_safe(parts) and _is_bare(parts))(address)


def _is_bare(parts: SplitResult) -> bool:
    return parts.path in ("", "/") and not parts.query and parts.username is None


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


def _is_one_word(value: str) -> bool:
    return value.isascii() and value.isprintable() and " " not in value


OPERATIONS = (
    Setting("PARVIS_LOG_FORMAT", Kind.CHOICE, "operations", choices=("console", "json"), wrong="operator.bad_choice"),
    Setting(
        "PARVIS_LOG_LEVEL",
        Kind.CHOICE,
        "operations",
        default="info",
        choices=("debug", "info", "warning", "error"),
        wrong="operator.bad_choice",
    ),
    Setting("PARVIS_HEALTH_LISTEN", Kind.ADDRESS, "operations", wrong="telegram.bad_listen"),
)

TELEGRAM = (
    Setting(
        "PARVIS_TELEGRAM_TOKEN",
        Kind.SECRET,
        "telegram",
        required=True,
        # "Authorizing your bot", core.telegram.org/bots/api: the bot's number, a colon, a secret.
        check=_matches(r"\d+:[A-Za-z0-9_-]+"),
        wrong="telegram.bad_token",
        in_file=True,
    ),
    Setting(
        "PARVIS_TELEGRAM_OFFICIAL_PAGE",
        Kind.URL,
        "telegram",
        check=_address(lambda _: True),
        wrong="telegram.bad_url",
        in_file=True,
    ),
    Setting(
        "PARVIS_TELEGRAM_WEBHOOK_URL",
        Kind.URL,
        "telegram",
        # setWebhook takes https only; a loopback address is for a Bot API server on the same machine.
        check=_address(_is_safe),
        wrong="telegram.bad_url",
        in_file=True,
    ),
    Setting(
        "PARVIS_TELEGRAM_WEBHOOK_LISTEN",
        Kind.ADDRESS,
        "telegram",
        default="127.0.0.1:8080",
        wrong="telegram.bad_listen",
        in_file=True,
    ),
    Setting(
        "PARVIS_TELEGRAM_WEBHOOK_SECRET",
        Kind.SECRET,
        "telegram",
        # setWebhook, secret_token: 1 to 256 of these; under 16 it could be guessed (MIN_KEY_BYTES in bot.privacy).
        check=_matches(r"[A-Za-z0-9_-]{16,256}"),
        wrong="telegram.bad_secret",
        in_file=True,
    ),
    Setting(
        "PARVIS_TELEGRAM_API_URL",
        Kind.URL,
        "telegram",
        default="https://api.telegram.org",
        # The token travels in the address; a Bot API server of one's own may be on a network of one's own.
        check=_address(lambda parts: _is_safe(parts) or _is_private(parts)),
        wrong="telegram.bad_url",
        in_file=True,
    ),
)

MATRIX = (
    Setting(
        "PARVIS_MATRIX_SERVER",
        Kind.URL,
        "matrix",
        required=True,
        # The password travels in the request.
        check=_address(lambda parts: _is_safe(parts) and parts.username is None),
        wrong="matrix.bad_server",
        in_file=True,
    ),
    Setting(
        "PARVIS_MATRIX_USER",
        Kind.TEXT,
        "matrix",
        required=True,
        # spec.matrix.org, "User identifiers": lower case letters, digits and ._=-/+, perhaps with the server's name.
        check=_matches(r"@?[a-z0-9._=/+-]{1,255}(?::[A-Za-z0-9.:\[\]-]{1,255})?"),
        wrong="matrix.bad_user",
        in_file=True,
    ),
    Setting("PARVIS_MATRIX_PASSWORD", Kind.SECRET, "matrix", required=True, in_file=True),
    # RFC 2104, section 3, and what BLAKE2b takes as a key.
    Setting(
        "PARVIS_MATRIX_ENCRYPTION_KEY", Kind.SECRET, "matrix", least=16, most=64, wrong="matrix.bad_key", in_file=True
    ),
    Setting("PARVIS_MATRIX_REACTIONS", Kind.FLAG, "matrix", default="oui", wrong="matrix.bad_choice", in_file=True),
)

MASTODON = (
    Setting(
        "PARVIS_MASTODON_SERVER",
        Kind.URL,
        "mastodon",
        required=True,
        check=_is_instance,
        wrong="mastodon.bad_server",
        in_file=True,
    ),
    Setting(
        "PARVIS_MASTODON_TOKEN",
        Kind.SECRET,
        "mastodon",
        required=True,
        check=_is_one_word,
        wrong="mastodon.bad_token",
        in_file=True,
    ),
    Setting(
        "PARVIS_MASTODON_POLL_SECONDS",
        Kind.DURATION,
        "mastodon",
        default="30",
        least=15,
        most=60,
        unit="seconds",
        wrong="operator.bad_number",
        in_file=True,
    ),
    # The defaults are Mastodon's own (docs.joinmastodon.org/api/rate-limits), which an instance may raise.
    Setting(
        "PARVIS_MASTODON_POSTS_PER_3_HOURS",
        Kind.NUMBER,
        "mastodon",
        default="300",
        least=1,
        most=100_000,
        wrong="operator.bad_number",
        in_file=True,
    ),
    Setting(
        "PARVIS_MASTODON_CALLS_PER_5_MINUTES",
        Kind.NUMBER,
        "mastodon",
        default="300",
        least=30,
        most=100_000,
        wrong="operator.bad_number",
        in_file=True,
    ),
)

REGISTRY = Registry((*CORE, *RUNNING, *OPERATIONS, *TELEGRAM, *MATRIX, *MASTODON))
# In the order of the page.
GROUPS = ("core", "run", "operations", "telegram", "matrix", "mastodon")
