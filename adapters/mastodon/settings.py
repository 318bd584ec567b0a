"""What the operator decides of Mastodon, checked before anything is called."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.registry import REGISTRY
from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CALLS", "POLL", "POSTS", "SERVER", "TOKEN", "MastodonSettings", "read_mastodon", "read_page", "read_server"]

SERVER = "PARVIS_MASTODON_SERVER"
TOKEN = "PARVIS_MASTODON_TOKEN"  # noqa: S105 - the setting's name
POLL = "PARVIS_MASTODON_POLL_SECONDS"
POSTS = "PARVIS_MASTODON_POSTS_PER_3_HOURS"
CALLS = "PARVIS_MASTODON_CALLS_PER_5_MINUTES"


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
    return MastodonSettings(
        server=read_server(settings[SERVER], SERVER),
        token=REGISTRY[TOKEN].parse(settings[TOKEN]),
        poll=REGISTRY[POLL].number(settings),
        posts=REGISTRY[POSTS].number(settings),
        calls=REGISTRY[CALLS].number(settings),
    )


def read_server(value: str, setting: str) -> str:
    """The address of the instance, ``https://`` put before a bare name; raises SettingsError if it is none.

    ``setting`` is what the message names. Without encryption only a server on this machine is spoken
    to: the token would be read on the way.
    """
    address = replace(REGISTRY[SERVER], name=setting).parse(value)
    return (address if "://" in address else f"https://{address}").rstrip("/")


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
