"""A base put to its golden questions, as it is and without its vocabulary."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adapters.commands.ask import Asker
from adapters.commands.progress import Progress
from adapters.commands.ready import open_bot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.commands.words import Words
    from bot.assessment import Assessment
    from bot.knowledge.model import GoldenQuestion
    from bot.messages import Answer
    from bot.ports import Answerer, Clock, Store
    from bot.quality import Judged
    from bot.settings import Settings

__all__ = ["ask_golden", "assess", "shown_path"]


def assess(words: Words, settings: Settings, clock: Clock, *, plainly: bool) -> Assessment:
    """The base of ``settings`` put to its golden questions; ``plainly`` once more, without its vocabulary.

    No base stays in memory. Raises Refusal if the base is broken.
    """
    from bot.assessment import Assessment
    from bot.storage.memory import MemoryStore

    store = MemoryStore()
    bot = open_bot(words, settings, store)
    base = bot.base
    quality = base.city.quality
    judged = ask_golden(words, base.golden, bot.desk, store, clock)
    assessed = Assessment(
        town=base.city.name,
        folder=shown_path(settings.base, Path.cwd()),
        measured_on=clock.now().astimezone(ZoneInfo(base.city.timezone)).date(),
        target_precision=settings.target_precision,
        entries=len(base.entries),
        concepts=len(base.concepts),
        terms=sum(len(terms) for concept in base.concepts.values() for terms in concept.terms.values()),
        judged=judged,
        plain=(),
        limits=quality.model_dump(exclude_none=True) if quality is not None else {},
    )
    del bot, base
    return replace(assessed, plain=_judged_plainly(words, settings, clock)) if plainly and judged else assessed


def _judged_plainly(words: Words, settings: Settings, clock: Clock) -> list[Judged]:
    from bot.storage.memory import MemoryStore

    store = MemoryStore()
    bot = open_bot(words, settings, store, vocabulary=False)
    return ask_golden(words, bot.base.golden, bot.desk, store, clock)


def ask_golden(
    words: Words, golden: Sequence[GoldenQuestion], answerer: Answerer, store: Store, clock: Clock
) -> list[Judged]:
    """Every golden question asked on its own and judged, with progress on stderr."""
    from bot.quality import judge_all

    asker = Asker(answerer, store, clock)
    done = count()
    with Progress(words, sys.stderr) as progress:

        def ask(question: GoldenQuestion) -> Answer:
            progress("golden", next(done) / len(golden))
            return asker.ask(question.question, question.language)

        return judge_all(golden, ask)


def shown_path(path: Path, here: Path) -> str:
    """``path`` as anyone may read it: from ``here``, or its name alone if it is elsewhere on this machine."""
    if not path.is_absolute():
        return path.as_posix()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name
