"""One base ready to answer: its knowledge, its trained ranker and the desks that compute, swapped as one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.answering.collection import CollectionDesk
from bot.answering.composing import Composer
from bot.answering.deciding import Thresholds
from bot.answering.documents import verbatim
from bot.answering.elsewhere import Elsewhere
from bot.answering.language import LanguageGuesser
from bot.answering.opening import PlaceDesk
from bot.answering.ranking import Ranker
from bot.voice import DEFAULT_LANGUAGE, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from bot.answering.concepts import ConceptFinder
    from bot.answering.model import Model
    from bot.knowledge.base import KnowledgeBase

__all__ = ["Snapshot", "make_snapshot", "warm"]

# Choices are offered when the right one is among them four times in five: offered sooner, they are
# put to one question in four that nothing answers. Below, the bot says that it does not know, and
# names what might still be meant, if it is not far-fetched.
_CLARIFY = 0.8
_SUGGEST = 0.25


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one answer needs; an answer under way keeps the one it started with."""

    base: KnowledgeBase
    voice: Voice
    composer: Composer
    ranker: Ranker
    thresholds: Thresholds
    verbatim: Mapping[tuple[str, ...], str]
    places: PlaceDesk
    collections: CollectionDesk
    guesser: LanguageGuesser
    elsewhere: Elsewhere


def make_snapshot(base: KnowledgeBase, model: Model, finder: ConceptFinder, target_precision: float) -> Snapshot:
    """Bring together what a base needs to answer; ``target_precision`` (0 to 1) is for direct answers."""
    voice = Voice(base.voice)
    places = PlaceDesk(base.places, base.city.timezone, voice, base.concepts.values(), base.city.insee)
    return Snapshot(
        base=base,
        voice=voice,
        composer=Composer(base, voice),
        ranker=Ranker(model, finder),
        verbatim=verbatim(base.entries.values()),
        thresholds=Thresholds(model.calibration.threshold(target_precision), _CLARIFY, _SUGGEST),
        places=places,
        collections=CollectionDesk(base.calendars, voice, base.city.insee),
        guesser=LanguageGuesser(tuple(base.city.languages)),
        elsewhere=Elsewhere(_own_names(base), model.known, places.kinds),
    )


def _own_names(base: KnowledgeBase) -> Iterator[str]:
    """The names that stand for the town itself, its own first."""
    town = base.city.name
    yield town
    postcode = re.compile(rf"\b(\d{{5}}) {re.escape(town)}")
    for place in base.places.values():
        address = place.address or ""
        yield from (place.name, *place.aliases, address, *postcode.findall(address))
    for book in base.calendars.values():
        yield from book.street_names


def warm(snapshot: Snapshot, now: datetime) -> None:
    """Compute once, at the aware moment ``now``, what answers about hours and collections would wait for first."""
    today = now.astimezone(ZoneInfo(snapshot.base.city.timezone)).date()
    snapshot.places.read("?", today)
    for place in snapshot.base.places.values():
        if place.opening_hours:
            snapshot.places.card(place.id, now, DEFAULT_LANGUAGE)
            break
    for calendar in snapshot.base.calendars:
        snapshot.collections.answer(calendar, "?", today, DEFAULT_LANGUAGE)
