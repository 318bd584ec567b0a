"""Updates that Telegram brings: told apart from forgeries, on the disk, then acknowledged."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from telegram.error import InvalidToken

from adapters.telegram.faults import TROUBLE
from adapters.telegram.polling import ALLOWED
from adapters.telegram.requests import read_update
from bot.errors import SendFailed, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import datetime

    from telegram import Bot, Update, WebhookInfo

    from adapters.telegram.inbound import Received
    from adapters.telegram.settings import Webhook
    from bot.ports import Receiver

__all__ = ["SECRET_HEADER", "Route", "serve_webhook", "told_complaint"]

_LOG = logging.getLogger("parvis.telegram")
# setWebhook, secret_token.
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
# An update is a few kilobytes; what is larger is not Telegram's.
_LARGEST = 2**20
# Seconds between two looks at how Telegram finds the webhook: three fit into the supervisor's silence.
_LOOK = 60.0
# One at a time: side by side, two messages of one resident could change places.
_CONNECTIONS = 1
_CLOSING = 2.0
# What getWebhookInfo says in last_error_message, as seen in public reports.
_COMPLAINTS = (
    "Wrong response from the webhook",
    "Connection refused",
    "Connection reset by peer",
    "Connection timed out",
    "Failed to resolve host",
    "Network is unreachable",
    "No route to host",
    "Read timeout expired",
    "SSL error",
)


class Route:
    """The webhook's one route. ``failed`` is set when an update could not be kept."""

    def __init__(
        self,
        secret: str,
        receiver: Receiver,
        read: Callable[[Update], Received],
        taken: Callable[[Sequence[Received]], None],
    ) -> None:
        self._secret = secret.encode()
        self._receiver = receiver
        self._read = read
        self._taken = taken
        self._turn = asyncio.Lock()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def handle(self, request: web.Request) -> web.Response:
        """200 once the update is on the disk; 403 without the secret; 503 if it could not be kept."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        try:
            update = read_update(json.loads(await request.read()))
        except ValueError:
            update = None
        if update is None:
            # Refused, it would come again for a day, and hold up all others.
            _LOG.warning("telegram: an update that cannot be read was left out")
            return web.Response()
        async with self._turn:
            return await self._take([self._read(update)])

    async def _take(self, batch: list[Received]) -> web.Response:
        try:
            # The cursor is the polls': left where it is, nothing is lost by going back to them.
            await self._receiver.take([one.event for one in batch if one.event is not None])
        except StorageError as error:
            if not self.failed.done():
                self.failed.set_exception(error)
            return web.Response(status=503)
        self._taken(batch)
        return web.Response()


async def serve_webhook(
    bot: Bot,
    webhook: Webhook,
    receiver: Receiver,
    read: Callable[[Update], Received],
    taken: Callable[[Sequence[Received]], None],
) -> None:
    """Listen until cancelled; raises StorageError if an update could not be kept, SendFailed if it cannot listen."""
    route = Route(webhook.secret, receiver, read, taken)
    async with _listening(webhook, route):
        # What waits is never dropped.
        await bot.set_webhook(
            webhook.url,
            secret_token=webhook.secret,
            allowed_updates=ALLOWED,
            max_connections=_CONNECTIONS,
            drop_pending_updates=False,
        )
        receiver.polled()
        complaint: datetime | None = None
        while not route.failed.done():
            await asyncio.wait({route.failed}, timeout=_LOOK)
            if route.failed.done():
                break
            complaint = await _look(bot, webhook, receiver, complaint)
        route.failed.result()


@asynccontextmanager
async def _listening(webhook: Webhook, route: Route) -> AsyncIterator[None]:
    application = web.Application(client_max_size=_LARGEST)
    application.router.add_post(webhook.path, route.handle)
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=_CLOSING)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, webhook.host, webhook.port).start()
        except OSError as error:
            raise SendFailed(f"cannot listen on {webhook.host}:{webhook.port} ({error.strerror})") from None
        yield
    finally:
        await runner.cleanup()
        if route.failed.done():
            route.failed.exception()  # seen, even if something else ended the serving


async def _look(bot: Bot, webhook: Webhook, receiver: Receiver, complaint: datetime | None) -> datetime | None:
    """How Telegram finds the webhook; its last complaint, told to the operator once."""
    try:
        info = await bot.get_webhook_info()
    except InvalidToken:
        raise
    except TROUBLE as error:
        # It may still bring updates. If it does not for long, the supervisor starts again.
        _LOG.warning("telegram: no news of the webhook: %s", type(error).__name__)
        return complaint
    if info.url != webhook.url:
        raise SendFailed("another program has changed the webhook")
    receiver.polled()
    return _told(info, complaint)


def _told(info: WebhookInfo, complaint: datetime | None) -> datetime | None:
    if info.last_error_date is not None and info.last_error_date != complaint:
        _LOG.warning("telegram: it could not reach the webhook: %s", told_complaint(info.last_error_message or ""))
    return info.last_error_date


def told_complaint(complaint: str) -> str:
    """Telegram's complaint, if it is one of those it is known to make: its words might be anything."""
    known = next((words for words in _COMPLAINTS if complaint.startswith(words)), None)
    status = re.search(r"\b[1-5]\d\d\b", complaint)
    return (known or "for a reason of its own") + (f" ({status[0]})" if status else "")
