"""`parvis test`: the golden questions of a base, asked and judged."""

from __future__ import annotations

import json
import sys
from itertools import count
from typing import TYPE_CHECKING

import click

from adapters.commands.ask import Asker
from adapters.commands.frame import Spoken, base_option
from adapters.commands.progress import Progress
from adapters.commands.ready import open_bot, settings_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.commands.words import Words
    from bot.knowledge.model import GoldenQuestion
    from bot.messages import Answer
    from bot.ports import Answerer, Clock, Store
    from bot.quality import Judged

__all__ = ["ask_golden", "has_regressed", "make", "report_text"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(report: bool, as_json: bool, base: str | None, lang: str | None) -> int:  # noqa: ARG001 - read beforehand
        from bot.clock import SystemClock
        from bot.storage.memory import MemoryStore

        store = MemoryStore()
        bot = open_bot(words, settings_for(base), store)
        judged = ask_golden(words, bot.base.golden, bot.desk, store, SystemClock())
        quality = bot.base.city.quality
        limits = quality.model_dump(exclude_none=True) if quality is not None else {}
        if as_json:
            click.echo(json.dumps(_record(judged, limits), ensure_ascii=False))
        else:
            click.echo(report_text(words, judged, limits, full=report))
        return int(has_regressed(judged, limits))

    return Spoken(
        words,
        "test",
        [
            click.Option(["--report"], is_flag=True, help=words("cli.option_report")),
            click.Option(["--json", "as_json"], is_flag=True, help=words("cli.option_test_json")),
            base_option(words),
        ],
        run,
    )


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


def has_regressed(judged: Sequence[Judged], limits: Mapping[str, float]) -> bool:
    """True if a figure is worse than its limit or, where no limit is recorded, if any answer is wrong."""
    from bot.quality import figures, shortfalls, wrong

    if limits:
        return bool(shortfalls(figures(judged), limits))
    return bool(wrong(judged))


def report_text(words: Words, judged: Sequence[Judged], limits: Mapping[str, float], *, full: bool) -> str:
    """Figures, wrong answers and what has regressed; with ``full`` also the pairs confused and limits to record."""
    from bot.quality import confusions, figures, recordable, shortfalls, wrong

    if not judged:
        return words("cli.test_none")
    reached = figures(judged)
    lines = [words("cli.test_title", number=len(judged))]
    lines += [f"  {words(f'cli.figure_{name}'):<52} {share:7.1%}" for name, share in reached.items()]
    if failures := wrong(judged):
        lines += ["", words("cli.test_wrong", number=len(failures))]
        lines += [f"  {_failure(words, one)}" for one in failures]
    if full and (pairs := confusions(judged)):
        lines += ["", words("cli.test_confused")]
        lines += [f"  {words('cli.test_pair', right=right, taken=taken, number=n)}" for right, taken, n in pairs]
    if full:
        lines += ["", words("cli.test_to_record"), "quality:"]
        lines += [f"  {name}: {share:.3f}" for name, share in recordable(reached).items()]
    lines.append("")
    for short in shortfalls(reached, limits):
        name = words(f"cli.figure_{short.name}")
        lines.append(words("cli.test_shortfall", name=name, value=f"{short.value:.1%}", limit=f"{short.limit:.1%}"))
    lines.append(words("cli.test_failed" if has_regressed(judged, limits) else "cli.test_passed"))
    return "\n".join(lines)


def _failure(words: Words, one: Judged) -> str:
    return words(
        "cli.test_failure",
        question=" ".join(one.golden.question.split()),
        expected=" / ".join((*_expected(one), *one.golden.also)),
        got=_got(one),
        verdict=words(f"cli.verdict_{one.verdict.value}"),
    )


def _expected(one: Judged) -> list[str]:
    return one.golden.clarify or [str(one.golden.expect)]


def _got(one: Judged) -> str:
    offered = " / ".join(choice.target for choice in one.answer.choices)
    return one.answer.entry_id or offered or one.answer.outcome.value


def _record(judged: Sequence[Judged], limits: Mapping[str, float]) -> dict[str, object]:
    from bot.quality import confusions, figures, shortfalls, wrong

    reached = figures(judged)
    return {
        "questions": len(judged),
        "figures": reached,
        "limits": dict(limits),
        "regressed": has_regressed(judged, limits),
        "shortfalls": [short.name for short in shortfalls(reached, limits)],
        "wrong": [
            {
                "question": one.golden.question,
                "expected": _expected(one),
                "also": one.golden.also,
                "got": _got(one),
                "verdict": one.verdict.value,
            }
            for one in wrong(judged)
        ],
        "confused": [{"expected": right, "got": taken, "times": number} for right, taken, number in confusions(judged)],
    }
