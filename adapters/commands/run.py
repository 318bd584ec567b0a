"""`parvis run`: every channel that has its settings, until told to stop."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from adapters.commands.frame import Refusal, Spoken, base_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.commands.baseservice import BaseInService
    from adapters.commands.starting import Start
    from adapters.commands.words import Words
    from adapters.operations.server import Operations
    from bot.errors import ChannelRevoked
    from bot.ports import Channel, Clock

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
    from contextlib import closing, nullcontext

    from adapters.commands.baseservice import BaseInService, leaving_at_once
    from adapters.serving import Keeping, open_channel, serve
    from bot.clock import SystemClock
    from bot.storage.lock import held

    operation, clock = start.operation, SystemClock()
    with leaving_at_once(), held(operation.folder), closing(Keeping(operation)) as keeping:
        service = BaseInService(words, start.settings, operation, clock, keeping.states, _log_step(words))
        bot = service.bot
        channels = [open_channel(one, operation, bot, clock) for one in start.channels]
        operations = _operations(words, start, service, clock)
        for one in start.channels:
            _LOG.info("%s", words("cli.run_starts", channel=one.kind.name))
        with closing(operations) if operations else nullcontext(), service.watched() as watch:
            revoked = asyncio.run(serve(channels, keeping, bot, operation, clock, watch.nudge, operations))
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


def _operations(words: Words, start: Start, service: BaseInService, clock: Clock) -> Operations | None:
    """What tells how Parvis is, if it is asked to; raises SettingsError if it cannot listen."""
    from adapters.commands.starting import HEALTH
    from bot.registry import split_address

    listen = split_address(start.reading.values.get(HEALTH, ""))
    if listen is None:
        return None
    from adapters.operations.server import open_operations

    channels = tuple(one.kind.name for one in start.channels)
    return open_operations(listen, HEALTH, channels, service.bot, lambda: service.state, clock, words)
