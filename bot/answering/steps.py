"""The steps a message goes through, in order; the first that has something to say answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answering.deciding import Verdict
from bot.answering.followups import (
    Facet,
    is_bare_number,
    is_elliptic,
    is_refusal,
    read_facet,
    read_follow_up,
    read_pick,
    says_nothing,
)
from bot.answering.local import (
    answer_collection,
    answer_place,
    is_beyond,
    owner_of,
    place_and_more,
    place_card,
    several_places,
    speaks_of_street,
    without_address,
)
from bot.answering.smalltalk import reply
from bot.answering.targets import read_awaited, read_target
from bot.messages import Answer, Block, BlockKind, Outcome, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.answering.placequery import PlaceQuery
    from bot.answering.turn import Turn
    from bot.knowledge.model import Entry

    Step = Callable[[Turn], Answer | None]

__all__ = ["STEPS"]

# A follow-up's own words must mostly be the new entry's: the old subject alone proves nothing.
_OWN_WORDS = 0.6
_SHORT = 7
_MORE_THAN_NOT = 0.5
_WORTH_ASKING = 0.25
# A place named in a message that says this many words of something else is not what it asks about.
_MUCH_MORE = 5
_CANDIDATES = 3
_FACET_KINDS = {Facet.COST: "price"}


def chosen(turn: Turn) -> Answer | None:
    """A button pressed, or a choice pointed at: "2", "la première", "oui"."""
    if turn.question.choice is not None:
        return _target(turn, turn.question.choice) or _gone(turn)
    choices = turn.state.choices if turn.state is not None else ()
    only_choices = turn.state is not None and turn.state.entry_id is None
    choice = read_pick(turn.text, choices, only_choices=only_choices)
    if choice is not None:
        return _target(turn, choice.target) or _gone(turn)
    if turn.state is not None and is_refusal(turn.text):
        said = turn.snapshot.voice.say("answer.refused", turn.language)
        return Answer(Outcome.SMALLTALK, turn.language, (Block(BlockKind.PARAGRAPH, (Span(said),)),))
    if is_bare_number(turn.text):
        return turn.snapshot.composer.choose(choices, turn.language) if len(choices) > 1 else _gone(turn)
    return None


def around(turn: Turn) -> Answer | None:
    """A location shared without a word: the places nearest to it."""
    if turn.question.location is None or turn.text.strip():
        return None
    query = turn.snapshot.places.around()
    return answer_place(turn, query) if query is not None else None


def small(turn: Turn) -> Answer | None:
    """A greeting, a thank-you, an insult, a question about the bot: nothing a town has to know."""
    if turn.question.location is not None and turn.state is not None and turn.state.awaiting:
        return None
    # What staff wrote as a question is one: "je suis né ici, je suis un quoi".
    if turn.as_written is not None:
        return None
    # "C'est long ?" is impatience from a stranger, but a question after an answer.
    if turn.last_entry is not None and read_facet(turn.text) is not None:
        return None
    return reply(turn.text, turn.snapshot, turn.language)


def awaited(turn: Turn) -> Answer | None:
    """The street, the place or the location the bot asked for."""
    if turn.state is None or turn.state.awaiting is None:
        return None
    asked = read_awaited(turn.state.awaiting)
    if asked.kind == "street":
        entry = turn.last_entry
        if entry is None or not speaks_of_street(turn, entry):
            return None
        return answer_collection(turn, entry, turn.text, insist=False)
    if asked.kind == "location" and turn.question.location is not None and asked.type is not None:
        return answer_place(turn, turn.snapshot.places.nearest(asked.type))
    places = turn.snapshot.places
    query = places.which(turn.text, turn.today, asked.type) if asked.type is not None else turn.place_query
    if query is None and asked.type is not None:
        query = places.bare(turn.text, turn.today, asked.type)
        return answer_place(turn, query) if query is not None else None
    if query is None or not query.candidates or query.residue:
        return None
    if query.type != asked.type:
        return answer_place(turn, query)
    intent = query.intent or (None if asked.kind == "location" else asked.intent)
    return answer_place(turn, replace(query, intent=intent, day=query.day if query.day.found else asked.day))


def elsewhere(turn: Turn) -> Answer | None:
    """A question about another town, which this one must not answer with its own facts."""
    name = turn.snapshot.elsewhere.find(turn.text)
    if name is None:
        return None
    ranker = turn.snapshot.ranker
    # An entry may speak of other towns itself ("les autres villes qui ont quitté X").
    if any(ranker.covered(name, turn.language, match.entry_id) == 1 for match in turn.ranking.matches[:1]):
        return None
    voice, town = turn.snapshot.voice, turn.snapshot.base.city.name
    said = voice.say("elsewhere.notice", turn.language, place=name, town=town)
    return turn.snapshot.composer.unknown(turn.language, notice=said)


def place(turn: Turn) -> Answer | None:
    """A question about one place, or about the nearest one, and nothing else."""
    query = turn.place_query
    if query is None or query.residue or not (query.candidates or query.intent or query.unknown):
        return None
    return None if is_beyond(turn, query) else answer_place(turn, query)


def continued(turn: Turn) -> Answer | None:
    """A message that leans on the last answer."""
    if turn.state is None:
        return None
    entry = turn.last_entry
    answer = _same_place(turn, turn.state.place_id, entry)
    if answer is not None or entry is None:
        return answer
    follow_up = read_follow_up(turn.text, entry, turn.language)
    if follow_up is not None:
        if follow_up.entry is not None:
            return _target(turn, follow_up.entry)
        return turn.snapshot.composer.follow_up(entry, follow_up, turn.language, turn.today)
    facet = read_facet(turn.text)
    if facet is not None:
        return _facet(turn, entry, facet)
    answer = _same_subject(turn, entry)
    if answer is None and is_elliptic(turn.text) and turn.decision.verdict is not Verdict.ANSWER:
        # "Et pour un enfant ?" leans on what was said: by itself it would be taken for another subject.
        return _not_said(turn, entry)
    return answer


def ranked(turn: Turn) -> Answer:
    """What the ranking decides: an answer, choices, or an honest "I do not know"."""
    decision, composer = turn.decision, turn.snapshot.composer
    if says_nothing(turn.text) and not turn.as_written:
        return composer.unknown(turn.language)
    both = place_and_more(turn) if turn.as_written is None else None
    if both is not None:
        return both
    if decision.verdict is Verdict.ANSWER:
        return _entry(turn, turn.snapshot.base.entries[decision.entry_ids[0]])
    computed = _collected(turn) or _placed(turn)
    if computed is not None:
        return computed
    if decision.verdict is Verdict.CLARIFY:
        return composer.clarify(decision.entry_ids, turn.language, several=decision.several)
    return composer.suggest(decision.entry_ids, turn.language)


STEPS: tuple[tuple[str, Step], ...] = (
    ("choice", chosen),
    ("awaited", awaited),
    ("around", around),
    ("smalltalk", small),
    ("elsewhere", elsewhere),
    ("places", several_places),
    ("place", place),
    ("follow_up", continued),
    ("answer", ranked),
)


def _gone(turn: Turn) -> Answer:
    said = turn.snapshot.voice.say("answer.choice_gone", turn.language)
    return turn.snapshot.composer.unknown(turn.language, notice=said)


def _target(turn: Turn, text: str) -> Answer | None:
    """The answer a choice stands for, or None if the base no longer has it."""
    base, composer, target = turn.snapshot.base, turn.snapshot.composer, read_target(text)
    if target.kind == "place":
        found = base.places.get(target.id)
        return answer_place(turn, target.place_query(found.type)) if found is not None else None
    entry = base.entries.get(target.id)
    if entry is None:
        return None
    if target.kind == "street":
        return answer_collection(turn, entry, target.rest, insist=True)
    if target.kind == "followup":
        if target.number is None or target.number >= len(entry.follow_ups):
            return None
        return composer.follow_up(entry, entry.follow_ups[target.number], turn.language, turn.today)
    return _entry(turn, entry)


def _entry(turn: Turn, entry: Entry) -> Answer:
    """``entry``, with what can be computed for this very question: a place's hours, a collection's dates."""
    answer = answer_collection(turn, entry, turn.text, insist=True)
    if answer is not None:
        return answer
    query, place_id = turn.place_query, entry.place
    if query is not None and entry.place_type is not None and query.type == entry.place_type:
        if len(query.candidates) > 1 or (entry.kind == "hours" and (query.candidates or not query.residue)):
            return answer_place(turn, query, entry)
        place_id = query.candidates[0] if query.candidates else place_id
    return turn.snapshot.composer.entry(entry, turn.language, turn.today, place_card(turn, place_id))


def _facet(turn: Turn, entry: Entry, facet: Facet) -> Answer:
    """One side of ``entry``; where the entry does not say, a neighbour that does, else an honest "not known"."""
    composer = turn.snapshot.composer
    read = {Facet.COST: composer.cost, Facet.DELAY: composer.delay, Facet.DOCUMENTS: composer.documents}[facet]
    facts = read(entry, turn.language)
    if facts:
        return composer.details(entry, turn.language, turn.today, facts)
    for follow_up in entry.follow_ups:
        near = turn.snapshot.base.entries.get(follow_up.entry or "")
        if near is not None and (near.kind == _FACET_KINDS.get(facet) or read(near, turn.language)):
            return _entry(turn, near)
    return _not_said(turn, entry)


def _same_place(turn: Turn, place_id: str | None, entry: Entry | None) -> Answer | None:
    """More about the place or street spoken of ("et le samedi ?"), or about the entry's own."""
    places, target = turn.snapshot.places, read_target(place_id or "")
    if target.kind == "entry" and place_id is not None:
        query = places.follow_up(turn.text, place_id, turn.today)
        return answer_place(turn, query) if query is not None else None
    if entry is None:
        return None
    bare = places.bare(turn.text, turn.today, entry.place_type)
    if target.kind == "street" and bare is not None:
        return answer_collection(turn, entry, f"{target.rest} {turn.text}", insist=True)
    if entry.calendar is not None and is_elliptic(turn.text) and speaks_of_street(turn, entry):
        return answer_collection(turn, entry, turn.text, insist=False)
    if bare is None or bare.type is not None:
        return answer_place(turn, bare, entry) if bare is not None else None
    return _not_said(turn, entry) if turn.decision.verdict is not Verdict.ANSWER else None


