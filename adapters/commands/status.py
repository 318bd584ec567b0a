"""`parvis status`: what answers, since when, what is wrong with the last edit, and what waits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from adapters.commands.frame import Spoken
from adapters.commands.outbox import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapters.commands.words import Words
    from bot.servicebook import Entry

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(lang: str | None) -> None:  # noqa: ARG001 - read before click, for its own help
        from adapters.registry import REGISTRY
        from adapters.serving import find_channels
        from adapters.setup import CHANNELS
        from bot.operating import find_operation
        from bot.servicebook import ServiceBook
        from bot.storage.lock import is_held

        operation = find_operation(os.environ)
        runs = is_held(operation.folder)
        click.echo(words("cli.status_runs" if runs else "cli.status_stopped"))
        for line in _base(words, ServiceBook(operation.editions).read(), runs=runs):
            click.echo(line)
        for found in find_channels(CHANNELS, REGISTRY.read(os.environ).values):
            missing = ", ".join(found.missing)
            key = "cli.run_lacks" if missing else "cli.status_channel"
            click.echo(words(key, channel=found.kind.name, missing=missing))
        for line in counted(words, operation):
            click.echo(line)

    return Spoken(words, "status", [], run)


def _base(words: Words, entry: Entry | None, *, runs: bool) -> Iterator[str]:
    from bot.knowledge.faults import render

    if entry is None:
        yield words("cli.status_never_served")
        return
    state = entry.state
    key = "cli.status_serves" if runs else "cli.status_served"
    yield words(key, path=entry.base, version=state.version, since=_moment(state.since))
    before = entry.before(state.version)
    if state.rolled_back:
        yield words("cli.status_rolled_back")
    if entry.put_off:
        yield words("cli.rollback_put_off", version=entry.put_off)
    if before is not None:
        yield words("cli.status_before", version=before)
    if state.refused is not None:
        yield words("cli.status_refused", at=_moment(state.refused.at))
        yield from (f"  {render(fault, words.language)}" for fault in state.refused.faults)
        if not state.refused.faults:
            yield f"  {words('cli.status_refused_machine')}"


def _moment(at: datetime) -> str:
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S UTC")
