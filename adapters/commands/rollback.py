"""`parvis rollback`: back to the version of the base that served before."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Refusal, Spoken, base_option
from adapters.commands.ready import broken_base, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.commands.words import Words
    from bot.operating import Operation
    from bot.servicebook import Entry, ServiceBook

__all__ = ["make"]

# Seconds the command waits to see the bot obey: it looks at once, and what it goes back to has been learned.
_PATIENCE, _PAUSE = 60.0, 0.1


def make(words: Words) -> Spoken:
    """The command."""

    def run(undo: bool, base: str | None, lang: str | None) -> None:  # noqa: ARG001 - lang is read beforehand
        from bot.operating import read_operation
        from bot.servicebook import ServiceBook

        settings, operation = settings_for(base), read_operation(os.environ, make=False)
        book = ServiceBook(operation.editions)
        entry = book.read()
        if entry is None or entry.base != str(settings.base.absolute()):
            raise Refusal(words("cli.rollback_nothing", path=settings.base))
        try:
            (_undo if undo else _go_back)(words, operation, book, entry)
        except OSError as error:
            raise Refusal(words("cli.folder_unwritable", path=book.folder, detail=error.strerror)) from error

    return Spoken(
        words,
        "rollback",
        [click.Option(["--undo"], is_flag=True, help=words("cli.option_undo")), base_option(words)],
        run,
    )


def _go_back(words: Words, operation: Operation, book: ServiceBook, entry: Entry) -> None:
    from pathlib import Path

    from bot.editions import Editions, read_base
    from bot.knowledge.loading import inspect_base
    from bot.servicebook import Order

    order = book.order()
    # An order that the bot has not obeyed yet is what the next one starts from.
    version = order.to if order is not None else entry.state.version
    before = entry.before(version)
    copy = None if before is None else Editions(operation.editions).find(before)
    if before is None or copy is None:
        raise Refusal(words("cli.rollback_none", version=version))
    loaded, faults = inspect_base(copy)
    if loaded is None:
        raise broken_base(words, copy, faults)
    book.give_order(Order(before, read_base(Path(entry.base)).version))
    _await(words, operation, book, lambda now: now.state.version == before and now.state.rolled_back, before)
    click.echo(words("cli.rollback_undo_hint"))


def _undo(words: Words, operation: Operation, book: ServiceBook, entry: Entry) -> None:
    if book.order() is None and not entry.state.rolled_back:
        raise Refusal(words("cli.rollback_not_back", version=entry.state.version))
    book.drop_order()
    _await(words, operation, book, lambda now: not now.state.rolled_back)


def _await(
    words: Words, operation: Operation, book: ServiceBook, done: Callable[[Entry], bool], ordered: str = ""
) -> None:
    """Say which version answers once the bot has obeyed, or that it will.

    Raises Refusal if the version ``ordered`` cannot serve: the bot has then dropped the order.
    """
    from bot.storage.lock import is_held

    end = time.monotonic() + _PATIENCE
    while is_held(operation.folder) and time.monotonic() < end:
        # The order first: it is dropped only once it is known that it cannot be obeyed.
        order, now = book.order(), book.read()
        if now is not None and done(now):
            click.echo(words("cli.rollback_done", version=now.state.version))
            return
        if ordered and order is None:
            raise Refusal(words("cli.rollback_failed", version=ordered, faults=words("cli.rollback_see_log")))
        if now is not None and ordered and now.put_off == ordered:
            click.echo(words("cli.rollback_put_off", version=ordered))
            return
        time.sleep(_PAUSE)
    click.echo(words("cli.rollback_later"))
