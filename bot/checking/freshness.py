"""What is out of date or soon will be: facts past their review, expired, unverified; translations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.answering.trust import Trust, trust_of, trust_of_place
from bot.checking.findings import by_file, note, warning
from bot.knowledge.faults import Location
from bot.knowledge.rules import future_dates
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.answering.trust import Standing
    from bot.checking.findings import Case
    from bot.knowledge.faults import Fault
    from bot.knowledge.model import Entry

__all__ = ["reviews", "translations"]

# A month ahead: the time to find who knows and to ask.
_SOON = timedelta(days=30)


def reviews(case: Case) -> Iterator[Fault]:
    """One line a file for each state: expired, due, due within 30 days, never verified; and dates to come."""
    states: dict[str, list[tuple[Location, str]]] = {"expired": [], "stale": [], "soon": [], "unverified": []}
    for where, name, standing in _standings(case):
        state = _state(case, standing)
        if state is not None:
            day = f" ({standing.since.isoformat()})" if standing.since is not None else ""
            states[state].append((where, name + day))
    for where, number, names in by_file(states["expired"]):
        yield warning(where, "check.expired", number=number, names=names)
    for where, number, names in by_file(states["stale"]):
        yield warning(where, "check.stale", number=number, names=names)
    for where, number, names in by_file(states["soon"]):
        yield note(where, "check.due_soon", number=number, names=names)
    for where, number, names in by_file(states["unverified"]):
        yield warning(where, "check.unverified", number=number, names=names)
    yield from future_dates(case.base, case.today)


def _standings(case: Case) -> Iterator[tuple[Location, str, Standing]]:
    base, review = case.base, case.base.city.review
    for entry in base.entries.values():
        yield case.at("entries", entry.id), entry.id, trust_of(entry, review, case.today)
    for place in base.places.values():
        yield case.at("places", place.id), place.id, trust_of_place(place, review, case.today)


def _state(case: Case, standing: Standing) -> str | None:
    if standing.trust is not Trust.VERIFIED:
        return standing.trust.value
    return "soon" if standing.since is not None and standing.since - _SOON <= case.today else None


def translations(case: Case) -> Iterator[Fault]:
    """For each language of the town: entries without it, older than their facts, or half translated."""
    for language in case.base.city.languages:
        if language != DEFAULT_LANGUAGE:
            yield from _missing(case, language)
    for entry in case.base.entries.values():
        for code, words in entry.translations.items():
            where = case.at("entries", entry.id, "translations", code)
            if entry.verified_on is not None and words.translated_on < entry.verified_on:
                yield warning(
                    where,
                    "check.translation_older",
                    id=entry.id,
                    language=code,
                    translated=words.translated_on.isoformat(),
                    verified=entry.verified_on.isoformat(),
                )
            left = [
                name for name in ("documents", "cost", "delay") if getattr(entry, name) and not getattr(words, name)
            ]
            if left:
                yield warning(where, "check.translation_partial", id=entry.id, language=code, fields=", ".join(left))


def _missing(case: Case, language: str) -> Iterator[Fault]:
    """One line for the town's own entries, one for the included pack's."""
    folders: dict[Path, list[Entry]] = {}
    for entry in case.base.entries.values():
        folders.setdefault(case.at("entries", entry.id).file.parent.parent, []).append(entry)
    for folder, entries in folders.items():
        missing = [entry.id for entry in entries if language not in entry.translations]
        where, names = Location(folder / "city.yaml"), ", ".join(missing)
        if missing and len(missing) == len(entries):
            yield warning(where, "check.translation_none", language=language)
        elif missing:
            yield warning(where, "check.translation_missing", language=language, number=len(missing), names=names)
