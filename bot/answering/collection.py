"""The desk that answers for collection days: "quand passe le bac jaune rue X ?"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from bot.answering.almanac import Almanac
from bot.answering.days import DayMention, read_day
from bot.answering.normalise import tokens
from bot.answering.phrases import read_words, words
from bot.answering.placetypes import fillers
from bot.answering.trust import source_notes
from bot.knowledge.calendars import WEEKDAYS
from bot.knowledge.public_holidays import holiday_region
from bot.knowledge.streetindex import Found
from bot.messages import Block, BlockKind, SourceNote, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from bot.knowledge.calendars import CalendarBook, PickUp, Skipped, Upcoming
    from bot.knowledge.model import CalendarSector
    from bot.knowledge.streetindex import StreetMatch
    from bot.voice import Voice

__all__ = ["CollectionDesk", "CollectionReply", "SectorChoice"]

# As many choices as an answer offers; more sectors are listed without numbers.
_MOST = 3
_PASSAGES = 3
_PATTERNS = {"all": "sector_days", "even": "sector_days_even", "odd": "sector_days_odd"}


@dataclass(frozen=True, slots=True)
class SectorChoice:
    """A street or sector to pick: ``text`` is what to ask the desk again with."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CollectionReply:
    """What is said of a collection. ``needs`` is what must be asked first: then there is no date.

    ``understood`` is false if the text named no sector and nothing that is, or is said to
    be, a street: asked for one, the resident may have gone on to something else. ``place``
    is the street or sector the dates are for.
    """

    blocks: tuple[Block, ...]
    understood: bool = True
    needs: Literal["street", "sector"] | None = None
    sources: tuple[SourceNote, ...] = ()
    choices: tuple[SectorChoice, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question under way: its calendar, its words, the days it names, and the almanac to answer with."""

    book: CalendarBook
    text: str
    day: DayMention
    almanac: Almanac


class CollectionDesk:
    """Reads questions about collection days and answers them; holds no state between two questions."""

    def __init__(self, calendars: Mapping[str, CalendarBook], voice: Voice, insee: str | None = None) -> None:
        """``insee`` tells which regional holidays count."""
        self._calendars = calendars
        self._voice = voice
        self._region = holiday_region(insee)

    def answer(self, calendar_id: str, text: str, today: date, language: str) -> CollectionReply:
        """Answer ``text``, a whole question or only a street, on the local date ``today``.

        Raises KeyError if the base has no such calendar.
        """
        book = self._calendars[calendar_id]
        title = frozenset(tokens(book.calendar.title))
        asked = _Asked(book, text, read_day(text, today, title), Almanac(self._voice, language, today))
        sector = _named_sector(asked)
        if sector is not None:
            return self._dates(asked, sector, sector.name)
        if not book.has_streets:
            sector = _sector_by_days(asked)
            # Days that tell the sector are not days asked about.
            return self._dates(asked, sector, sector.name, asked.day.positions) if sector else self._ask_sector(asked)
        match = book.find_street(text, _fillers() | title, asked.day.positions)
        if match.found is Found.ONE:
            street = match.streets[0]
            return self._dates(asked, book.sector_of(street), street, match.positions)
        return self._ask_street(asked, match)

    # Dates.

    def _dates(
        self, asked: _Asked, sector: CalendarSector, place: str, named_by: frozenset[int] = frozenset()
    ) -> CollectionReply:
        upcoming = asked.book.upcoming(sector, asked.almanac.today, _PASSAGES, self._region)
        # In "rue du 8 mai" the day is the street's, not the resident's.
        days = () if asked.day.positions & named_by else asked.day.dates
        blocks = (*self._on_days(asked, sector, place, days), *_next(asked, upcoming, place))
        return CollectionReply(blocks, sources=_sources(asked.book), place=place)

    def _on_days(self, asked: _Asked, sector: CalendarSector, place: str, days: Sequence[date]) -> Iterator[Block]:
        for day in days:
            found = asked.book.upcoming(sector, day, 1, self._region).pickups
            key = "collection_asked" if found and found[0].day == day else "collection_not_asked"
            said = asked.almanac.say(key, date=asked.almanac.heading(day), place=place)
            yield Block(BlockKind.PARAGRAPH, (Span(said),))

    # What must be asked first.

    def _ask_street(self, asked: _Asked, match: StreetMatch) -> CollectionReply:
        say = asked.almanac.say
        if match.found is Found.SEVERAL:
            key = "ask_which_street" if len(match.streets) > 1 else "ask_this_street"
            choices = tuple(SectorChoice(street, street) for street in match.streets)
            return CollectionReply((Block(BlockKind.CHOICES, (Span(say(key)),)),), needs="street", choices=choices)
        if match.found is Found.UNKNOWN:
            said = say("street_unknown", street=match.asked)
        else:
            said = say("ask_street", example=asked.book.example_street)
        block = Block(BlockKind.PARAGRAPH, (Span(said),))
        return CollectionReply((block,), understood=match.says_street, needs="street")

    def _ask_sector(self, asked: _Asked) -> CollectionReply:
        sectors = asked.book.calendar.sectors
        choices = tuple(SectorChoice(_pattern(sector, asked.almanac), sector.name) for sector in sectors)
        if len(choices) <= _MOST:
            block = Block(BlockKind.CHOICES, (Span(asked.almanac.say("ask_sector")),))
            return CollectionReply((block,), understood=False, needs="sector", choices=choices)
        question = Block(BlockKind.PARAGRAPH, (Span(asked.almanac.say("ask_sector")),))
        items = (Block(BlockKind.ITEM, (Span(choice.label),)) for choice in choices)
        return CollectionReply((question, *items), understood=False, needs="sector")


def _next(asked: _Asked, upcoming: Upcoming, place: str) -> Iterator[Block]:
    say = asked.almanac.say
    if not upcoming.pickups:
        yield Block(BlockKind.NOTICE, (Span(say("collection_none", place=place)),))
        return
    title = say("collection_next", title=asked.book.calendar.title, place=place)
    yield Block(BlockKind.PARAGRAPH, (Span(title, bold=True),))
    for pickup in upcoming.pickups:
        yield Block(BlockKind.ITEM, (Span(_pickup(pickup, asked.almanac)),))
    for skipped in upcoming.skipped:
        yield Block(BlockKind.FACT, (Span(_skipped(skipped, asked.almanac)),))


def _pickup(pickup: PickUp, almanac: Almanac) -> str:
    said = almanac.heading(pickup.day)
    if pickup.time:
        said = almanac.say("collection_item_time", date=said, time=pickup.time)
    if pickup.usual is not None:
        said = almanac.say("collection_moved", collection=said, usual=almanac.written(pickup.usual))
    return said


def _skipped(skipped: Skipped, almanac: Almanac) -> str:
    date = almanac.written(skipped.day)
    if skipped.holiday is not None:
        return almanac.say("collection_skipped_holiday", date=date, name=skipped.holiday.name(almanac.language))
    return almanac.say("collection_skipped", date=date, reason=skipped.reason)


def _pattern(sector: CalendarSector, almanac: Almanac) -> str:
    """ "Secteur A : lundi, mercredi et vendredi"."""
    days = almanac.listed([almanac.weekday(WEEKDAYS.index(day)) for day in sector.days])
    return almanac.say(_PATTERNS[sector.weeks] if days else "sector_dates", sector=sector.name, days=days)


def _named_sector(asked: _Asked) -> CalendarSector | None:
    """The sector the text names, by its name or by its id after "secteur"; the only one if it is alone."""
    sectors = asked.book.calendar.sectors
    if len(sectors) == 1 and not asked.book.has_streets:
        return sectors[0]
    said = [word.text for word in words(asked.text)]
    named = [sector for sector in sectors if _says(said, tokens(sector.name)) or _says_id(said, sector.id)]
    # "Secteur Nord-Est" is more than "Nord".
    return max(named, key=lambda sector: len(tokens(sector.name)), default=None)


def _sector_by_days(asked: _Asked) -> CalendarSector | None:
    """The only sector that passes on exactly the days named: "lundi, mercredi et vendredi"."""
    days = {*asked.day.weekdays, *(day.weekday() for day in asked.day.dates)}
    sectors = asked.book.calendar.sectors
    fitting = [sector for sector in sectors if {WEEKDAYS.index(day) for day in sector.days} == days]
    return fitting[0] if len(days) > 1 and len(fitting) == 1 else None


def _says(said: Sequence[str], name: Sequence[str]) -> bool:
    """True if ``name`` stands in the text; a name of one word must follow "secteur" or be the whole text."""
    if len(name) == 1:
        return list(said) == list(name) or _says_id(said, name[0])
    return any(list(said[start : start + len(name)]) == list(name) for start in range(len(said)))


def _says_id(said: Sequence[str], identifier: str) -> bool:
    markers, wanted = read_words("collection")["sector"], identifier.split("-")
    return any(
        word in markers and list(said[start + 1 : start + 1 + len(wanted)]) == wanted for start, word in enumerate(said)
    )


def _sources(book: CalendarBook) -> tuple[SourceNote, ...]:
    return tuple(source_notes(book.calendar.sources, book.calendar.verified_on))


@cache
def _fillers() -> frozenset[str]:
    return fillers().union(read_words("collection")["fillers"].split())
