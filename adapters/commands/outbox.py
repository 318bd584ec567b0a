"""`parvis outbox`: what waits and what failed, in numbers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Spoken

if TYPE_CHECKING:
    from adapters.commands.words import Words
    from bot.mailbox import Failure, Mailbox, Tally

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def show(lang: str | None) -> None:  # noqa: ARG001 - read before click, for its own help
        import asyncio

        from adapters.serving import Keeping
        from bot.operating import read_operation

        keeping = Keeping(read_operation(os.environ))
        try:
            tallies, failures = asyncio.run(_read(keeping.mailbox))
        finally:
            keeping.close()
        for line in _lines(words, tallies, failures):
            click.echo(line)

    return Spoken(words, "outbox", [], show)


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
