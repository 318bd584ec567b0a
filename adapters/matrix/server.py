"""Calls to a homeserver: one request, one answer, every failure told apart.

No library stands between: matrix-nio retries inside (on a 502, 1,333 times a second) and forgets
where it was.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fault", "Homeserver", "path"]

_PREFIX = "/_matrix/client/v3/"
# Connections: one for receiving, those of answers, and as many for courtesies.
_POOL = 20
# What may be read of one answer: a sync of several hundred rooms takes a few megabytes.
_MOST_BYTES = 200 * 1024 * 1024
_SECONDS = 25.0
# spec.matrix.org, "Standard error response". What is longer or other is somebody's words, and is logged nowhere.
_CODE = re.compile(r"M_[A-Z_]{1,40}")


class Fault(Exception):  # noqa: N818 - says what happened
    """A call that failed. ``status`` 0: no answer at all, or none that can be read.

    ``code`` is Matrix's own ("M_FORBIDDEN"), empty if the answer is not a homeserver's. ``session`` is
    given where the homeserver asks for the password once more.
    """

    def __init__(
        self, status: int, code: str = "", *, retry_after: float | None = None, session: str | None = None
    ) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.session = session


def path(*pieces: str) -> str:
    """A path of which each piece is one name, whatever characters it has."""
    return "/".join(quote(piece, safe="") for piece in pieces)


class Homeserver:
    """The client-server API at ``address``; ``token`` is set once the account is known."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session: aiohttp.ClientSession | None = None
        self.token: str | None = None

    async def get(self, where: str, params: Mapping[str, str] | None = None, seconds: float = _SECONDS) -> Any:
        """What stands at ``where``; raises Fault."""
        return await self._call("GET", where, None, params, seconds)

    async def put(self, where: str, body: Mapping[str, Any]) -> Any:
        """Put ``body`` at ``where``; raises Fault."""
        return await self._call("PUT", where, body, None, _SECONDS)

    async def post(self, where: str, body: Mapping[str, Any], params: Mapping[str, str] | None = None) -> Any:
        """Post ``body`` to ``where``; raises Fault."""
        return await self._call("POST", where, body, params, _SECONDS)

    async def close(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()

    async def _call(
        self,
        method: str,
        where: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
        seconds: float,
    ) -> Any:
        query = "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in params.items()) if params else ""
        url = URL(f"{self._address}{_PREFIX}{where}{query}", encoded=True)
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with asyncio.timeout(seconds):
                async with self._open().request(
                    method, url, data=data, headers=headers, allow_redirects=False
                ) as answer:
                    return _read(answer.status, answer.headers.get("Retry-After"), await _body(answer))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Fault(0, type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        # Made in the loop that uses it, so that a channel can be made outside of one.
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_POOL), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    pieces, length = [], 0
    async for piece in answer.content.iter_chunked(1 << 16):
        pieces.append(piece)
        length += len(piece)
        if length > _MOST_BYTES:
            raise Fault(0, "TooLong")
    return b"".join(pieces)


def _read(status: int, retry_after: str | None, data: bytes) -> Any:
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        read = None
    if status == 200 and isinstance(read, dict):
        return read
    told = read if isinstance(read, dict) else {}
    code, session = told.get("errcode"), told.get("session")
    raise Fault(
        0 if status == 200 else status,
        code if isinstance(code, str) and _CODE.fullmatch(code) else "",
        retry_after=_seconds(told.get("retry_after_ms"), retry_after) if status == 429 else None,
        session=session if isinstance(session, str) else None,
    )


def _seconds(milliseconds: object, header: str | None) -> float:
    """How long a 429 asks to wait; a second if it does not say."""
    if isinstance(milliseconds, int | float) and milliseconds > 0:
        return float(milliseconds) / 1000
    return float(header) if header is not None and header.isascii() and header.isdigit() else 1.0
