"""`parvis export`: all that is kept of one resident, or what is learned from, without anyone in it."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Refusal, Spoken
from adapters.setup import CHANNELS

if TYPE_CHECKING:
    from adapters.commands.words import Words
    from bot.operating import Operation

__all__ = ["make"]

_OWNER_ONLY = 0o600


def make(words: Words) -> Spoken:
    """The command."""

    def run(asker: str | None, learning: str | None, lang: str | None) -> None:  # noqa: ARG001 - lang is read beforehand
        from bot.operating import find_operation

        if (asker is None) == (learning is None):
            raise Refusal(words("cli.export_which"))
        operation = find_operation(os.environ)
        if asker is not None:
            _resident(words, operation, asker)
        elif learning is not None:
            _learning(words, operation, learning)

    return Spoken(
        words,
        "export",
        [
            click.Option(["--asker"], metavar=words("cli.asker_metavar"), help=words("cli.option_asker")),
            click.Option(["--learning"], metavar=words("cli.file_metavar"), help=words("cli.option_learning")),
        ],
        run,
    )


def _resident(words: Words, operation: Operation, asker: str) -> None:
    from adapters.serving import Keeping
    from bot.delivery.names import Names
    from bot.sealing import Sealer
    from bot.storage.exporting import export_resident

    channel, _, account = asker.partition(":")
    known = [kind.name for kind in CHANNELS]
    if channel not in known or not account.strip():
        raise Refusal(words("cli.export_bad_asker", value=asker, channels=", ".join(known)))
    pseudonym = Names(channel, operation.secret).asker(account.strip())
    sealer = Sealer(operation.secret)
    with closing(Keeping(operation)) as keeping:
        found = keeping.file.run(lambda database: export_resident(database, pseudonym, sealer.open))
    click.echo(json.dumps({"channel": channel, "pseudonym": pseudonym, **found}, ensure_ascii=False, indent=2))


def _learning(words: Words, operation: Operation, file: str) -> None:
    from adapters.serving import Keeping
    from bot.storage.exporting import export_learning

    with closing(Keeping(operation)) as keeping:
        rows = keeping.file.run(lambda database: [*export_learning(database)])
    lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    if file == "-":
        sys.stdout.write(lines)
        return
    path = Path(file).expanduser()
    try:
        new = path.with_name(f".{path.name}.new")
        handle = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, _OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            target.write(lines)
        new.replace(path)
    except OSError as error:
        raise Refusal(words("cli.report_unwritable", path=path, detail=error.strerror)) from error
    click.echo(words("cli.export_written", number=len(rows), path=path))
