"""`parvis run`: every channel that has its settings, until told to stop."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from adapters.commands.frame import Refusal, Spoken, base_option
from adapters.commands.ready import open_bot

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.commands.starting import Start
    from adapters.commands.words import Words
    from adapters.operations.server import Operations
    from bot.assembly import Bot
    from bot.errors import ChannelRevoked
    from bot.ports import Channel, Clock
    from bot.settings import Settings

__all__ = ["make"]

_LOG = logging.getLogger("parvis.run")


def make(words: Words) -> Spoken:
    """The command."""

    def run(base: str | None, lang: str | None) -> None:  # noqa: ARG001 - read before click, for its own help
        from adapters.commands.starting import check_start, lacking, unknown_in
        from adapters.setup import CHANNELS

        start = check_start(words, os.environ, base, CHANNELS)
        _open_log(start)
        for line in unknown_in(words, start.reading):
            _LOG.warning("%s", line)
        for one in start.lacking:
            _LOG.info("%s", lacking(words, one))
        channels, revoked = _serve(words, start)
        if len(revoked) == len(channels):
            raise Refusal("\n".join(words(error.key, **error.values) for error in revoked))

    return Spoken(words, "run", [base_option(words)], run)


def _serve(words: Words, start: Start) -> tuple[list[Channel], tuple[ChannelRevoked, ...]]:
    import asyncio

    from adapters.serving import Keeping, open_channel, serve
    from bot.clock import SystemClock

    clock, keeping = SystemClock(), Keeping(start.operation)
    try:
        bot = open_bot(words, start.settings, keeping.states, progress=_log_step(words))
        channels = [open_channel(one, start.operation, bot, clock) for one in start.channels]
        operations = _operations(words, start, bot, clock)
        for one in start.channels:
            _LOG.info("%s", words("cli.run_starts", channel=one.kind.name))
        watch = _Watch(words, bot, start.settings)
        revoked = asyncio.run(serve(channels, keeping, bot, start.operation, clock, watch, operations))
    finally:
        keeping.close()
    return channels, revoked


def _open_log(start: Start) -> None:
    from adapters.commands.logs import open_log
    from adapters.registry import REGISTRY

    values = start.reading.values
    form = REGISTRY["PARVIS_LOG_FORMAT"].text(values)
    level = REGISTRY["PARVIS_LOG_LEVEL"].text(values) or "info"
    open_log(start.reading.hidden, form and form.lower(), level.lower())


def _log_step(words: Words) -> Callable[[str, float], None]:
    """What takes long at the start, each step once."""

    def log(step: str, share: float) -> None:
        if share == 0.0:
            _LOG.info("%s", words(f"cli.step_{step}"))

    return log


def _operations(words: Words, start: Start, bot: Bot, clock: Clock) -> Operations | None:
    """What tells how Parvis is, if it is asked to; raises SettingsError if it cannot listen."""
    from adapters.commands.starting import HEALTH
    from bot.registry import split_address

    listen = split_address(start.reading.values.get(HEALTH, ""))
    if listen is None:
        return None
    from adapters.operations.knowledge import Served
    from adapters.operations.server import open_operations

    channels = tuple(one.kind.name for one in start.channels)
    return open_operations(listen, HEALTH, channels, bot, Served(bot, clock), clock, words)


class _Watch:
    """Serves a base that was edited, and says so in the log."""

    def __init__(self, words: Words, bot: Bot, settings: Settings) -> None:
        from adapters.terminal.live import LiveBase
        from bot.knowledge.faults import render
        from bot.reloading import Reloader

        reloader = Reloader(bot.desk, settings.base, cache=settings.cache, target_precision=settings.target_precision)
        self._live = LiveBase(reloader, lambda fault: render(fault, words.language))
        self._words = words

    def __call__(self) -> None:
        for key, values in self._live.news():
            _LOG.info("%s", self._words(f"terminal.{key}", **values))
