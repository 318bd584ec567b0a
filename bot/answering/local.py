"""Answers computed for this very question: a place's hours, the nearest place, a street's collection."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rapidfuzz.fuzz import ratio

from bot.answering.clauses import clauses, pieces
from bot.answering.composing import Extra
from bot.answering.days import DayMention
from bot.answering.normalise import tokens
from bot.answering.placequery import PlaceQuery
from bot.answering.targets import for_place, for_street, to_await
from bot.answering.trust import trust_of_calendar, trust_of_place
from bot.messages import Answer, Choice, Outcome

if TYPE_CHECKING:
    from bot.answering.opening import PlaceReply
    from bot.answering.turn import Turn
    from bot.knowledge.model import Entry

# Out of 100: a word this like one of a street's name is taken for it.
_LIKENESS = 75
# "12 rue de la Paix", to the end of the sentence, and "dans le 12e".
_ADDRESS = re.compile(
    r"\b(?:\d+ ?(?:bis|ter)?,? )?(?:rue|av|avenue|bd|boulevard|impasse|all[ée]e|chemin|quai|route|ruelle|faubourg)"
    r"\b[^,.;:?!\n]*"
    r"|\b(?:(?:dans|pour) le |du )?\d{1,2} ?(?:er|e|[eéè]me|i[eè]me)\b(?: arrondissement| arr\b)?",
    re.IGNORECASE,
)
_SEVERAL = 2
# An entry further down the ranking is no likelier than any other.
_LIKELY = 3

__all__ = [
    "answer_collection",
    "answer_place",
    "is_beyond",
    "owner_of",
    "place_and_more",
    "place_card",
    "several_places",
    "speaks_of_street",
]


def owner_of(turn: Turn, place_id: str | None, place_type: str | None) -> Entry | None:
    """The entry that speaks for a place: the one the question is most likely about, of its own and its type's.

    Of those that are as likely, its own entry rather than its type's, and one about hours rather than another.
    """
    owners = [entry for entry in turn.snapshot.base.entries.values() if _speaks_for(entry, place_id, place_type)]
    likely = {match.entry_id: rank for rank, match in enumerate(turn.ranking.matches[:_LIKELY])}
    return min(
        owners,
        key=lambda entry: (likely.get(entry.id, _LIKELY), entry.place != place_id, entry.kind != "hours"),
        default=None,
    )


def is_beyond(turn: Turn, query: PlaceQuery) -> bool:
    """True if ``turn`` is surely about an entry that speaks for no such place ("horaires des cimetières")."""
    entries, bar = turn.snapshot.base.entries, turn.snapshot.thresholds.answer
    return any(
        match.confidence >= bar
        and not any(_speaks_for(entries[match.entry_id], place, query.type) for place in query.candidates or (None,))
        for match in turn.ranking.matches[:1]
    )


def _speaks_for(entry: Entry, place_id: str | None, place_type: str | None) -> bool:
    return bool((place_id and entry.place == place_id) or (place_type and entry.place_type == place_type))


def answer_place(turn: Turn, query: PlaceQuery, entry: Entry | None = None) -> Answer:
    """Answer ``query``; ``entry`` is the one that led to it, if any."""
    snapshot = turn.snapshot
    reply = snapshot.places.answer(query, turn.now, turn.language, turn.question.location)
    owner = entry or owner_of(turn, reply.place_id, query.type)
    if reply.needs is None:
        return snapshot.composer.place(owner, reply, turn.language, turn.today)
    return _ask(turn, query, reply, owner)


def place_and_more(turn: Turn) -> Answer | None:
    """Both subjects to choose from, if one part of the message asks of a place and another of something else."""
    places, answer_from = turn.snapshot.places, turn.snapshot.thresholds.answer
    asked: PlaceQuery | None = None
    other: str | None = None
    for text, ranking in zip(clauses(turn.text, turn.reading), turn.parts, strict=False):
        query = places.read(text, turn.today)
        if query is not None and len(query.candidates) == 1 and query.intent is not None and not query.residue:
            asked = asked or query
        elif query is None and ranking.matches and ranking.matches[0].confidence >= answer_from:
            other = other or ranking.matches[0].entry_id
    if asked is None or other is None:
        return None
    place = turn.snapshot.base.places[asked.candidates[0]]
    answer = turn.snapshot.composer.clarify((other,), turn.language, several=True)
    first = Choice(1, place.name, for_place(place.id, asked))
    return replace(answer, choices=(first, *(replace(choice, number=2) for choice in answer.choices)))


def several_places(turn: Turn) -> Answer | None:
    """All to choose from, if parts of the message ask of different kinds of place ("la piscine et la poste")."""
    parts = pieces(turn.text)
    if len(parts) < _SEVERAL or turn.place_query is None or turn.as_written is not None:
        return None
    snapshot, asked = turn.snapshot, dict[str, PlaceQuery]()
    for text in parts:
        query = snapshot.places.read(text, turn.today)
        if query is not None and query.type is not None and not query.residue:
            asked.setdefault(query.type, query)
    if len(asked) < _SEVERAL:
        return None
    # "La mairie et la piscine sont ouvertes samedi ?": what is asked of the one is asked of the other.
    intent = next((query.intent for query in asked.values() if query.intent is not None), None)
    day = next((query.day for query in asked.values() if query.day.found), DayMention())
    whole = [
        replace(query, intent=query.intent or intent, day=query.day if query.day.found else day)
        for query in asked.values()
    ]
    found = [_choice(turn, query) for query in whole]
    choices = [Choice(number, *one) for number, one in enumerate(filter(None, found), 1)]
    if len(choices) < _SEVERAL:
        return None
    return replace(snapshot.composer.clarify((), turn.language, several=True), choices=tuple(choices))


def _choice(turn: Turn, query: PlaceQuery) -> tuple[str, str] | None:
    """The label and the target of what answers ``query``: the one place it means, else the entry on its kind."""
    if len(query.candidates) == 1:
        place = turn.snapshot.base.places[query.candidates[0]]
        return place.name, for_place(place.id, query)
    owner = owner_of(turn, None, query.type)
    return (turn.snapshot.composer.title(owner, turn.language), owner.id) if owner is not None else None


def place_card(turn: Turn, place_id: str | None) -> Extra | None:
    """What an entry says of its place, with the place's own age; None without such a place."""
    snapshot = turn.snapshot
    place = snapshot.base.places.get(place_id or "")
    card = snapshot.places.card(place.id, turn.now, turn.language) if place is not None else None
    if place is None or card is None:
        return None
    return replace(card, standing=trust_of_place(place, snapshot.base.city.review, turn.today))


