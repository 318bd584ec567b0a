"""The page on quality: what the golden questions of each base came to, in Markdown."""

from __future__ import annotations

import shlex
from math import ceil, floor
from typing import TYPE_CHECKING

from bot.assessment import TARGETS, compare, fates_of_nothing, groups, kinds
from bot.quality import confusions, figures, is_less_better, recordable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from adapters.commands.words import Words
    from bot.assessment import Assessment, Comparison
    from bot.quality import Judged

__all__ = ["page"]

_GROUP_FIGURES = ("right_first", "right_within_three", "right_said", "none_refused", "stated_wrong")


def page(words: Words, assessments: Sequence[Assessment], file: str | None) -> str:
    """The whole page; ``file`` is where it is written, as it was typed, None if it is only shown."""
    command = ["parvis", "test", *(part for one in assessments for part in ("--base", one.folder)), "--report"]
    parts = [
        words("report.title"),
        words("report.how_made", command=shlex.join([*command, *filter(None, [file])])),
        words(
            "report.measured",
            date=_date(words, max(one.measured_on for one in assessments)),
            precision=_share(words, assessments[0].target_precision),
        ),
        words("report.how_to_read"),
        words("report.summary_title"),
        _summary(words, assessments),
        *(part for one in assessments for part in _section(words, one)),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(words: Words, assessments: Sequence[Assessment]) -> str:
    head = [words("report.base"), words("report.entries"), words("report.questions")]
    head += [
        words("report.aimed", figure=words(f"report.short_{name}"), target=_target(words, name)) for name in TARGETS
    ]
    rows = []
    for one in assessments:
        reached = {figure.name: figure for figure in compare(one)}
        cells = [_verdict(words, reached.get(name)) for name in TARGETS]
        rows.append([one.town, str(one.entries), str(len(one.judged)), *cells])
    return _table(head, rows)


def _verdict(words: Words, figure: Comparison | None) -> str:
    if figure is None:
        return words("report.nothing")
    return words("report.met" if figure.met else "report.missed", share=_reached(words, figure.name, figure.value))


def _section(words: Words, one: Assessment) -> Iterator[str]:
    yield words("report.base_title", town=one.town)
    yield words("report.base_size", folder=one.folder, entries=one.entries, concepts=one.concepts, terms=one.terms)
    if not one.judged:
        yield words("report.no_golden")
        return
    yield words("report.kinds_title")
    yield _kinds(words, one)
    yield words("report.figures_title")
    yield _figures(words, one)
    yield from _fates(words, one)
    yield words("report.groups_title")
    yield _groups(words, one)
    yield words("report.confused_title")
    yield _confused(words, one)
    yield words("report.record_title")
    yield "\n".join(["```yaml", "quality:", *_limits(one), "```"])


def _kinds(words: Words, one: Assessment) -> str:
    rows = [[words(f"report.kind_{kind}"), str(number)] for kind, number in kinds(one.judged).items()]
    return _table([words("report.kind"), words("report.number")], [*rows, [words("report.all"), str(len(one.judged))]])


def _figures(words: Words, one: Assessment) -> str:
    head = ["figure", "with_vocabulary", "without_vocabulary", "gain", "target", "is_met"]
    rows = [
        [
            words(f"cli.figure_{figure.name}"),
            _reached(words, figure.name, figure.value),
            _reached(words, figure.name, figure.plain),
            _gain(words, figure),
            _target(words, figure.name) or words("report.nothing"),
            words("report.nothing" if figure.met is None else "report.yes" if figure.met else "report.no"),
        ]
        for figure in compare(one)
    ]
    return _table([words(f"report.{name}") for name in head], rows)


def _fates(words: Words, one: Assessment) -> Iterator[str]:
    fates = fates_of_nothing(one.judged)
    total = sum(fates.values())
    if total:
        yield words("report.nothing_title")
        rows = [
            [words(f"report.fate_{fate}"), str(number), _share(words, number / total)] for fate, number in fates.items()
        ]
        yield _table([words("report.fate"), words("report.number"), words("report.part")], rows)


def _groups(words: Words, one: Assessment) -> str:
    head = [words("report.group"), words("report.number")]
    head += [words(f"report.short_{name}") for name in _GROUP_FIGURES]
    rows = [[f"`{tag}`", str(len(judged)), *_group_cells(words, judged)] for tag, judged in groups(one.judged).items()]
    return _table(head, rows) if rows else words("report.no_groups")


def _group_cells(words: Words, judged: Sequence[Judged]) -> list[str]:
    reached = figures(judged)
    return [_reached(words, name, reached.get(name)) for name in _GROUP_FIGURES]


def _confused(words: Words, one: Assessment) -> str:
    pairs = confusions(one.judged)
    lines = [words("report.pair", right=right, taken=taken, number=number) for right, taken, number in pairs]
    return "\n".join(lines) or words("report.no_confusion")


def _limits(one: Assessment) -> Iterator[str]:
    for name, limit in recordable(figures(one.judged)).items():
        yield f"  {name}: {limit:.3f}"


def _target(words: Words, name: str) -> str:
    if name not in TARGETS:
        return ""
    key = "report.at_most" if is_less_better(name) else "report.at_least"
    return words(key, share=_share(words, TARGETS[name]))


def _reached(words: Words, name: str, value: float | None) -> str:
    """The figure rounded to its worse side: one that is not met never reads as if it were."""
    if value is None:
        return words("report.nothing")
    thousandths = round(value * 1000, 6)
    return _share(words, (ceil if is_less_better(name) else floor)(thousandths) / 1000)


def _share(words: Words, value: float | None) -> str:
    if value is None:
        return words("report.nothing")
    whole, tenth = divmod(round(value * 1000), 10)
    return words("report.share", whole=whole, tenth=tenth)


def _gain(words: Words, figure: Comparison) -> str:
    if figure.gain is None:
        return words("report.nothing")
    tenths = round(figure.gain * 1000)
    if tenths == 0:
        return words("report.same")
    whole, tenth = divmod(abs(tenths), 10)
    points = words("report.more" if tenths > 0 else "report.less", whole=whole, tenth=tenth)
    return words("report.better" if figure.better else "report.worse", points=points)


def _date(words: Words, day: date) -> str:
    month = words("calendar.months").split()[day.month - 1]
    number = words("calendar.first_of_month") if day.day == 1 else str(day.day)
    return words("answer.date", day=number, month=month, year=day.year)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in (head, rule, *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
