"""`parvis backup FILE`: a proven copy of the database, made while the bot runs."""

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
        from bot.operating import read_operation
        from bot.sealing import Sealer
        from bot.storage.backup import back_up

        operation, target = read_operation(os.environ, make=False), Path(file).expanduser()
        back_up(operation.database, target, Sealer(operation.secret))
        click.echo(words("cli.backup_made", path=target, size=f"{target.stat().st_size:,}".replace(",", " ")))

    return Spoken(words, "backup", [click.Argument(["file"], metavar=words("cli.file_metavar"))], run)
