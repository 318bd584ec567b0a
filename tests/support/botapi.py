"""A small Bot API on loopback, held against aiogram's models of the Bot API, which are not ours.

Only its behaviour is written here: queue and offsets, 409, 429, 403, edits, presses, the webhook.
Run as a program it keeps a log, so that the bot may be killed while it goes on: ``python botapi.py <folder>``
writes its port to ``<folder>/port`` and every message shown to ``<folder>/shown.jsonl``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiogram.methods
import aiohttp
from aiogram.methods.base import Response
from aiogram.types import Update
from aiohttp import web
from apirules import Refused, check_markup, checked_text, extras, read_params
from fakenet import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "123456:the-token_of-Ville-d-Essai"  # noqa: S105 - of nobody
ME = {"id": 123456, "is_bot": True, "first_name": "Ville-d'Essai", "username": "VilleDEssaiBot"}
_STATUS = {Trouble.PAUSED: 429, Trouble.REVOKED: 401}


@dataclass
class BotApi:
    """The server. ``problems`` lists what broke the Bot API's own rules: it stays empty."""

    retry_after: int = 3
    latency: float = 0.0
    trouble: Trouble = Trouble.NONE
    troubles_of: dict[str, Trouble] = field(default_factory=dict)  # by method
    slips: int = 0  # answers 401 so many times, then no more
    stumbles: bool = False  # every message is a bad request
    impatient: bool = False  # polls are answered at once, and offsets are not heeded
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    webhook: dict[str, Any] | None = None
    next_update: int = 700
    refused: int = 0
    note: Callable[[dict[str, Any]], None] | None = None

    def __post_init__(self) -> None:
        self._arrived = asyncio.Event()
        self._poller: asyncio.Event | None = None
        self._runner: web.AppRunner | None = None
        self.url = ""

    # The server itself.

    async def start(self) -> None:
        """Listen on a free port."""
        application = web.Application()
        application.router.add_post("/bot{token}/{method}", self._answer)
        application.router.add_post("/told", self._told)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of each call of ``method``."""
        return [params for name, params in self.calls if name == method]

    # What residents do.

    def add(self, update: dict[str, Any], *, sound: bool = True) -> int:
        """Queue an update; ``sound`` ones are held against the models. Its number."""
        number = self.next_update
        self.next_update += 1
        update = {"update_id": number, **update}
        if sound:
            self._check(Update.model_validate(update), f"update {update}")
        self.queue.append(update)
        self._arrived.set()
        return number

    async def deliver(self) -> list[int]:
        """Bring what waits to the webhook, as Telegram does; what is not taken stays. The answers."""
        statuses: list[int] = []
        async with aiohttp.ClientSession() as session:
            while self.queue and self.webhook is not None:
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
                async with session.post(self.webhook["url"], json=self.queue[0], headers=headers) as reply:
                    statuses.append(reply.status)
                if statuses[-1] != 200:
                    break
                del self.queue[0]
        return statuses

    # What the bot asks.

    async def _told(self, request: web.Request) -> web.Response:
        return web.json_response({"number": self.add(await request.json())})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        trouble = self.troubles_of.get(name, self.trouble)
        if trouble is Trouble.DOWN:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if trouble is Trouble.HANGING:
            await asyncio.Event().wait()
        if trouble is Trouble.BAD_GATEWAY:
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if trouble is Trouble.GARBAGE:
            return web.json_response({"surprise": []})
        try:
            result = await self._result(request, name, trouble)
        except Refused as refused:
            return self._refusal(refused)
        payload = {"ok": True, "result": result}
        model = getattr(aiogram.methods, name[0].upper() + name[1:])
        if name != "getUpdates":  # its updates were held against the models when they came
            self._check(Response[model.__returning__].model_validate(payload), f"answer of {name}")
        if name == "sendMessage":
            await asyncio.sleep(self.latency)  # shown, but the bot does not know it yet
        return web.json_response(payload)

    def _refusal(self, refused: Refused) -> web.Response:
        self.refused += 1
        payload = {"ok": False, "error_code": refused.code, "description": refused.description}
        if refused.parameters:
            payload["parameters"] = refused.parameters
        self._check(Response[bool].model_validate(payload), "refusal")
        return web.json_response(payload, status=refused.code)

    async def _result(self, request: web.Request, name: str, trouble: Trouble) -> Any:
        if request.match_info["token"] != TOKEN or trouble is Trouble.REVOKED:
            raise Refused(401, "Unauthorized")
        if self.slips:
            self.slips -= 1
            raise Refused(401, "Unauthorized")
        if trouble is Trouble.PAUSED:
            raise Refused(429, f"Too Many Requests: retry after {self.retry_after}", {"retry_after": self.retry_after})
        params, model, unknown = read_params(name, await request.post())
        self.problems += unknown
        self._check(model, f"call of {name}")
        self.calls.append((name, params))
        return await getattr(self, f"_{name}")(params)

    def _check(self, model: Any, what: str) -> None:
        self.problems += [f"{what}: {name}" for name in extras(model)]

    async def _getMe(self, _: dict[str, Any]) -> Any:  # noqa: N802 - as Telegram names it
        return ME

    async def _getUpdates(self, params: dict[str, Any]) -> Any:  # noqa: N802
        if self.webhook is not None:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._poller is not None:
            self._poller.set()
        mine = self._poller = asyncio.Event()
        offset = params.get("offset", 0)
        if not self.impatient:
            self.queue = [one for one in self.queue if one["update_id"] >= offset]
        if not self.queue and not self.impatient:
            self._arrived.clear()
            waiters = [asyncio.ensure_future(event.wait()) for event in (self._arrived, mine)]
            await asyncio.wait(waiters, timeout=params["timeout"], return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()
        if mine.is_set():
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        allowed = {"update_id", *params["allowed_updates"]}
        return [one for one in self.queue[: params["limit"]] if one.keys() <= allowed or "surprise" in one]

    async def _sendMessage(self, params: dict[str, Any]) -> Any:  # noqa: N802
        self._admit(params)
        if self.stumbles:
            raise Refused(400, f"Bad Request: can't parse {params['text']} for {params['chat_id']}")
        message = self._message(params) | checked_text(params) | check_markup(params)
        self.shown.append({**params, "message_id": message["message_id"]})
        if self.note is not None:
            self.note(self.shown[-1])
        return message

    async def _sendVenue(self, params: dict[str, Any]) -> Any:  # noqa: N802
        self._admit(params)
        point = {"latitude": params["latitude"], "longitude": params["longitude"]}
        venue = {"location": point, "title": params["title"], "address": params["address"]}
        return self._message(params) | {"location": point, "venue": venue}

    async def _editMessageText(self, params: dict[str, Any]) -> Any:  # noqa: N802
        self._admit(params)
        old = self._find(params)
        new = checked_text(params) | check_markup(params)
        same = all(old.get(name) == params.get(name) for name in ("text", "entities", "reply_markup"))
        if same:
            raise Refused(400, "Bad Request: message is not modified: specified new message content is the same")
        for name in ("text", "entities", "reply_markup"):
            old[name] = params.get(name)
        return self._message(params) | {"message_id": params["message_id"], "edit_date": 1763640001} | new

    async def _editMessageReplyMarkup(self, params: dict[str, Any]) -> Any:  # noqa: N802
        self._find(params)["reply_markup"] = params.get("reply_markup")
        return True

    async def _ok(self, _: dict[str, Any]) -> Any:
        return True

    _sendChatAction = _setMyCommands = _answerCallbackQuery = _ok  # noqa: N815

    async def _setWebhook(self, params: dict[str, Any]) -> Any:  # noqa: N802
        self.webhook = params
        return True

    async def _deleteWebhook(self, params: dict[str, Any]) -> Any:  # noqa: N802
        self.webhook = None
        if params.get("drop_pending_updates"):
            self.problems.append("what waited was dropped")
        return True

    async def _getWebhookInfo(self, _: dict[str, Any]) -> Any:  # noqa: N802
        url = self.webhook["url"] if self.webhook is not None else ""
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.queue)}

    def _admit(self, params: dict[str, Any]) -> None:
        chat = params["chat_id"]
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat in self.moved:
            moved = {"migrate_to_chat_id": self.moved[chat]}
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)

    def _find(self, params: dict[str, Any]) -> dict[str, Any]:
        for one in self.shown:
            if (one["chat_id"], one["message_id"]) == (params["chat_id"], params["message_id"]):
                return one
        raise Refused(400, "Bad Request: message to edit not found")

    def _message(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = params["chat_id"]
        kind = {"type": "private"} if chat > 0 else {"type": "supergroup", "title": "Le quartier"}
        number = 10_000 + len(self.calls)
        return {"message_id": number, "date": 1763640000, "chat": {"id": chat, **kind}, "from": ME}


async def _serve(folder: Path) -> None:
    with (folder / "shown.jsonl").open("a", encoding="utf-8") as log:

        def note(message: dict[str, Any]) -> None:
            log.write(json.dumps({**message, "at": time.time()}) + "\n")
            log.flush()

        api = BotApi(latency=0.2, note=note)
        await api.start()
        await asyncio.to_thread((folder / "port").write_text, api.url)
        while True:
            await asyncio.sleep(1.0)
            await asyncio.to_thread((folder / "problems").write_text, "\n".join(api.problems))


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
