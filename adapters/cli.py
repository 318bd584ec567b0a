"""The command line: `parvis` and its commands, and how each of them ends."""

from __future__ import annotations

import io
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands import (
    ask,
    backup,
    chat,
    check,
    export,
    golden,
    health,
    mastodon_setup,
    new_base,
    outbox,
    privacy,
    purge,
    restore,
    rollback,
    run,
    schema,
    settings,
    status,
)
from adapters.commands.frame import Programme, usage_fault
from adapters.commands.words import Words
from bot.errors import KnowledgeError, OperatorError, ParvisError, SettingsError
from bot.settings import read_language
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "programme"]

# What a shell reports for a program ended by Ctrl-C: 128 + SIGINT.
_INTERRUPTED = 130
_WRONG = 2
# Commands that do not end at a language that is not spoken: the first two name it among all other faults of the
# settings, the third is asked by programs.
_TELLS_ALL = {"run", "settings", "health"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in ``arguments`` (by default the process's own) and return its exit code.

    0: fine; 1: a check or a test that fails; 2: a setting, a command or a base that is
    wrong, with one message on stderr; 130: Ctrl-C.
    """
    try:
        _open_streams()
        # What goes wrong is told by the command, in the language of staff; a log would say it twice, in English.
        logging.getLogger("parvis").addHandler(logging.NullHandler())
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_pipe()
        return 0
    except KeyboardInterrupt:
        if sys.stdout.isatty():
            sys.stdout.write("\n")  # the shell's next prompt begins on a line of its own
        return _INTERRUPTED
    except OSError as error:
        _leave_pipe()
        return _complain(f"parvis: {error.strerror}")
    return code


def programme(words: Words) -> Programme:
    """The whole command line, speaking through ``words``."""
    commands = [
        module.make(words)
        for module in (
            chat,
            ask,
            run,
            settings,
            status,
            health,
            rollback,
            mastodon_setup,
            outbox,
            backup,
            restore,
            purge,
            export,
            privacy,
            check,
            golden,
            schema,
            new_base,
        )
    ]
    version = click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help=words("cli.option_version"),
    )
    return Programme(words, "parvis", [version], commands)


def _run(arguments: list[str]) -> int:
    try:
        words = Words(read_language(os.environ, _asked_language(arguments)))
    except SettingsError as error:
        words = Words(DEFAULT_LANGUAGE)
        if not _TELLS_ALL & set(arguments):
            return _complain(words(error.key, **error.values))
    try:
        # Not click's own main: on Ctrl-C and closed pipes it writes to stderr or ends with 1.
        group = programme(words)
        with group.make_context("parvis", arguments) as context:
            code = group.invoke(context)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        hint = words("cli.usage_hint", command=error.ctx.command_path if error.ctx else "parvis")
        return _complain(f"{usage_fault(error, words)}\n{hint}")
    except click.ClickException as error:
        return _complain(error.message)
    except ParvisError as error:
        return _complain(_told(error, words))


def _told(error: ParvisError, words: Words) -> str:
    if isinstance(error, OperatorError):
        return words(error.key, **error.values)
    if isinstance(error, KnowledgeError):
        from bot.knowledge.faults import render

        return "\n".join(render(fault, words.language) for fault in error.faults)
    return str(error)


def _asked_language(arguments: Sequence[str]) -> str | None:
    """What follows --lang: needed before click runs, because click's own help is in that language."""
    for index, argument in enumerate(arguments):
        if argument == "--":
            return None
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=").lower()
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1].lower()
    return None


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from bot import __version__

        click.echo(f"parvis {__version__}")
        ctx.exit()


def _complain(message: str) -> int:
    click.echo(message, err=True)
    return _WRONG


def _open_streams() -> None:
    """Let no character be refused: not in what is typed, nor in what a poor terminal must show."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as we run
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "replace"), (sys.stderr, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _leave_pipe() -> None:
    """Drop what is left to write, so that the interpreter does not complain of the closed pipe when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
