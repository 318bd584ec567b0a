"""One base ready to answer: its knowledge, its trained ranker and the desks that compute, swapped as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answering.collection import CollectionDesk
from bot.answering.composing import Composer
from bot.answering.deciding import Thresholds
from bot.answering.elsewhere import Elsewhere
from bot.answering.language import LanguageGuesser
from bot.answering.opening import PlaceDesk
from bot.answering.ranking import Ranker
from bot.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.answering.concepts import ConceptFinder
    from bot.answering.model import Model
    from bot.knowledge.base import KnowledgeBase

__all__ = ["Snapshot", "make_snapshot"]

# Choices are offered when the right one is more likely among them than not.
_CLARIFY = 0.5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one answer needs; an answer under way keeps the one it started with."""

    base: KnowledgeBase
    voice: Voice
    composer: Composer
    ranker: Ranker
    thresholds: Thresholds
    places: PlaceDesk
    collections: CollectionDesk
    guesser: LanguageGuesser
    elsewhere: Elsewhere


def make_snapshot(base: KnowledgeBase, model: Model, finder: ConceptFinder, target_precision: float) -> Snapshot:
    """Bring together what a base needs to answer; ``target_precision`` (0 to 1) is for direct answers."""
    voice = Voice(base.voice)
    return Snapshot(
        base=base,
        voice=voice,
        composer=Composer(base, voice),
        ranker=Ranker(model, finder),
        thresholds=Thresholds(model.calibration.threshold(target_precision), _CLARIFY),
        places=PlaceDesk(base.places, base.city.timezone, voice, base.concepts.values(), base.city.insee),
        collections=CollectionDesk(base.calendars, voice, base.city.insee),
        guesser=LanguageGuesser(tuple(base.city.languages)),
        elsewhere=Elsewhere(_own_names(base), model.known),
    )


def _own_names(base: KnowledgeBase) -> Iterator[str]:
    """The names that stand for the town itself, its own first."""
    yield base.city.name
    for place in base.places.values():
        yield from (place.name, *place.aliases, place.address or "")
    for book in base.calendars.values():
        yield from book.street_names
