"""What each channel is made of: the list of channels, and what they are handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.assembly import Bot
    from bot.ports import Clock

__all__ = ["CHANNELS", "ChannelKind", "ChannelSetup"]


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A network Parvis can speak on.

    ``adapters.<name>.channel`` is imported only when every one of ``required`` is set, and offers
    ``open_channel(setup: ChannelSetup) -> Channel``, which calls no network and raises SettingsError
    for a setting that is wrong. Each setting may also be given as ``<setting>_FILE``.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that opens it."""
        return f"adapters.{self.name}.channel"


@dataclass(frozen=True, slots=True)
class ChannelSetup:
    """What a channel is made from: its settings (those that are set), a folder of its own, the bot.

    The folder exists and only its owner reads it. ``bot.desk.say`` says the bot's own
    sentences, ``bot.base`` is the base served now: ask for it each time, it is replaced.
    """

    settings: Mapping[str, str] = field(repr=False)
    folder: Path
    bot: Bot
    clock: Clock


CHANNELS = (
    ChannelKind(
        "telegram",
        ("PARVIS_TELEGRAM_TOKEN",),
        (
            "PARVIS_TELEGRAM_OFFICIAL_PAGE",
            "PARVIS_TELEGRAM_WEBHOOK_URL",
            "PARVIS_TELEGRAM_WEBHOOK_LISTEN",
            "PARVIS_TELEGRAM_WEBHOOK_SECRET",
            "PARVIS_TELEGRAM_API_URL",
        ),
    ),
    ChannelKind(
        "matrix",
        ("PARVIS_MATRIX_SERVER", "PARVIS_MATRIX_USER", "PARVIS_MATRIX_PASSWORD"),
        ("PARVIS_MATRIX_ENCRYPTION_KEY", "PARVIS_MATRIX_REACTIONS"),
    ),
    ChannelKind(
        "mastodon",
        ("PARVIS_MASTODON_SERVER", "PARVIS_MASTODON_TOKEN"),
        (
            "PARVIS_MASTODON_POLL_SECONDS",
            "PARVIS_MASTODON_POSTS_PER_3_HOURS",
            "PARVIS_MASTODON_CALLS_PER_5_MINUTES",
        ),
    ),
)