def _not_said(turn: Turn, entry: Entry) -> Answer:
    """An honest "not known" of ``entry``, which stays the subject."""
    composer = turn.snapshot.composer
    said = turn.snapshot.voice.say("answer.unknown_detail", turn.language, title=composer.title(entry, turn.language))
    return replace(composer.unknown(turn.language, notice=said), entry_id=entry.id)


def _same_subject(turn: Turn, entry: Entry) -> Answer | None:
    """A short message taken with the last entry's subject ("et pour un mineur ?")."""
    leaning = is_elliptic(turn.text)
    if not leaning and (turn.decision.verdict is Verdict.ANSWER or len(turn.text.split()) > _SHORT):
        return None
    # "La cantine pour mon fils" is more likely about the canteen than not: it leans on nothing.
    own = any(found.confidence >= _MORE_THAN_NOT for found in turn.ranking.matches[:1])
    if not leaning and own and turn.ranking.matches[0].entry_id != entry.id:
        return None
    ranker = turn.snapshot.ranker
    together = ranker.rank(f"{entry.title} {turn.text}", turn.language)
    for match in together.matches[:_CANDIDATES]:
        if match.entry_id == entry.id:
            continue
        if ranker.covered(turn.text, turn.language, match.entry_id) < _OWN_WORDS:
            continue
        alone = max((found.confidence for found in turn.ranking.matches[:1]), default=0.0)
        if match.confidence >= max(turn.snapshot.thresholds.answer, alone):
            return _entry(turn, turn.snapshot.base.entries[match.entry_id])
    return None


