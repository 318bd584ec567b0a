"""French public holidays with their names, from the ``holidays`` library."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from holidays import country_holidays

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["Holiday", "holiday_on", "holiday_region", "next_holiday"]

# Our language codes to the library's.
_LANGUAGES = {"fr": "fr", "en": "en_US"}
# INSEE prefixes of the places with holidays of their own: Moselle, Alsace (which the library
# calls 6AE), and overseas, where the prefix is the library's own subdivision code.
_REGIONS = {"57": "57", "67": "6AE", "68": "6AE"} | {code: code for code in ("971", "972", "973", "974", "976")}


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday; ``names`` by ISO 639-1 language code."""

    date: date
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        """Its name in ``language``, in French if there is none."""
        return self.names.get(language, self.names["fr"])


def holiday_region(insee: str | None) -> str | None:
    """The part of France whose extra holidays the town ``insee`` keeps (Alsace, Moselle, overseas), else None."""
    code = insee or ""
    return _REGIONS.get(code[:2]) or _REGIONS.get(code[:3])


@cache
def _year(year: int, region: str | None) -> Mapping[date, Holiday]:
    named = {
        ours: dict(country_holidays("FR", region, year, language=theirs).items()) for ours, theirs in _LANGUAGES.items()
    }
    return MappingProxyType(
        {
            day: Holiday(day, MappingProxyType({language: names[day] for language, names in named.items()}))
            for day in sorted(named["fr"])
        }
    )


def holiday_on(day: date, region: str | None = None) -> Holiday | None:
    """The public holiday that falls on ``day``, if any."""
    return _year(day.year, region).get(day)


def next_holiday(day: date, region: str | None = None) -> Holiday:
    """The first public holiday on or after ``day``."""
    upcoming = (*_year(day.year, region).values(), *_year(day.year + 1, region).values())
    return next(holiday for holiday in upcoming if holiday.date >= day)
