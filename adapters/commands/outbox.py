"""`parvis outbox`: what waits and what failed, in numbers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Spoken

if TYPE_CHECKING:
    from adapters.commands.words import Words
    from bot.mailbox import Failure, Mailbox, Tally
    from bot.operating import Operation

__all__ = ["counted", "make"]


def make(words: Words) -> Spoken:
    """The command."""

    def show(lang: str | None) -> None:  # noqa: ARG001 - read before click, for its own help
        from bot.operating import find_operation

        for line in counted(words, find_operation(os.environ)):
            click.echo(line)

    return Spoken(words, "outbox", [], show)


def counted(words: Words, operation: Operation) -> list[str]:
    """What waits and what failed, a line each; raises as Keeping does."""
    import asyncio
    from contextlib import closing

    from adapters.serving import Keeping

    with closing(Keeping(operation)) as keeping:
        tallies, failures = asyncio.run(_read(keeping.mailbox))
    return _lines(words, tallies, failures)


async def _read(mailbox: Mailbox) -> tuple[list[Tally], list[Failure]]:
    return await mailbox.tallies(), await mailbox.failures()


def _lines(words: Words, tallies: list[Tally], failures: list[Failure]) -> list[str]:
    if not any(tally.unanswered or tally.waiting or tally.failed for tally in tallies):
        return [words("cli.outbox_empty")]
    lines = [
        words(
            "cli.outbox_channel",
            channel=tally.channel,
            unanswered=tally.unanswered,
            waiting=tally.waiting,
            failed=tally.failed,
        )
        for tally in tallies
    ]
    return lines + [
        words(
            "cli.outbox_failure",
            channel=failure.channel,
            reason=failure.reason,
            number=failure.number,
            last=failure.last.strftime("%Y-%m-%d %H:%M UTC"),
        )
        for failure in failures
    ]
