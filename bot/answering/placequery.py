"""What a resident asks of a place: which place, what about it, for which day, and what else the question says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.days import DayMention, read_day
from bot.answering.phrases import Phrases, read_words, words
from bot.answering.placetypes import fillers

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from bot.answering.placewords import PlaceIndex

__all__ = ["PlaceIntent", "PlaceQuery", "follow_up", "read_query"]


class PlaceIntent(StrEnum):
    """What a resident wants to know of a place; where a question says several, the first here wins."""

    NEAREST = "nearest"
    PHONE = "phone"
    ACCESS = "access"
    ADDRESS = "address"
    CLOSING = "closing"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class PlaceQuery:
    """A question about a place, as read.

    ``candidates`` are ids of equally good places: one is certain, several call for a
    choice, none means that only ``type`` was named. ``intent`` is None if the
    question only names the place. ``residue`` are the words that are neither place,
    day, intent nor filler: with any left, the question may be about something else.
    ``unknown`` is a district that no place of the type has.
    """

    candidates: tuple[str, ...]
    type: str | None
    intent: PlaceIntent | None
    day: DayMention
    residue: tuple[str, ...] = ()
    unknown: str | None = None


def read_query(
    index: PlaceIndex, text: str, today: date, type_hint: str | None = None, *, days: bool = True
) -> PlaceQuery | None:
    """Read ``text`` on the local date ``today``; None if it names no place and no type of place.

    ``type_hint`` is the type the resident was asked to choose from: "le 19e" is then enough.
    Without ``days``, "le 15" is a district and no day of the month.
    """
    day = read_day(text, today, index.known) if days else DayMention()
    mention = index.find(text, day.positions, type_hint)
    if mention is None:
        return None
    intent, residue = _rest(text, day, mention.positions)
    if residue and not mention.sure:
        return None
    return PlaceQuery(mention.places, mention.type, intent, day, residue, mention.unknown)


def follow_up(
    index: PlaceIndex, text: str, place: str | None, place_type: str | None, today: date
) -> PlaceQuery | None:
    """Read ``text`` as said of ``place``, or of a type: "et le samedi ?", "c'est où ?", "et celle du 14e ?".

    None if it says anything else besides, or neither a day, an intent nor another place.
    """
    named = read_query(index, text, today, place_type)
    if named is not None and (named.candidates or named.type != place_type or named.unknown):
        return None if named.residue else replace(named, intent=named.intent or PlaceIntent.HOURS)
    day = read_day(text, today, index.known)
    mention = index.find(text, day.positions, place_type)
    intent, residue = _rest(text, day, mention.positions if mention is not None else frozenset())
    if residue or not (intent or day.found):
        return None
    return PlaceQuery((place,) if place else (), place_type, intent or PlaceIntent.HOURS, day)


def _rest(text: str, day: DayMention, place: Collection[int]) -> tuple[PlaceIntent | None, tuple[str, ...]]:
    found = words(text)
    taken = {*day.positions, *place}
    hits = _intents().find(found, taken)
    said = {PlaceIntent(hit.meaning) for hit in hits}
    for hit in hits:
        taken.update(range(hit.start, hit.end))
    intent = next((intent for intent in PlaceIntent if intent in said), None)
    left = (word.text for position, word in enumerate(found) if position not in taken)
    return intent, tuple(word for word in left if word not in fillers())


@cache
def _intents() -> Phrases:
    data = read_words("places")
    return Phrases(data["intents"], {*data["not_typos"], *fillers()})
