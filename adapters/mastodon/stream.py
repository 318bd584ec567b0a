"""The stream of notifications: a bell that says when to look, and nothing more."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import requests
from mastodon import StreamListener

from adapters.mastodon.faults import TROUBLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.mastodon.client import Client

__all__ = ["Bell"]

_LOG = logging.getLogger("parvis.mastodon")
# Mastodon says something every 15 s (streaming/index.js); after three silences the line is dead.
_SILENCE = 50.0
# Pauses between two connections, in seconds: from the first to the longest, doubled each time.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
# A connection that lasted so long was a good one: the next is made soon.
_GOOD = 60.0


class Bell:
    """Calls ``ring`` from a thread of its own when something may have come, and after each new connection.

    The library's own stream thread ends on an error in a handler, and comes back without a pause, for
    ever, after others; here every end is followed by a pause that grows. Whatever befalls the thread,
    polling goes on without it.
    """

    def __init__(self, connect: Callable[[requests.Session], Client], ring: Callable[[], None]) -> None:
        self._connect = connect
        self._ring = ring
        self._closed = threading.Event()
        self._session = _Session()
        self._thread: threading.Thread | None = None

    def keep(self) -> None:
        """Begin to listen, or again if the thread has ended."""
        if not self._closed.is_set() and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._listen, name="mastodon-stream", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Listen no more; returns at once."""
        self._closed.set()
        self._session.hang_up()

    def _listen(self) -> None:
        client = self._connect(self._session)
        pause = _FIRST_PAUSE
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                client.stream_user_notifications(_Listener(self._ring), timeout=_SILENCE)
                kind = "ended"
            except TROUBLE as error:
                kind = type(error).__name__
            if self._closed.is_set():
                return
            pause = _FIRST_PAUSE if time.monotonic() - began >= _GOOD else min(pause * 2, _LONGEST_PAUSE)
            _LOG.info("mastodon: the stream: %s; again in %.0f s; notifications are polled for meanwhile", kind, pause)
            self._closed.wait(pause)


class _Listener(StreamListener):
    """Rings for whatever comes; what it says is not looked at."""

    def __init__(self, ring: Callable[[], None]) -> None:
        super().__init__()
        self._ring = ring

    def handle_stream(self, response: Any) -> None:
        """Connected: what came meanwhile is looked for."""
        self._ring()
        super().handle_stream(response)  # type: ignore[no-untyped-call]

    def on_any_event(self, name: str, data: object = None, for_stream: object = None) -> None:  # noqa: ARG002
        """Something came."""
        self._ring()


class _Session(requests.Session):
    """Remembers the stream that is open, so that another thread can end it."""

    def __init__(self) -> None:
        super().__init__()
        self._open: requests.Response | None = None
        self._over = False

    def get(self, url: str | bytes, **options: Any) -> requests.Response:
        """As ``requests`` has it."""
        self._open = super().get(url, **options)
        if self._over:  # it was to end while the connection was being made
            _end(self._open)
        return self._open

    def hang_up(self) -> None:
        """Wake whoever reads the stream: it has ended."""
        self._over = True
        if self._open is not None:
            _end(self._open)


def _end(response: requests.Response) -> None:
    try:
        response.raw.shutdown()
    except (AttributeError, OSError, ValueError, RuntimeError) as error:
        _LOG.debug("mastodon: the stream was closed already: %s", type(error).__name__)
