"""`parvis schema`: the JSON Schemas that editors use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Refusal, Spoken

if TYPE_CHECKING:
    from adapters.commands.words import Words

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(folder: str, lang: str | None) -> None:  # noqa: ARG001 - lang is read beforehand
        from bot.knowledge.schema import write_schemas

        path = Path(folder).expanduser()
        try:
            write_schemas(path)
        except OSError as error:
            raise Refusal(words("cli.folder_unwritable", path=path, detail=error.strerror)) from error
        click.echo(words("cli.schema_written", path=path))

    argument = click.Argument(
        ["folder"], required=False, default="knowledge/schema", metavar=f"[{words('cli.folder_metavar')}]"
    )
    return Spoken(words, "schema", [argument], run)
