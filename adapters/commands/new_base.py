"""`parvis new-base`: a commented base to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Spoken

if TYPE_CHECKING:
    from adapters.commands.words import Words

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(folder: str, name: str, insee: str, lang: str | None) -> None:  # noqa: ARG001 - lang is read beforehand
        from bot.knowledge.starter import write_new_base
        from bot.settings import shipped_base

        path = Path(folder).expanduser()
        write_new_base(path, name, insee, pack=shipped_base("france"))
        click.echo(words("cli.base_made", path=path))

    return Spoken(
        words,
        "new-base",
        [
            click.Argument(["folder"], metavar=words("cli.folder_metavar")),
            click.Option(["--name"], required=True, metavar=words("cli.name_metavar"), help=words("cli.option_name")),
            click.Option(
                ["--insee"], required=True, metavar=words("cli.insee_metavar"), help=words("cli.option_insee")
            ),
        ],
        run,
    )