def _collected(turn: Turn) -> Answer | None:
    """A collection whose street hid the question from the ranking ("bac jaune rue de la Mairie")."""
    entries, snapshot = turn.snapshot.base.entries, turn.snapshot
    for match in turn.ranking.matches[:_CANDIDATES]:
        entry = entries[match.entry_id]
        if entry.calendar is not None:
            answer = answer_collection(turn, entry, turn.text, insist=False)
            if answer is not None:
                return answer
            break
    # "Bac jaune rue de la Paix": a street no calendar names is still where, not what; and of what
    # might be meant, what has a calendar is asked of a street.
    rest = without_address(turn.text)
    if rest == turn.text:
        return None
    ranking = snapshot.ranker.rank(rest, turn.language)
    likely = ranking.matches[:_CANDIDATES] if ranking.among_three >= snapshot.thresholds.clarify else ()
    for entry in (entries[match.entry_id] for match in likely if match.confidence >= _WORTH_ASKING):
        if entry.calendar is not None:
            return answer_collection(turn, entry, turn.text, insist=True)
    return None


def _placed(turn: Turn) -> Answer | None:
    """A place asked about beside what the ranking made nothing of, or the bare name of a kind of place."""
    query: PlaceQuery | None = turn.place_query
    if query is None:
        return None
    if query.candidates:
        aside = len(query.residue) > _MUCH_MORE
        return answer_place(turn, query) if query.intent is not None and not aside else None
    # "Hôtel de ville" and no more: not what the ranking guesses, but which one.
    owner = owner_of(turn, None, query.type)
    offered = turn.decision.entry_ids
    if query.residue or owner is None or owner.id in offered:
        return None
    return answer_place(turn, query, owner)
