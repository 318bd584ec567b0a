"""`parvis run`: every channel that has its settings, until told to stop."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from adapters.commands.frame import Refusal, Spoken, base_option
from adapters.commands.ready import open_bot, settings_for

if TYPE_CHECKING:
    from adapters.commands.words import Words
    from adapters.serving import Found
    from bot.assembly import Bot
    from bot.settings import Settings

__all__ = ["make"]

_LOG = logging.getLogger("parvis.run")
# A setting whose name says that it is one is never logged.
_SECRETS = ("TOKEN", "PASSWORD", "SECRET", "KEY")


def make(words: Words) -> Spoken:
    """The command."""

    def run(base: str | None, lang: str | None) -> None:  # noqa: ARG001 - read before click, for its own help
        import asyncio

        from adapters.commands.logs import open_log
        from adapters.serving import Keeping, find_channels, open_channel, serve
        from adapters.setup import CHANNELS
        from bot.clock import SystemClock
        from bot.operating import read_operation

        settings, found = settings_for(base), find_channels(CHANNELS, os.environ)
        ready = [one for one in found if not one.missing]
        if not ready:
            raise Refusal("\n".join([words("cli.run_no_channel"), *(_lacking(words, one) for one in found)]))
        operation, clock = read_operation(os.environ), SystemClock()
        open_log([operation.secret.decode(), *_secrets(ready)])
        keeping = Keeping(operation)
        try:
            bot = open_bot(words, settings, keeping.states)
            channels = [open_channel(one, operation, bot, clock) for one in ready]
            for one in found:
                _LOG.info("%s", _lacking(words, one) if one.missing else words("cli.run_starts", channel=one.kind.name))
            watch = _Watch(words, bot, settings)
            revoked = asyncio.run(serve(channels, keeping, bot, operation, clock, watch))
        finally:
            keeping.close()
        if len(revoked) == len(channels):
            raise Refusal("\n".join(words(error.key, **error.values) for error in revoked))

    return Spoken(words, "run", [base_option(words)], run)


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


def _lacking(words: Words, found: Found) -> str:
    return words("cli.run_lacks", channel=found.kind.name, missing=", ".join(found.missing))


def _secrets(ready: list[Found]) -> list[str]:
    return [value for one in ready for name, value in one.settings.items() if name.endswith(_SECRETS)]
