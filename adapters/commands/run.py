"""`parvis run`: every channel that has its settings, until told to stop."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from adapters.commands.frame import Refusal, Spoken, base_option
from adapters.commands.ready import settings_for

if TYPE_CHECKING:
    from adapters.commands.words import Words
    from adapters.serving import Found

__all__ = ["make"]

_LOG = logging.getLogger("parvis.run")
# A setting whose name says that it is one is never logged.
_SECRETS = ("TOKEN", "PASSWORD", "SECRET", "KEY")


def make(words: Words) -> Spoken:
    """The command."""

    def run(base: str | None, lang: str | None) -> None:  # noqa: ARG001 - read before click, for its own help
        import asyncio
        from contextlib import closing

        from adapters.commands.baseservice import BaseInService, leaving_at_once
        from adapters.commands.logs import open_log
        from adapters.serving import Keeping, find_channels, open_channel, serve
        from adapters.setup import CHANNELS
        from bot.clock import SystemClock
        from bot.operating import read_operation
        from bot.storage.lock import held

        settings, found = settings_for(base), find_channels(CHANNELS, os.environ)
        ready = [one for one in found if not one.missing]
        if not ready:
            raise Refusal("\n".join([words("cli.run_no_channel"), *(_lacking(words, one) for one in found)]))
        operation, clock = read_operation(os.environ), SystemClock()
        open_log([operation.secret.decode(), *_secrets(ready)])
        with leaving_at_once(), held(operation.folder), closing(Keeping(operation)) as keeping:
            service = BaseInService(words, settings, operation, clock, keeping.states)
            channels = [open_channel(one, operation, service.bot, clock) for one in ready]
            for one in found:
                _LOG.info("%s", _lacking(words, one) if one.missing else words("cli.run_starts", channel=one.kind.name))
            with service.watched() as watch:
                revoked = asyncio.run(serve(channels, keeping, service.bot, operation, clock, watch.nudge))
        if len(revoked) == len(channels):
            raise Refusal("\n".join(words(error.key, **error.values) for error in revoked))

    return Spoken(words, "run", [base_option(words)], run)


def _lacking(words: Words, found: Found) -> str:
    return words("cli.run_lacks", channel=found.kind.name, missing=", ".join(found.missing))


def _secrets(ready: list[Found]) -> list[str]:
    return [value for one in ready for name, value in one.settings.items() if name.endswith(_SECRETS)]
