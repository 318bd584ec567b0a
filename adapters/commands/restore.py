"""`parvis restore FILE`: a backup in the place of the database, while no bot runs on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Spoken

if TYPE_CHECKING:
    from adapters.commands.words import Words

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(file: str, lang: str | None) -> None:  # noqa: ARG001 - read before click, for its own help
        from bot.clock import SystemClock
        from bot.operating import read_operation
        from bot.sealing import Sealer
        from bot.storage.backup import restore
        from bot.storage.lock import held

        operation, backup = read_operation(os.environ), Path(file).expanduser()
        with held(operation.folder):
            aside = restore(backup, operation.database, Sealer(operation.secret), SystemClock().now())
        click.echo(words("cli.restore_done", path=backup))
        if aside is not None:
            click.echo(words("cli.restore_aside", path=aside))

    return Spoken(words, "restore", [click.Argument(["file"], metavar=words("cli.file_metavar"))], run)
