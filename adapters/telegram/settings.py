"""What the operator decides of Telegram, checked before anything is called."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.registry import REGISTRY
from bot.registry import split_address

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OFFICIAL_PAGE", "TOKEN", "TelegramSettings", "Webhook", "read_telegram"]

TOKEN = "PARVIS_TELEGRAM_TOKEN"  # noqa: S105 - the setting's name
OFFICIAL_PAGE = "PARVIS_TELEGRAM_OFFICIAL_PAGE"
_API = "PARVIS_TELEGRAM_API_URL"
_WEBHOOK = "PARVIS_TELEGRAM_WEBHOOK_URL"
_LISTEN = "PARVIS_TELEGRAM_WEBHOOK_LISTEN"
_SECRET = "PARVIS_TELEGRAM_WEBHOOK_SECRET"  # noqa: S105 - the setting's name
_PUBLIC_API = "https://api.telegram.org"
_MADE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram brings updates: the public ``url``, what is listened on, the ``secret`` it shows."""

    url: str
    host: str
    port: int
    secret: str = field(repr=False)

    @property
    def path(self) -> str:
        """The path of ``url``."""
        return urlsplit(self.url).path or "/"


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """The settings of the channel. ``api`` is the Bot API's address; without ``webhook`` updates are polled for."""

    token: str = field(repr=False)
    api: str = _PUBLIC_API
    official_page: str | None = None
    webhook: Webhook | None = None


def read_telegram(settings: Mapping[str, str]) -> TelegramSettings:
    """The settings given; raises SettingsError at the first that is wrong. No message quotes a secret."""
    return TelegramSettings(
        token=REGISTRY[TOKEN].parse(settings[TOKEN]),
        api=(REGISTRY[_API].text(settings) or _PUBLIC_API).rstrip("/"),
        official_page=REGISTRY[OFFICIAL_PAGE].text(settings),
        webhook=_webhook(settings),
    )


def _webhook(settings: Mapping[str, str]) -> Webhook | None:
    url = REGISTRY[_WEBHOOK].text(settings)
    if url is None:
        return None
    secret = REGISTRY[_SECRET].text(settings) or secrets.token_urlsafe(_MADE_BYTES)
    host, port = split_address(REGISTRY[_LISTEN].text(settings) or "") or ("", 0)
    return Webhook(url, host, port, secret)
