"""What each channel is made of: the list of channels, and what they are handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.registry import MASTODON, MATRIX, TELEGRAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.assembly import Bot
    from bot.ports import Clock
    from bot.registry import Setting

__all__ = ["CHANNELS", "ChannelKind", "ChannelSetup", "Extra"]


@dataclass(frozen=True, slots=True)
class Extra:
    """What else must be installed once ``setting`` is given: the extra ``name`` of pyproject.toml, with ``modules``."""

    setting: str
    name: str
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A network Parvis can speak on.

    ``adapters.<name>.channel`` is imported only when every required one of ``settings`` is set, and offers
    ``open_channel(setup: ChannelSetup) -> Channel``, which calls no network and raises SettingsError
    for a setting that is wrong. The extra of pyproject.toml with its libraries has its name.
    """

    name: str
    settings: tuple[Setting, ...]
    extras: tuple[Extra, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the settings without which it cannot speak."""
        return tuple(setting.name for setting in self.settings if setting.required)

    @property
    def optional(self) -> tuple[str, ...]:
        """The names of the others."""
        return tuple(setting.name for setting in self.settings if not setting.required)

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
    ChannelKind("telegram", TELEGRAM),
    ChannelKind("matrix", MATRIX, (Extra("PARVIS_MATRIX_ENCRYPTION_KEY", "matrix-encryption", ("nio", "vodozemac")),)),
    ChannelKind("mastodon", MASTODON),
)
