"""What every check works with: the base, the day, where things are written, and how a finding is made."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.knowledge.faults import Fault, Location
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from bot.answering.model import Model
    from bot.knowledge.base import KnowledgeBase
    from bot.knowledge.faults import Severity
    from bot.knowledge.model import Entry

__all__ = ["Case", "Passage", "by_file", "error", "note", "passages", "warning"]


@dataclass(frozen=True, slots=True)
class Case:
    """A base, the model trained on it, and the town's own date."""

    base: KnowledgeBase
    model: Model
    today: date

    def at(self, *steps: str | int) -> Location:
        """Where ``entries``, an id, and what is inside it are written."""
        return self.base.origins["/".join(str(step) for step in steps)]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of an entry that residents read: where it stands in the entry, and its language."""

    steps: tuple[str | int, ...]
    text: str
    language: str


def passages(entry: Entry) -> Iterator[Passage]:
    """Everything the bot says when it gives ``entry``, follow-ups and translations included."""
    yield from _said((), entry.title, entry.answer, entry.documents, entry.cost, entry.delay, DEFAULT_LANGUAGE)
    for number, follow_up in enumerate(entry.follow_ups):
        yield Passage(("follow_ups", number, "label"), follow_up.label, DEFAULT_LANGUAGE)
        if follow_up.answer is not None:
            yield Passage(("follow_ups", number, "answer"), follow_up.answer, DEFAULT_LANGUAGE)
    for code, words in entry.translations.items():
        path = ("translations", code)
        yield from _said(path, words.title, words.answer, words.documents, words.cost, words.delay, code)


def _said(
    path: tuple[str | int, ...],
    title: str,
    answer: str,
    documents: Iterable[str],
    cost: str | None,
    delay: str | None,
    language: str,
) -> Iterator[Passage]:
    for name, text in (("title", title), ("answer", answer), ("cost", cost), ("delay", delay)):
        if text is not None:
            yield Passage((*path, name), text, language)
    for number, document in enumerate(documents):
        yield Passage((*path, "documents", number), document, language)


def by_file(located: Iterable[tuple[Location, str]]) -> Iterator[tuple[Location, int, str]]:
    """Many small findings as one line a file: the file, how many, and their names."""
    names: dict[Path, list[str]] = {}
    for location, name in located:
        names.setdefault(location.file, []).append(name)
    for file, group in names.items():
        yield Location(file), len(group), ", ".join(group)


def error(where: Location, code: str, **values: str | int) -> Fault:
    """What must be mended."""
    return _fault(where, code, "error", values)


def warning(where: Location, code: str, **values: str | int) -> Fault:
    """What should be mended or explained."""
    return _fault(where, code, "warning", values)


def note(where: Location, code: str, **values: str | int) -> Fault:
    """What is good to know, and stops nothing even when checks are strict."""
    return _fault(where, code, "note", values)


def _fault(where: Location, code: str, severity: Severity, values: dict[str, str | int]) -> Fault:
    return Fault(where, code, MappingProxyType(values), severity)
