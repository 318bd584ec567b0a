"""The three pages operators' programs read: /healthz, /readyz, /metrics."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from adapters.operations.knowledge import freshness_of
from adapters.operations.metrics import CONTENT_TYPE, Figures
from bot.errors import SettingsError, StorageError
from bot.knowledge.faults import render
from bot.standing import ChannelState

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from starlette.requests import Request

    from bot.assembly import Bot
    from bot.delivery.office import PostOffice
    from bot.knowledge.state import KnowledgeState, Refused
    from bot.mailbox import Tally
    from bot.ports import Clock
    from bot.standing import ChannelStanding

__all__ = ["Operations", "open_operations"]

_NOT_READY = 503
# Monitoring asks every few seconds, one page at a time; more at once is somebody else.
_AT_ONCE = 16
_CLOSING = 1
_BACKLOG = 64


class Teller(Protocol):
    """Says the sentences of the voice in the operators' language."""

    @property
    def language(self) -> str:
        """That language."""
        ...

    def __call__(self, key: str, **values: object) -> str:
        """The sentence ``key``."""
        ...


@dataclass(frozen=True, slots=True)
class _Now:
    """How Parvis is at one moment; ``tallies`` None if the disk cannot be read. ``reasons`` not to be ready."""

    standings: list[ChannelStanding]
    tallies: list[Tally] | None
    reasons: list[str]


class Operations:
    """Answers on a socket that listens already."""

    def __init__(
        self,
        listening: socket.socket,
        figures: Figures,
        bot: Bot,
        knowledge: Callable[[], KnowledgeState],
        clock: Clock,
        say: Teller,
    ) -> None:
        """``knowledge`` tells of the version that answers; ``say`` a sentence of the voice to operators."""
        self._listening = listening
        self._figures = figures
        self._bot = bot
        self._knowledge = knowledge
        self._clock = clock
        self._say = say

    @property
    def observer(self) -> Figures:
        """Who keeps the figures."""
        return self._figures

    @property
    def address(self) -> tuple[str, int]:
        """What is listened on: a number of the machine's and a port."""
        host, port = self._listening.getsockname()[:2]
        return host, port

    def close(self) -> None:
        """Listen no more."""
        self._listening.close()

    async def serve(self, office: PostOffice) -> None:
        """Answer until cancelled."""
        config = uvicorn.Config(
            self._pages(office),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            limit_concurrency=_AT_ONCE,
            timeout_graceful_shutdown=_CLOSING,
        )
        server = _Server(config)
        # A copy: the server closes what it is given, and may have to be started again.
        task = asyncio.ensure_future(server.serve(sockets=[self._listening.dup()]))
        try:
            await asyncio.wait({task})
            task.result()
        finally:
            server.should_exit = True
            await asyncio.wait({task}, timeout=_CLOSING)
            task.cancel()

    def _pages(self, office: PostOffice) -> Starlette:
        async def healthz(_request: Request) -> Response:
            return PlainTextResponse("ok\n")

        async def readyz(_request: Request) -> Response:
            now = await self._now(office)
            return JSONResponse(self._told(now), status_code=_NOT_READY if now.reasons else 200)

        async def metrics(_request: Request) -> Response:
            self._show(await self._now(office))
            return Response(self._figures.written(), media_type=CONTENT_TYPE)

        return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])

    async def _now(self, office: PostOffice) -> _Now:
        standings = office.standings()
        reasons = [
            self._say(f"operator.ready_{one.state.value}", channel=one.name)
            for one in standings
            if one.state is not ChannelState.WELL
        ]
        try:
            return _Now(standings, await office.tallies(), reasons)
        except StorageError:
            return _Now(standings, None, [*reasons, self._say("operator.ready_storage")])

    def _told(self, now: _Now) -> dict[str, Any]:
        knowledge = self._knowledge()
        return {
            "ready": not now.reasons,
            "reasons": now.reasons,
            "channels": {
                one.name: {
                    "state": one.state.value,
                    "seconds_since_last_poll": None if one.age is None else round(one.age, 1),
                }
                for one in now.standings
            },
            "knowledge": {
                "version": knowledge.version,
                "since": knowledge.since.isoformat(timespec="seconds"),
                "entries": len(self._bot.base.entries),
                "rolled_back": knowledge.rolled_back,
                "refused": None if knowledge.refused is None else self._refused(knowledge.refused),
            },
        }

    def _refused(self, refused: Refused) -> dict[str, Any]:
        return {
            "at": refused.at.isoformat(timespec="seconds"),
            "faults": [
                {
                    "file": fault.location.file.as_posix(),
                    "line": fault.location.line,
                    "message": render(fault, self._say.language),
                }
                for fault in refused.faults
            ],
        }

    def _show(self, now: _Now) -> None:
        moment = self._clock.now()
        self._figures.show_channels(now.standings, ready=not now.reasons)
        if now.tallies is not None:
            self._figures.show_mail(now.tallies, moment)
        self._figures.show_knowledge(self._knowledge(), freshness_of(self._bot.base, self._clock), moment)


def open_operations(
    listen: tuple[str, int],
    setting: str,
    channels: tuple[str, ...],
    bot: Bot,
    knowledge: Callable[[], KnowledgeState],
    clock: Clock,
    say: Teller,
) -> Operations:
    """Listen on ``listen``, as ``setting`` says; raises SettingsError if that cannot be."""
    host, port = listen
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        value, detail = f"{host}:{port}", error.strerror or type(error).__name__
        raise SettingsError("operator.cannot_listen", setting=setting, value=value, detail=detail) from error
    return Operations(listening, Figures(channels, bot.base.city.languages), bot, knowledge, clock, say)


class _Server(uvicorn.Server):
    """Leaves signals to Parvis, which ends in its own order."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield
