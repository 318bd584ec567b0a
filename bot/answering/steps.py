"""The steps a message goes through, in order; the first that has something to say answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answering.composing import Extra
from bot.answering.deciding import Verdict
from bot.answering.followups import Facet, is_elliptic, read_facet, read_follow_up, read_pick
from bot.answering.smalltalk import reply
from bot.messages import Answer, Block, BlockKind, Choice, Outcome, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.answering.placequery import PlaceQuery
    from bot.answering.turn import Turn
    from bot.knowledge.model import Entry

    Step = Callable[[Turn], Answer | None]

__all__ = ["STEPS"]

_PLACE = "place:"
_FOLLOW_UP = "followup:"


def chosen(turn: Turn) -> Answer | None:
    """A button pressed, or a choice pointed at: "2", "la première", "oui"."""
    if turn.question.choice is not None:
        return _target(turn, turn.question.choice) or _gone(turn)
    if turn.state is None:
        return None
    choice = read_pick(turn.text, turn.state.choices)
    return _target(turn, choice.target) if choice is not None else None


def small(turn: Turn) -> Answer | None:
    """A greeting, a thank-you, an insult, a question about the bot: nothing a town has to know."""
    return reply(turn.text, turn.snapshot, turn.language)


def awaited(turn: Turn) -> Answer | None:
    """The street or the location the bot asked for."""
    if turn.state is None or turn.state.awaiting is None:
        return None
    entry = turn.last_entry
    if turn.state.awaiting == "street" and entry is not None and entry.calendar is not None:
        return _collection(turn, entry, insist=False)
    return None


def place(turn: Turn) -> Answer | None:
    """A question about one place, or about the nearest one, and nothing else."""
    query = turn.snapshot.places.read(turn.text, turn.today)
    if query is None or query.residue or not (query.candidates or query.intent or query.unknown):
        return None
    return _place(turn, query)


def continued(turn: Turn) -> Answer | None:
    """A message that leans on the last answer."""
    if turn.state is None:
        return None
    if turn.state.place_id is not None:
        query = turn.snapshot.places.follow_up(turn.text, turn.state.place_id, turn.today)
        if query is not None:
            return _place(turn, query)
    entry = turn.last_entry
    if entry is None:
        return None
    follow_up = read_follow_up(turn.text, entry, turn.language)
    if follow_up is not None:
        return (
            _target(turn, follow_up.entry)
            if follow_up.entry
            else turn.snapshot.composer.follow_up(entry, follow_up, turn.language, turn.today)
        )
    facet = read_facet(turn.text, turn.language)
    if facet is not None:
        return _facet(turn, entry, facet)
    return _same_subject(turn, entry)


def ranked(turn: Turn) -> Answer:
    """What the ranking decides: an answer, choices, or an honest "I do not know"."""
    decision, composer = turn.decision, turn.snapshot.composer
    if decision.verdict is Verdict.ANSWER:
        return _entry(turn, turn.snapshot.base.entries[decision.entry_ids[0]])
    query = turn.snapshot.places.read(turn.text, turn.today)
    if query is not None and query.intent is not None and query.candidates:
        return _place(turn, query)
    if decision.verdict is Verdict.CLARIFY:
        return composer.clarify(decision.entry_ids, turn.language, several=decision.several)
    return composer.unknown(turn.language)


STEPS: tuple[tuple[str, Step], ...] = (
    ("choice", chosen),
    ("smalltalk", small),
    ("awaited", awaited),
    ("place", place),
    ("follow_up", continued),
    ("answer", ranked),
)


def _gone(turn: Turn) -> Answer:
    said = turn.snapshot.voice.say("answer.choice_gone", turn.language)
    return turn.snapshot.composer.unknown(turn.language, notice=said)


def _target(turn: Turn, target: str | None) -> Answer | None:
    """The answer a choice stands for, or None if the base no longer has it."""
    base, composer = turn.snapshot.base, turn.snapshot.composer
    if target is None:
        return None
    if target.startswith(_PLACE):
        query = turn.snapshot.places.about(target.removeprefix(_PLACE))
        return _place(turn, query) if query is not None else None
    if target.startswith(_FOLLOW_UP):
        entry_id, _, number = target.removeprefix(_FOLLOW_UP).rpartition(":")
        entry = base.entries.get(entry_id)
        if entry is None or not number.isdigit() or int(number) >= len(entry.follow_ups):
            return None
        return composer.follow_up(entry, entry.follow_ups[int(number)], turn.language, turn.today)
    entry = base.entries.get(target)
    return _entry(turn, entry) if entry is not None else None


def _entry(turn: Turn, entry: Entry) -> Answer:
    """``entry``, with what can be computed for this very question: a place's hours, a collection's dates."""
    if entry.calendar is not None:
        answer = _collection(turn, entry, insist=True)
        if answer is not None:
            return answer
    if entry.place_type is not None or entry.place is not None:
        query = turn.snapshot.places.read(turn.text, turn.today)
        if query is not None and query.candidates and query.type == entry.place_type:
            return _place(turn, query, entry)
        if entry.place is not None:
            card = turn.snapshot.places.card(entry.place, turn.now, turn.language)
            return turn.snapshot.composer.entry(entry, turn.language, turn.today, card)
    return turn.snapshot.composer.entry(entry, turn.language, turn.today)
