"""Calls to a homeserver: what they give away, and how much they take in."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from adapters.matrix import server as server_module
from adapters.matrix.server import Fault, Homeserver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@asynccontextmanager
async def _served(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A server that answers everything with ``answer``; its address."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def test_no_password_follows_a_redirection() -> None:
    """A homeserver taken over, or set up wrongly, cannot send the bot's password on to another address."""
    elsewhere: list[bytes] = []

    async def listen(request: web.Request) -> web.Response:
        elsewhere.append(await request.read())
        return web.json_response({})

    async def check() -> None:
        async with _served(listen) as other:

            async def send_on(request: web.Request) -> web.Response:
                return web.Response(status=307, headers={"Location": f"{other}{request.path}"})

            async with _served(send_on) as first:
                homeserver = Homeserver(first)
                homeserver.token = "the bot's"  # noqa: S105 - of nobody
                try:
                    with pytest.raises(Fault) as caught:
                        await homeserver.post("login", {"password": "of nobody"})
                finally:
                    await homeserver.close()
        assert caught.value.status == 307

    asyncio.run(check())
    assert elsewhere == []


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A homeserver that never stops talking does not fill the machine's memory."""
    monkeypatch.setattr(server_module, "_MOST_BYTES", 1 << 20)
    told = 0

    async def talk(request: web.Request) -> web.StreamResponse:
        nonlocal told
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while told < 1 << 28:
                await response.write(b" " * (1 << 16))
                told += 1 << 16
        except ConnectionError:
            pass  # the bot has hung up
        return response

    async def check() -> None:
        async with _served(talk) as address:
            homeserver = Homeserver(address)
            try:
                with pytest.raises(Fault) as caught:
                    await homeserver.get("sync")
            finally:
                await homeserver.close()
        assert caught.value.code == "TooLong"

    asyncio.run(check())
    assert told < 1 << 27
