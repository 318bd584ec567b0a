"""How long the town trusts what it once verified."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.answering.trust import Trust, due_on, in_season, trust_of, trust_of_calendar, trust_of_place, worst
from bot.knowledge.model import CollectionCalendar, Entry, Place, Review, Season

SOURCES = [{"title": "Ville-d'Essai"}]
REVIEW = Review()


def entry(**fields: Any) -> Entry:
    """An entry with only what every entry needs."""
    return Entry.model_validate(
        {"id": "e", "title": "E", "questions": ["e ?"], "answer": "E.", "sources": SOURCES, **fields}
    )


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("90 jours", date(2024, 5, 30)),
        ("2 semaines", date(2024, 3, 15)),
        ("1 mois", date(2024, 4, 1)),
        ("6 mois", date(2024, 9, 1)),
        ("10 mois", date(2025, 1, 1)),
        ("1 an", date(2025, 3, 1)),
        ("9999 ans", date.max),
    ],
)
def test_when_a_fact_is_due(period: str, due: date) -> None:
    """Staff write "6 mois" or "90 jours", and the day of review follows."""
    assert due_on(date(2024, 3, 1), period) == due


def test_the_last_day_of_a_short_month() -> None:
    """A fact verified on 31 August is due on the last day of February."""
    assert due_on(date(2023, 8, 31), "6 mois") == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("fields", "trust"),
    [
        ({}, Trust.UNVERIFIED),
        ({"verified_on": "2025-05-20", "kind": "price"}, Trust.VERIFIED),
        ({"verified_on": "2025-05-19", "kind": "price"}, Trust.STALE),
        ({"verified_on": "2025-05-19", "kind": "procedure"}, Trust.VERIFIED),
        ({"verified_on": "2025-05-19", "kind": "price", "review_every": "1 an"}, Trust.VERIFIED),
        ({"verified_on": "2020-01-01", "expires_on": "2025-11-20"}, Trust.VERIFIED),
        ({"verified_on": "2020-01-01", "expires_on": "2025-11-19"}, Trust.EXPIRED),
        ({"expires_on": "2025-11-19"}, Trust.EXPIRED),
        ({"expires_on": "2025-11-20"}, Trust.UNVERIFIED),
    ],
)
def test_what_may_be_said_of_an_entry(fields: dict[str, str], trust: Trust) -> None:
    """Each kind has its own delay, an entry may have its own, and an expiry date rules alone."""
    assert trust_of(entry(**fields), REVIEW, date(2025, 11, 20)).trust is trust


def test_places_and_calendars_age_too() -> None:
    """A place is reviewed like hours; a calendar as often as its entry."""
    place = Place.model_validate(
        {"id": "p", "type": "mairie", "name": "P", "sources": SOURCES, "verified_on": "2025-05-19"}
    )
    assert trust_of_place(place, REVIEW, date(2025, 11, 20)).trust is Trust.STALE
    calendar = CollectionCalendar.model_validate(
        {
            "id": "c",
            "title": "C",
            "sectors": [{"id": "s", "name": "S"}],
            "sources": SOURCES,
            "verified_on": "2025-05-19",
        }
    )
    assert trust_of_calendar(calendar, entry(), REVIEW, date(2025, 11, 20)).trust is Trust.VERIFIED
    stale = trust_of_calendar(calendar, entry(review_every="6 mois"), REVIEW, date(2025, 11, 20))
    fresh = trust_of(entry(verified_on="2025-11-01"), REVIEW, date(2025, 11, 20))
    assert worst((fresh, stale)) is stale
    assert worst(()) is None


@pytest.mark.parametrize(
    ("start", "end", "day", "inside"),
    [
        ("06-15", "09-15", date(2025, 6, 15), True),
        ("06-15", "09-15", date(2025, 9, 15), True),
        ("06-15", "09-15", date(2025, 9, 16), False),
        ("12-01", "02-28", date(2025, 12, 31), True),
        ("12-01", "02-28", date(2026, 1, 1), True),
        ("12-01", "02-28", date(2026, 3, 1), False),
    ],
)
def test_seasons(start: str, end: str, day: date, *, inside: bool) -> None:
    """A season has both its ends, and may span New Year."""
    assert in_season(Season(start=start, end=end), day) is inside
    assert in_season(None, day)
