"""`parvis check`: what staff should mend in a base, most pressing first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from adapters.commands.frame import Spoken, base_option
from adapters.commands.progress import Progress
from adapters.commands.ready import broken_base, open_bot, settings_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapters.commands.words import Words
    from bot.knowledge.faults import Fault

__all__ = ["exit_code", "make", "summary"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(strict: bool, base: str | None, lang: str | None) -> int:  # noqa: ARG001 - lang is read beforehand
        from bot.knowledge.loading import inspect_base

        settings = settings_for(base)
        with Progress(words, sys.stderr) as progress:
            progress("check", 0.0)
            loaded, found = inspect_base(settings.base)
        if loaded is None:
            raise broken_base(words, settings.base, found)
        from bot.checking.checker import check_base
        from bot.clock import SystemClock
        from bot.storage.memory import MemoryStore

        bot = open_bot(words, settings, MemoryStore())
        with Progress(words, sys.stderr) as progress:
            progress("check", 0.5)
            today = SystemClock().now().astimezone(ZoneInfo(bot.base.city.timezone)).date()
            faults = [*found, *check_base(bot.base, bot.desk.snapshot.ranker, today)]
        click.echo(summary(words, settings.base, len(bot.base.entries), faults))
        return exit_code(faults, strict=strict)

    return Spoken(
        words,
        "check",
        [click.Option(["--strict"], is_flag=True, help=words("cli.option_strict")), base_option(words)],
        run,
    )


def summary(words: Words, base: Path, entries: int, faults: Sequence[Fault]) -> str:
    """The errors, then the warnings, then what is good to know, and all counted."""
    from bot.knowledge.faults import render

    groups = {
        severity: [render(fault, words.language) for fault in faults if fault.severity == severity]
        for severity in ("error", "warning", "note")
    }
    lines: list[str] = []
    for severity, group in groups.items():
        if group:
            lines += [words(f"cli.check_{severity}s", number=len(group)), *(f"  {line}" for line in group), ""]
    if not lines:
        return words("cli.check_fine", path=base, entries=entries)
    counts = {f"{severity}s": len(group) for severity, group in groups.items()}
    return "\n".join([*lines, words("cli.check_summary", path=base, entries=entries, **counts)])


def exit_code(faults: Sequence[Fault], *, strict: bool) -> int:
    """1 if an error was found or, when ``strict``, a warning; what is good to know fails nothing."""
    failing = ("error", "warning") if strict else ("error",)
    return int(any(fault.severity in failing for fault in faults))
