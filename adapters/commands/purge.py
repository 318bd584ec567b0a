"""`parvis purge`: what is too old goes now; with --all, everything that is kept of residents."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Refusal, Spoken

if TYPE_CHECKING:
    from adapters.commands.words import Words
    from bot.operating import Operation

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(everything: bool, sure: bool, lang: str | None) -> None:  # noqa: ARG001 - lang is read beforehand
        from bot.operating import find_operation

        operation = find_operation(os.environ)
        (_everything if everything else _old)(words, operation, sure)

    return Spoken(
        words,
        "purge",
        [
            click.Option(["--all", "everything"], is_flag=True, help=words("cli.option_all")),
            click.Option(["--yes", "sure"], is_flag=True, help=words("cli.option_yes")),
        ],
        run,
    )


def _old(words: Words, operation: Operation, _: bool) -> None:
    from adapters.serving import Keeping
    from bot.clock import SystemClock
    from bot.storage.leaving import count_rows, purge_all

    with closing(Keeping(operation)) as keeping:
        before = keeping.file.run(count_rows)
        now = SystemClock().now()
        keeping.file.run(lambda database: purge_all(database, operation.database, now, operation.retention))
        left = keeping.file.run(count_rows)
    click.echo(words("cli.purge_done", number=before - left, left=left, days=operation.retention.days))


def _everything(words: Words, operation: Operation, sure: bool) -> None:
    from adapters.serving import Keeping
    from bot.storage.leaving import forget_everyone

    with closing(Keeping(operation)) as keeping:
        if not sure:
            click.echo(words("cli.purge_all_warning", path=operation.database))
            click.echo(words("cli.purge_all_question", word=words("cli.purge_all_word")), nl=False)
            if sys.stdin.readline().strip().lower() != words("cli.purge_all_word"):
                raise Refusal(words("cli.purge_all_kept"))
        keeping.file.run(lambda database: forget_everyone(database, operation.database))
    click.echo(words("cli.purge_all_done"))
