"""From what was typed and set to a bot that is ready to answer."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.commands.frame import Refusal
from adapters.commands.progress import Progress
from bot.clock import SystemClock
from bot.errors import KnowledgeError, SettingsError
from bot.settings import read_settings
from bot.voice import shipped_languages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.commands.words import Words
    from bot.assembly import Bot
    from bot.knowledge.faults import Fault
    from bot.ports import Store
    from bot.settings import Settings

__all__ = ["broken_base", "make_bot", "open_bot", "resident_language", "settings_for"]


def settings_for(base: str | None) -> Settings:
    """The settings of the environment, with the folder given by --base; raises SettingsError."""
    return read_settings(os.environ, None if base is None else Path(base).expanduser())


def open_bot(
    words: Words,
    settings: Settings,
    store: Store,
    *,
    vocabulary: bool = True,
    progress: Callable[[str, float], None] | None = None,
) -> Bot:
    """A bot on the base of ``settings``; raises Refusal if the base is broken.

    ``progress`` hears each step and how far it is; by default it is shown on stderr.
    Without ``vocabulary``, as if the base had no concept.
    """
    try:
        return make_bot(words, settings, settings.base, store, vocabulary=vocabulary, progress=progress)
    except KnowledgeError as error:
        raise broken_base(words, settings.base, error.faults) from error


def make_bot(
    words: Words,
    settings: Settings,
    base: Path,
    store: Store,
    *,
    vocabulary: bool = True,
    progress: Callable[[str, float], None] | None = None,
) -> Bot:
    """As ``open_bot``, on the base in folder ``base``; raises KnowledgeError."""
    with Progress(words, sys.stderr) if progress is None else nullcontext(progress) as progress:
        from bot.assembly import build

        return build(
            base,
            cache=settings.cache,
            clock=SystemClock(),
            store=store,
            target_precision=settings.target_precision,
            progress=progress,
            vocabulary=vocabulary,
        )


def broken_base(words: Words, base: Path, faults: Sequence[Fault]) -> Refusal:
    """The refusal to serve ``base``, with each error's file, line and cure."""
    from bot.knowledge.faults import render

    errors = [fault for fault in faults if fault.severity == "error"]
    head = words("cli.base_broken", path=base, number=len(errors))
    return Refusal("\n".join([head, *(render(fault, words.language) for fault in errors)]))


def resident_language(asked: str | None, languages: Sequence[str]) -> str | None:
    """The language given by --lang if the base answers in it; raises SettingsError if it does not."""
    known = tuple(dict.fromkeys((*languages, *shipped_languages())))
    if asked is not None and asked.lower() not in known:
        raise SettingsError("operator.bad_language", setting="--lang", value=asked, languages=", ".join(known))
    return None if asked is None else asked.lower()
