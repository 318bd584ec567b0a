"""What the operator decides of Mastodon, checked before anything is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CALLS", "POLL", "POSTS", "SERVER", "TOKEN", "MastodonSettings", "read_mastodon", "read_page", "read_server"]

SERVER = "PARVIS_MASTODON_SERVER"
TOKEN = "PARVIS_MASTODON_TOKEN"  # noqa: S105 - the setting's name
POLL = "PARVIS_MASTODON_POLL_SECONDS"
POSTS = "PARVIS_MASTODON_POSTS_PER_3_HOURS"
CALLS = "PARVIS_MASTODON_CALLS_PER_5_MINUTES"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class MastodonSettings:
    """The settings of the channel.

    ``poll`` is the longest between two looks at the notifications, in seconds. ``posts`` in three hours
    and ``calls`` in five minutes are what the instance allows; the defaults are Mastodon's own
    (docs.joinmastodon.org/api/rate-limits), which an instance may raise.
    """

    server: str
    token: str = field(repr=False)
    poll: float = 30.0
    posts: int = 300
    calls: int = 300


def read_mastodon(settings: Mapping[str, str]) -> MastodonSettings:
    """The settings given; raises SettingsError at the first that is wrong. No message quotes the token."""
    token = settings[TOKEN]
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise SettingsError("mastodon.bad_token", setting=TOKEN)
    return MastodonSettings(
        server=read_server(settings[SERVER], SERVER),
        token=token,
        poll=_number(settings, POLL, 30, 15, 60),
        posts=_number(settings, POSTS, 300, 1, 100_000),
        calls=_number(settings, CALLS, 300, 30, 100_000),
    )


def read_server(value: str, setting: str) -> str:
    """The address of the instance, ``https://`` put before a bare name; raises SettingsError if it is none.

    Without encryption only a server on this machine is spoken to: the token would be read on the way.
    """
    address = value if "://" in value else f"https://{value}"
    try:
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        good = safe and bool(parts.hostname) and parts.path in ("", "/") and not parts.query and not parts.username
    except ValueError:
        good = False
    if not good:
        raise SettingsError("mastodon.bad_server", setting=setting, value=value)
    return address.rstrip("/")


def read_page(value: str, setting: str) -> str:
    """The address of a page for everyone; raises SettingsError if it is none."""
    try:
        parts = urlsplit(value)
        good = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good:
        raise SettingsError("mastodon.bad_page", setting=setting, value=value)
    return value


def _number(settings: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    written = settings.get(name)
    if written is None:
        return usual
    if not (written.isascii() and written.isdigit() and least <= int(written[:9]) <= most):
        raise SettingsError("operator.bad_number", setting=name, value=written, least=least, most=most)
    return int(written)
