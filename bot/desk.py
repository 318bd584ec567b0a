"""The desk: one question in, one answer out, whatever the question is."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answering.emergency import emergency_blocks
from bot.answering.followups import is_bare_number
from bot.answering.normalise import clean
from bot.answering.smalltalk import without_courtesies
from bot.answering.snapshot import warm
from bot.answering.steps import STEPS
from bot.answering.targets import read_target
from bot.answering.turn import Timings, Turn
from bot.messages import Answer, Block, BlockKind, Outcome, Question, Span
from bot.ports import ConversationState
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from bot.answering.emergency import Emergency, EmergencyDetector
    from bot.answering.snapshot import Snapshot
    from bot.messages import Choice
    from bot.ports import Clock, Store

__all__ = ["Desk"]

_LOG = logging.getLogger("parvis.desk")
# Longer messages are read up to here, and the resident is told.
_MAX_TEXT = 1000
_NOBODY = "warm-up"


class Desk:
    """Answers questions from the current snapshot; safe to share between threads."""

    def __init__(self, snapshot: Snapshot, store: Store, clock: Clock, detector: EmergencyDetector) -> None:
        self._snapshot = snapshot
        self._store = store
        self._clock = clock
        self._detector = detector

    @property
    def snapshot(self) -> Snapshot:
        """What answers are given from now."""
        return self._snapshot

    def swap(self, snapshot: Snapshot) -> None:
        """Make ``snapshot`` ready and answer from it from now on; answers under way keep theirs."""
        warm(snapshot, self._clock.now())
        self._snapshot = snapshot

    def say(self, key: str, language: str | None) -> str:
        """The sentence ``key`` of the town's voice in ``language`` or in French, with the town's name filled in."""
        snapshot = self._snapshot
        return snapshot.voice.say(key, language or DEFAULT_LANGUAGE, town=snapshot.base.city.name)

    def warm_up(self) -> None:
        """Read what the first answer would otherwise wait for."""
        now = self._clock.now()
        self.answer(Question("", "", "", _NOBODY, "?", now))
        warm(self._snapshot, now)
        self._store.forget(_NOBODY)

    def answer(self, question: Question) -> Answer:
        """Answer ``question``; never raises: the resident always gets at least the desk to call."""
        snapshot = self._snapshot
        try:
            return self._answer(question, snapshot)
        except Exception as error:  # noqa: BLE001  # a resident always gets an answer
            # The message of the error may quote the question: only its kind is logged.
            _LOG.error("no answer to question %s: %s", question.id, type(error).__name__)
            language = question.language if question.language and snapshot.voice.speaks(question.language) else "fr"
            said = snapshot.voice.say("answer.error", language)
            blocks = (Block(BlockKind.NOTICE, (Span(said),)), snapshot.composer.contact(language))
            return Answer(Outcome.ERROR, language, blocks)

    def _answer(self, question: Question, snapshot: Snapshot) -> Answer:
        timings = Timings()
        with timings.step("read"):
            text = clean(question.text, _MAX_TEXT)
            now = self._clock.now()
            state = self._store.recall(question.conversation, now)
            chosen = state.language if state is not None else None
            language = snapshot.guesser.guess(text, question.language, chosen)
            turn = Turn(question, snapshot, without_courtesies(text), language, state, now, timings)
            emergency = self._detector.detect(text) if _says_more_than_a_choice(question, text) else None
        if emergency is not None and emergency.certain:
            answer = self._rescue(emergency, turn, None)
        else:
            answer = _ordinary(turn)
            if emergency is not None:
                answer = self._rescue(emergency, turn, answer)
        if len(question.text) > len(text) and len(text) >= _MAX_TEXT - 1:
            notice = Block(BlockKind.NOTICE, (Span(snapshot.voice.say("answer.too_long", answer.language)),))
            answer = replace(answer, blocks=(notice, *answer.blocks))
        self._store.remember(question.conversation, _next_state(turn, answer))
        matches = turn.ranking.matches
        return replace(answer, matches=matches, timings=timings.total())

    def _rescue(self, emergency: Emergency, turn: Turn, ordinary: Answer | None) -> Answer:
        """The numbers first; the town's own notes; then the ordinary answer, if the alarm is in doubt."""
        voice, language = turn.snapshot.voice, turn.language
        blocks = emergency_blocks(emergency, voice, language)
        notes = tuple(Block(BlockKind.NOTICE, (Span(note),)) for note in turn.snapshot.base.city.emergency_notes)
        if ordinary is None:
            return Answer(Outcome.EMERGENCY, language, (*blocks, *notes))
        return replace(ordinary, outcome=Outcome.EMERGENCY, blocks=(*blocks, *notes, *ordinary.blocks))


def _says_more_than_a_choice(question: Question, text: str) -> bool:
    """False for a button, a location or a number: nobody calls for help with them."""
    worded = any(char.isalnum() for char in text) and not is_bare_number(text)
    return question.choice is None and worded


def _ordinary(turn: Turn) -> Answer:
    for name, step in STEPS:
        with turn.timings.step(name):
            answer = step(turn)
        if answer is not None:
            return answer
    raise AssertionError("the last step answers everything")


def _next_state(turn: Turn, answer: Answer) -> ConversationState:
    """What the next message may lean on."""
    language = turn.state.language if turn.state is not None else None
    language = turn.snapshot.guesser.requested(turn.text) or language
    if answer.outcome is Outcome.SMALLTALK and turn.state is not None:
        # "Merci" changes nothing of what was being talked about.
        return replace(turn.state, at=turn.now, language=language)
    return ConversationState(
        at=turn.now,
        entry_id=answer.entry_id,
        place_id=answer.place_id,
        choices=answer.choices or _left_over(turn, answer),
        awaiting=answer.awaiting,
        language=language,
    )


def _left_over(turn: Turn, answer: Answer) -> tuple[Choice, ...]:
    """The choices still on the resident's screen that ``answer``, which offers none, did not take up."""
    if turn.state is None:
        return ()
    if answer.outcome is Outcome.UNKNOWN:
        return turn.state.choices if answer.entry_id is not None else ()
    left = tuple(choice for choice in turn.state.choices if not _is_about(answer, choice))
    return left if len(left) < len(turn.state.choices) else ()


def _is_about(answer: Answer, choice: Choice) -> bool:
    target = read_target(choice.target)
    return target.id == (answer.place_id if target.kind == "place" else answer.entry_id)
