"""Answers computed for this very question: a place's hours, the nearest place, a street's collection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answering.composing import Extra
from bot.answering.targets import for_place, for_street
from bot.messages import Choice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.answering.opening import PlaceReply
    from bot.answering.placequery import PlaceQuery
    from bot.answering.turn import Turn
    from bot.knowledge.model import Entry
    from bot.messages import Answer

__all__ = ["answer_collection", "answer_place", "owner_of"]


def owner_of(entries: Iterable[Entry], place_id: str | None, place_type: str | None) -> Entry | None:
    """The entry that speaks for a place: its own, else its type's; one about hours rather than another."""
    owners = [entry for entry in entries if entry.place == place_id or (place_type and entry.place_type == place_type)]
    return min(
        owners,
        key=lambda entry: (entry.place != place_id, entry.kind != "hours"),
        default=None,
    )


def answer_place(turn: Turn, query: PlaceQuery, entry: Entry | None = None) -> Answer:
    """Answer ``query``; ``entry`` is the one that led to it, if any."""
    snapshot = turn.snapshot
    reply = snapshot.places.answer(query, turn.now, turn.language, turn.question.location)
    owner = entry or owner_of(snapshot.base.entries.values(), reply.place_id, query.type)
    if reply.needs is None:
        return snapshot.composer.place(owner, reply, turn.language, turn.today)
    return _ask(turn, query, reply, owner)


def _ask(turn: Turn, query: PlaceQuery, reply: PlaceReply, owner: Entry | None) -> Answer:
    """Which place, or where the resident is: asked under what is known of all such places."""
    composer = turn.snapshot.composer
    awaiting = f"{reply.needs}:{query.type or ''}"
    if reply.choices:
        choices = tuple(
            Choice(number, place.name, for_place(place.id, query)) for number, place in enumerate(reply.choices, 1)
        )
        return replace(composer.choose(choices, turn.language), awaiting=awaiting)
    if owner is None or query.unknown is not None:
        said = " ".join(block.text for block in reply.blocks)
        return replace(composer.unknown(turn.language, notice=said), awaiting=awaiting)
    answer = composer.entry(owner, turn.language, turn.today, Extra(reply.blocks))
    return replace(answer, awaiting=awaiting)


def answer_collection(turn: Turn, entry: Entry, text: str, *, insist: bool) -> Answer | None:
    """The next collections of ``entry``'s calendar for the street ``text`` names.

    Without a street: the entry's own words, and the question; None if not ``insist``.
    """
    if entry.calendar is None or entry.calendar not in turn.snapshot.base.calendars:
        return None
    composer = turn.snapshot.composer
    reply = turn.snapshot.collections.answer(entry.calendar, text, turn.today, turn.language)
    if reply.needs is None:
        extra = Extra(reply.blocks, reply.sources, instead=True)
        return composer.entry(entry, turn.language, turn.today, extra)
    if not (insist or reply.understood):
        return None
    answer = composer.entry(entry, turn.language, turn.today, Extra(reply.blocks))
    if reply.choices:
        choices = tuple(
            Choice(number, choice.label, for_street(entry.id, choice.text))
            for number, choice in enumerate(reply.choices, 1)
        )
        answer = composer.with_choices(answer, choices)
    return replace(answer, awaiting="street")
