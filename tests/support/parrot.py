"""A server that answers everything wrongly, and repeats in its answers all that it was sent and more."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aiohttp import web

__all__ = ["Parrot"]

# In turn: the ways of refusing, and an answer that is none. None says that the token is no longer taken.
_STATUSES = (400, 200, 404, 403, 429, 500, 502, 418)


@dataclass
class Parrot:
    """The server; ``words`` go into every answer. ``said`` counts them."""

    words: str
    said: int = 0
    url: str = ""
    _runner: web.AppRunner | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Listen on a free port."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        sent = f"{request.path_qs} {dict(request.headers)} {await request.text()} {self.words}"
        status = _STATUSES[self.said % len(_STATUSES)]
        self.said += 1
        body = {"errcode": f"M_{sent}", "error": sent, "retry_after_ms": 10, "errors": [sent], sent: sent}
        return web.Response(status=status, text=json.dumps(body), content_type="application/json", reason="no")