def speaks_of_street(turn: Turn, entry: Entry) -> bool:
    """True unless ``turn`` is surely about another entry, its street set aside ("un lampadaire cassé rue X")."""
    if entry.calendar is None or entry.calendar not in turn.snapshot.base.calendars:
        return False
    snapshot = turn.snapshot
    street = snapshot.collections.answer(entry.calendar, turn.text, turn.today, turn.language).place
    named = tokens(street or "")
    rest = [word for word in tokens(turn.text) if not any(ratio(word, known) >= _LIKENESS for known in named)]
    found = snapshot.ranker.rank(" ".join(rest), turn.language).matches[:1]
    return all(match.entry_id == entry.id or match.confidence < snapshot.thresholds.answer for match in found)


def without_address(text: str) -> str:
    """``text`` without the street and the district it names; the whole if it says nothing else."""
    return " ".join(_ADDRESS.sub(" ", text).split()) or text


def _ask(turn: Turn, query: PlaceQuery, reply: PlaceReply, owner: Entry | None) -> Answer:
    """Which place, or where the resident is: asked under what is known of all such places."""
    composer = turn.snapshot.composer
    awaiting = to_await(reply.needs or "place", query)
    if reply.choices:
        choices = tuple(
            Choice(number, place.name, for_place(place.id, query)) for number, place in enumerate(reply.choices, 1)
        )
        return Answer(Outcome.CLARIFY, turn.language, reply.blocks, choices=choices, awaiting=awaiting)
    if owner is not None and query.unknown is None:
        answer = composer.entry(owner, turn.language, turn.today, Extra(reply.blocks))
        if answer.entry_id is not None:
            return replace(answer, awaiting=awaiting)
    said = " ".join(block.text for block in reply.blocks)
    return replace(composer.unknown(turn.language, notice=said), awaiting=awaiting)


def answer_collection(turn: Turn, entry: Entry, text: str, *, insist: bool) -> Answer | None:
    """The next collections of ``entry``'s calendar for the street ``text`` names.

    Without a street: the entry's own words, and the question; None if not ``insist``.
    """
    if entry.calendar is None or entry.calendar not in turn.snapshot.base.calendars:
        return None
    composer, base = turn.snapshot.composer, turn.snapshot.base
    reply = turn.snapshot.collections.answer(entry.calendar, text, turn.today, turn.language)
    if reply.place is not None:
        standing = trust_of_calendar(base.calendars[entry.calendar].calendar, entry, base.city.review, turn.today)
        street = for_street(entry.id, reply.place)
        extra = Extra(reply.blocks, reply.sources, street, instead=True, standing=standing)
        return composer.entry(entry, turn.language, turn.today, extra)
    if not (insist or reply.understood):
        return None
    answer = composer.entry(entry, turn.language, turn.today, Extra(reply.blocks))
    if answer.entry_id is None:
        return answer
    if reply.choices:
        choices = tuple(
            Choice(number, choice.label, for_street(entry.id, choice.text))
            for number, choice in enumerate(reply.choices, 1)
        )
        answer = composer.with_choices(answer, choices)
    return replace(answer, awaiting="street")
