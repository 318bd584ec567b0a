"""`parvis test`: the golden questions of one base or more, asked and judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Refusal, Spoken, base_option
from adapters.commands.ready import settings_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.commands.words import Words
    from bot.assessment import Assessment
    from bot.quality import Judged

__all__ = ["has_regressed", "make", "report_text"]

# What stands for standard output where a file is named.
_STDOUT = "-"


def make(words: Words) -> Spoken:
    """The command."""

    def run(report: str | None, as_json: bool, base: tuple[str, ...], lang: str | None) -> int:  # noqa: ARG001 - read beforehand
        from adapters.commands.assessing import assess, shown_path
        from adapters.commands.quality_page import page
        from bot.clock import SystemClock

        # A folder or a file that is no good is told before minutes are spent on the others.
        chosen = [settings_for(one) for one in dict.fromkeys(base)] or [settings_for(None)]
        file = None if report in (None, _STDOUT) else _page_file(words, str(report))
        clock, assessments = SystemClock(), []
        for settings in chosen:
            assessments.append(assess(words, settings, clock, plainly=report is not None))
            if as_json:
                click.echo(json.dumps(_record(assessments[-1]), ensure_ascii=False))
            elif report != _STDOUT:
                click.echo(_base_text(words, assessments[-1], named=len(chosen) > 1))
            sys.stdout.flush()
        if file is not None:
            _write(words, file, page(words, assessments, shown_path(file, Path.cwd())))
            click.echo(words("cli.report_written", path=file), err=as_json)
        elif report == _STDOUT and not as_json:
            click.echo(page(words, assessments, None), nl=False)
        return int(any(has_regressed(one.judged, one.limits) for one in assessments))

    return Spoken(
        words,
        "test",
        [
            click.Option(
                ["--report"],
                is_flag=False,
                flag_value=_STDOUT,
                metavar=words("cli.report_metavar"),
                help=words("cli.option_report"),
            ),
            click.Option(["--json", "as_json"], is_flag=True, help=words("cli.option_test_json")),
            base_option(words, several=True),
        ],
        run,
    )


def _page_file(words: Words, report: str) -> Path:
    file = Path(report).expanduser()
    try:
        hopeless = file.is_dir() or not file.parent.is_dir()
    except OSError as error:
        raise _unwritable(words, file, error) from error
    if hopeless:
        raise Refusal(words("cli.report_unplaceable", path=file))
    return file


def _write(words: Words, file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise _unwritable(words, file, error) from error


def _unwritable(words: Words, file: Path, error: OSError) -> Refusal:
    return Refusal(words("cli.report_unwritable", path=file, detail=error.strerror))


def has_regressed(judged: Sequence[Judged], limits: Mapping[str, float]) -> bool:
    """True if a figure is worse than its limit or, where no limit is recorded, if any answer is wrong."""
    from bot.quality import figures, shortfalls, wrong

    if limits:
        return bool(shortfalls(figures(judged), limits))
    return bool(wrong(judged))


def report_text(words: Words, judged: Sequence[Judged], limits: Mapping[str, float]) -> str:
    """Figures, wrong answers and what has regressed."""
    from bot.quality import figures, shortfalls, wrong

    if not judged:
        return words("cli.test_none")
    reached = figures(judged)
    lines = [words("cli.test_title", number=len(judged))]
    lines += [f"  {words(f'cli.figure_{name}'):<52} {share:7.1%}" for name, share in reached.items()]
    if failures := wrong(judged):
        lines += ["", words("cli.test_wrong", number=len(failures))]
        lines += [f"  {_failure(words, one)}" for one in failures]
    lines.append("")
    for short in shortfalls(reached, limits):
        name = words(f"cli.figure_{short.name}")
        lines.append(words("cli.test_shortfall", name=name, value=f"{short.value:.1%}", limit=f"{short.limit:.1%}"))
    lines.append(words("cli.test_failed" if has_regressed(judged, limits) else "cli.test_passed"))
    return "\n".join(lines)


def _base_text(words: Words, one: Assessment, *, named: bool) -> str:
    text = report_text(words, one.judged, one.limits)
    return "\n".join([words("cli.test_base", town=one.town, folder=one.folder), text, ""]) if named else text


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


def _record(one: Assessment) -> dict[str, object]:
    from bot.quality import confusions, figures, shortfalls, wrong

    reached = figures(one.judged)
    return {
        "base": one.folder,
        "questions": len(one.judged),
        "figures": reached,
        **({"without_vocabulary": figures(one.plain)} if one.plain else {}),
        "limits": dict(one.limits),
        "regressed": has_regressed(one.judged, one.limits),
        "shortfalls": [short.name for short in shortfalls(reached, one.limits)],
        "wrong": [
            {
                "question": failure.golden.question,
                "expected": _expected(failure),
                "also": failure.golden.also,
                "got": _got(failure),
                "verdict": failure.verdict.value,
            }
            for failure in wrong(one.judged)
        ],
        "confused": [
            {"expected": right, "got": taken, "times": number} for right, taken, number in confusions(one.judged)
        ],
    }
