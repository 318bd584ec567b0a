"""The desk that answers for the town's places: open or closed, until when, where, and which is nearest."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from bot.answering.almanac import Almanac
from bot.answering.composing import Extra
from bot.answering.days import DayMention
from bot.answering.hourswriting import HoursWriter
from bot.answering.placequery import PlaceIntent, PlaceQuery, follow_up, read_query
from bot.answering.placewords import PlaceIndex
from bot.answering.trust import source_notes
from bot.knowledge.hours import parse_hours
from bot.knowledge.public_holidays import holiday_region
from bot.messages import Block, BlockKind, Location, SourceNote, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from bot.knowledge.hours import OpeningSchedule
    from bot.knowledge.model import Concept, Place
    from bot.voice import Voice

__all__ = ["PlaceDesk", "PlaceReply", "metres_between"]

# The mean radius of the Earth (IUGG), in metres.
_EARTH = 6_371_009
# As many choices as an answer offers.
_MOST = 3
_MISSING = {"address": "no_address", "phone": "no_phone", "access": "no_access"}


@dataclass(frozen=True, slots=True)
class PlaceReply:
    """What is said of a place. ``needs`` is what must be asked first: then there is no substance.

    ``choices`` are the two or three places to choose from, if so few. ``places`` are
    those the facts are about: the caller judges the age of what it says by them.
    """

    blocks: tuple[Block, ...]
    place_id: str | None = None
    sources: tuple[SourceNote, ...] = ()
    needs: Literal["place", "location"] | None = None
    choices: tuple[Place, ...] = ()
    places: tuple[Place, ...] = ()


class PlaceDesk:
    """Reads questions about places and answers them; holds no state between two questions."""

    def __init__(
        self,
        places: Mapping[str, Place],
        timezone: str,
        voice: Voice,
        concepts: Iterable[Concept] = (),
        insee: str | None = None,
    ) -> None:
        """Take in the base's ``places``.

        ``timezone`` is an IANA name; ``concepts`` lend types their synonyms; ``insee``
        tells which regional holidays count.
        Raises HoursError if a place's hours cannot be trusted: the base is checked before it is served.
        """
        self._places = places
        self._timezone = ZoneInfo(timezone)
        self._voice = voice
        self._index = PlaceIndex(places, concepts)
        region = holiday_region(insee)
        self._schedules: dict[str, OpeningSchedule] = {
            place.id: parse_hours(place.opening_hours, region) for place in places.values() if place.opening_hours
        }

    @property
    def kinds(self) -> frozenset[str]:
        """The folded words that name a kind of place: "mairie", "piscine"."""
        return self._index.kinds

    def read(self, text: str, today: date, type_hint: str | None = None) -> PlaceQuery | None:
        """What ``text`` asks of which place; None if it names none. ``type_hint``: see ``read_query``."""
        return read_query(self._index, text, today, type_hint) if self._places else None

    def which(self, text: str, today: date, place_type: str) -> PlaceQuery | None:
        """The place of that type that ``text`` names, asked which one: "le 15" is no date then."""
        query = self.read(text, today, place_type)
        if query is None or not query.candidates:
            named = read_query(self._index, text, today, place_type, days=False)
            query = named if named is not None and named.candidates and not named.residue else query
        return query

    def follow_up(self, text: str, place_id: str, today: date) -> PlaceQuery | None:
        """What ``text`` asks of the place talked of just before; None if it is no follow-up of it."""
        place = self._places.get(place_id)
        return follow_up(self._index, text, place_id, place.type, today) if place is not None else None

    def bare(self, text: str, today: date, place_type: str | None = None) -> PlaceQuery | None:
        """What ``text`` asks without a place ("c'est où ?", "et le samedi ?"), perhaps of one of that type."""
        query = follow_up(self._index, text, None, place_type, today)
        return query if query is not None and query.type == place_type else None

    def about(self, place_id: str) -> PlaceQuery | None:
        """The question of someone who picked that place and said no more; None if there is no such place."""
        place = self._places.get(place_id)
        return PlaceQuery((place_id,), place.type, PlaceIntent.HOURS, DayMention()) if place is not None else None

    def nearest(self, place_type: str) -> PlaceQuery:
        """The question of someone who shared a location to find the nearest place of that type."""
        return PlaceQuery((), place_type, PlaceIntent.NEAREST, DayMention())

    def around(self) -> PlaceQuery | None:
        """The question of someone who shared a location and said no more; None if no place is on the map."""
        located = tuple(place.id for place in self._places.values() if _where(place) is not None)
        return PlaceQuery(located, None, PlaceIntent.NEAREST, DayMention()) if located else None

    def card(self, place_id: str, at: datetime, language: str) -> Extra | None:
        """What an entry says of its place: open or closed now, address, phone; None if there is no such place."""
        place = self._places.get(place_id)
        if place is None:
            return None
        reply = self.answer(PlaceQuery((place_id,), place.type, None, DayMention()), at, language)
        return Extra(reply.blocks, reply.sources, place_id)

    def answer(self, query: PlaceQuery, at: datetime, language: str, location: Location | None = None) -> PlaceReply:
        """Answer ``query`` at the aware moment ``at``."""
        almanac = Almanac(self._voice, language, at.astimezone(self._timezone).date())
        known = query.candidates or (self._index.of_type(query.type) if query.type else ())
        if query.intent is PlaceIntent.NEAREST and len(known) > 1:
            return self._nearest([self._places[place] for place in known], almanac, at, location)
        if len(query.candidates) == 1:
            return self._one(self._places[query.candidates[0]], query, almanac, at)
        return self._which(query, [self._places[place] for place in known], language)

    # One place.

    def _one(self, place: Place, query: PlaceQuery, almanac: Almanac, at: datetime) -> PlaceReply:
        hours, facts = tuple(self._hours(place, query, almanac, at)), tuple(self._facts(place, query, almanac.language))
        asks_facts = query.intent in (PlaceIntent.ADDRESS, PlaceIntent.PHONE, PlaceIntent.ACCESS)
        blocks = (*facts, *hours) if asks_facts else (*hours, *facts)
        return PlaceReply(blocks, place.id, _sources([place]), places=(place,))

    def _hours(self, place: Place, query: PlaceQuery, almanac: Almanac, at: datetime) -> Iterator[Block]:
        writer = self._writer(place, almanac, at)
        asks_facts = query.intent in (PlaceIntent.ADDRESS, PlaceIntent.PHONE, PlaceIntent.ACCESS)
        if writer is not None:
            yield from writer.write(query.day, query.intent)
        elif not asks_facts:
            yield self._named(place, "no_hours", almanac.language)
        if place.hours_note and not asks_facts:
            yield _fact(self._say("note", almanac.language, value=place.hours_note))

    def _facts(self, place: Place, query: PlaceQuery, language: str) -> Iterator[Block]:
        """Address, phone and accessibility, what was asked for first; said to be missing only if it was asked for."""
        values = {"address": place.address, "phone": place.phone, "access": place.accessibility}
        asked = (
            str(query.intent) if query.intent in (PlaceIntent.ADDRESS, PlaceIntent.PHONE, PlaceIntent.ACCESS) else ""
        )
        if asked and not values[asked]:
            yield self._named(place, _MISSING[asked], language)
        elif asked:
            yield Block(BlockKind.TITLE, (Span(place.name, bold=True),))
        for name in sorted(values, key=lambda name: name != asked):
            if values[name]:
                yield _fact(self._say(name, language, value=values[name]))
        if place.url:
            yield Block(BlockKind.LINK, (Span(self._say("link", language), url=place.url),))

    # Several places.

    def _which(self, query: PlaceQuery, known: Sequence[Place], language: str) -> PlaceReply:
        if query.unknown is None and 1 < len(known) <= _MOST:
            blocks = (Block(BlockKind.CHOICES, (Span(self._say("ask_place", language)),)),)
            return PlaceReply(blocks, needs="place", choices=tuple(known))
        key = "unknown_place" if query.unknown is not None else "ask_place_example"
        said = self._say(key, language, example=known[0].name if known else "")
        return PlaceReply((Block(BlockKind.PARAGRAPH, (Span(said),)),), needs="place")

    def _nearest(self, known: Sequence[Place], almanac: Almanac, at: datetime, location: Location | None) -> PlaceReply:
        language = almanac.language
        located = [(place, where) for place in known if (where := _where(place)) is not None]
        if not located:
            return PlaceReply((Block(BlockKind.NOTICE, (Span(self._say("no_coordinates", language)),)),), needs="place")
        if location is None:
            asked = Block(BlockKind.PARAGRAPH, (Span(self._say("ask_location", language)),))
            return PlaceReply((asked,), needs="location")
        by_distance = sorted((metres_between(location, where), place.id) for place, where in located)[:_MOST]
        places = [self._places[place] for _, place in by_distance]
        blocks = [
            Block(BlockKind.PARAGRAPH, (Span(self._say("nearest" if len(places) > 1 else "nearest_one", language)),))
        ]
        for metres, place in zip((metres for metres, _ in by_distance), places, strict=True):
            blocks.append(self._near(place, metres, almanac, at))
        if len(located) < len(known):
            blocks.append(Block(BlockKind.NOTICE, (Span(self._say("some_without_coordinates", language)),)))
        return PlaceReply(tuple(blocks), places[0].id, _sources(places), places=tuple(places))

    def _near(self, place: Place, metres: float, almanac: Almanac, at: datetime) -> Block:
        distance = self._distance(metres, almanac.language)
        said = self._say("nearest_item", almanac.language, place=place.name, distance=distance)
        rest = [f" ({place.address})."] if place.address else ["."]
        writer = self._writer(place, almanac, at)
        if writer is not None:
            state = writer.now_in_words()
            rest.append(f" {state[:1].upper()}{state[1:]}")
        return Block(BlockKind.ITEM, (Span(said, bold=True), Span("".join(rest))))

    def _distance(self, metres: float, language: str) -> str:
        if metres < 1000:  # one kilometre
            return self._say("metres", language, number=max(10, round(metres / 10) * 10))
        kilometres = f"{metres / 1000:.1f}".replace(".", self._say("decimal", language))
        return self._say("kilometres", language, number=kilometres)

    # Small things.

    def _writer(self, place: Place, almanac: Almanac, at: datetime) -> HoursWriter | None:
        schedule = self._schedules.get(place.id)
        return HoursWriter(place, schedule, almanac, at, self._timezone) if schedule is not None else None

    def _say(self, name: str, language: str, **values: object) -> str:
        return self._voice.say(f"places.{name}", language, **values)

    def _named(self, place: Place, name: str, language: str) -> Block:
        title = self._say("name", language, place=place.name)
        return Block(BlockKind.PARAGRAPH, (Span(title, bold=True), Span(f" {self._say(name, language)}")))


def metres_between(one: Location, other: Location) -> float:
    """The great-circle distance between two points, in metres (haversine)."""
    rise = radians(other.latitude - one.latitude)
    turn = radians(other.longitude - one.longitude)
    chord = sin(rise / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(turn / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(chord)))


def _where(place: Place) -> Location | None:
    if place.latitude is None or place.longitude is None:
        return None
    return Location(place.latitude, place.longitude)


def _sources(places: Iterable[Place]) -> tuple[SourceNote, ...]:
    notes = (note for place in places for note in source_notes(place.sources, place.verified_on))
    return tuple(dict.fromkeys(notes))


def _fact(text: str) -> Block:
    return Block(BlockKind.FACT, (Span(text),))
