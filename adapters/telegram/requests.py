"""Calls over HTTP that keep residents' words out of the log and let no update hold up the others."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
from telegram import Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from adapters.telegram.faults import TROUBLE

if TYPE_CHECKING:
    import ssl

__all__ = ["DiscreetRequest", "PollRequest", "read_update"]


class DiscreetRequest(HTTPXRequest):
    """The library's own, which would log the whole of an answer that it cannot read."""

    def __init__(self, connections: int, seconds: float) -> None:
        """At most ``connections`` at once; ``seconds`` are given to each step of a call."""
        super().__init__(
            connections,
            read_timeout=seconds,
            write_timeout=seconds,
            connect_timeout=seconds,
            pool_timeout=seconds,
            httpx_kwargs={"verify": _trusted()},
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """What ``payload`` says; raises TelegramError if that is not an object with a result or a description."""
        try:
            read = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            read = None
        if not isinstance(read, dict) or not {"result", "description"} & read.keys():
            raise TelegramError("an answer that is none")
        return read


class PollRequest(DiscreetRequest):
    """For ``getUpdates``: an update that cannot be read is handed on as its number alone."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """What ``payload`` says, with only updates that the library can read; raises TelegramError."""
        read = DiscreetRequest.parse_json_payload(payload)
        if "result" in read and not isinstance(read["result"], list):
            raise TelegramError("an answer that is none")
        if "result" in read:
            read["result"] = [kept for raw in read["result"] if (kept := _readable(raw)) is not None]
        return read


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that vouch for servers, read once: it takes 25 ms and some memory."""
    return httpx.create_ssl_context()


def read_update(raw: object) -> Update | None:
    """The update that ``raw`` is, None if it is none or cannot be read."""
    if not isinstance(raw, dict) or type(raw.get("update_id")) is not int:
        return None
    try:
        return Update.de_json(raw, None)
    except TROUBLE:
        return None


def _readable(raw: object) -> object | None:
    if read_update(raw) is not None:
        return raw
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return {"update_id": number} if type(number) is int else None
