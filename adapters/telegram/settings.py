"""What the operator decides of Telegram, checked before anything is called."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import SettingsError

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
_USUAL_LISTEN = "127.0.0.1:8080"
# "Authorizing your bot", core.telegram.org/bots/api: the bot's number, a colon, a secret.
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
# setWebhook, secret_token: 1 to 256 of these; under 16 it could be guessed (see MIN_KEY_BYTES in bot.privacy).
_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")
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
    token = settings[TOKEN]
    if not _TOKEN.fullmatch(token):
        raise SettingsError("telegram.bad_token", setting=TOKEN)
    page = settings.get(OFFICIAL_PAGE)
    return TelegramSettings(
        token=token,
        api=_url(settings.get(_API, _PUBLIC_API), _API).rstrip("/"),
        official_page=None if page is None else _url(page, OFFICIAL_PAGE),
        webhook=_webhook(settings),
    )


def _webhook(settings: Mapping[str, str]) -> Webhook | None:
    url = settings.get(_WEBHOOK)
    if url is None:
        return None
    # setWebhook takes https only; a loopback address is for a Bot API server on the same machine.
    if urlsplit(_url(url, _WEBHOOK)).scheme != "https" and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise SettingsError("telegram.bad_url", setting=_WEBHOOK, value=url)
    secret = settings.get(_SECRET) or secrets.token_urlsafe(_MADE_BYTES)
    if not _SECRET_TOKEN.fullmatch(secret):
        raise SettingsError("telegram.bad_secret", setting=_SECRET)
    host, _, port = settings.get(_LISTEN, _USUAL_LISTEN).rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise SettingsError("telegram.bad_listen", setting=_LISTEN, value=settings.get(_LISTEN, ""))
    return Webhook(url, host.strip("[]"), int(port), secret)


def _url(value: str, setting: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise SettingsError("telegram.bad_url", setting=setting, value=value)
    return value
