"""From a letter to its answer on the disk: all that follows from it, in one transaction."""

from __future__ import annotations

import asyncio
import logging
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.delivery.codec import pack_part, unpack_event
from bot.delivery.people import Verdict
from bot.delivery.retrying import outcome_of
from bot.errors import StorageError
from bot.mail import Kind, Part
from bot.mailbox import Outgoing, Rating, Record, Settlement
from bot.markup import parse
from bot.messages import Answer, Outcome, Question, Visibility
from bot.redaction import redact
from bot.rendering import pages
from bot.voice import DEFAULT_LANGUAGE, shipped_languages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor
    from datetime import datetime

    from bot.delivery.names import Names
    from bot.delivery.people import Doorkeeper, Manners
    from bot.delivery.states import HeldStates
    from bot.mail import Event
    from bot.mailbox import Letter, Mailbox
    from bot.ports import Answerer, Channel, Clock, Observer, Speaker

__all__ = ["Town", "Worker"]

_LOG = logging.getLogger("parvis.delivery")
_ANSWER_SECONDS = 60.0  # ten thousand times what an answer takes: beyond it something is broken
_TRIES = 5
_TOO_OLD = "too_old"


@dataclass(frozen=True, slots=True)
class Town:
    """Who answers: the desk, its voice and its memory; ``threads`` is where answers are thought out."""

    answerer: Answerer
    speaker: Speaker
    states: HeldStates
    threads: Executor


@dataclass(frozen=True, slots=True)
class _Reply:
    """How a letter ends; nothing is said without an ``answer``."""

    outcome: str
    answer: Answer | None = None
    learn: bool = False


class Worker:
    """Settles letters. ``settled`` is called with a channel's name when parts for it are on the disk."""

    def __init__(
        self,
        town: Town,
        mailbox: Mailbox,
        channels: Mapping[str, tuple[Channel, Names]],
        clock: Clock,
        manners: Manners,
        doorkeeper: Doorkeeper,
        settled: Callable[[str], None],
        observer: Observer,
    ) -> None:
        self._town = town
        self._mailbox = mailbox
        self._channels = channels
        self._clock = clock
        self._manners = manners
        self._doorkeeper = doorkeeper
        self._settled = settled
        self._observer = observer
        self._stumbled: dict[str, int] = {}
        self._verdicts: dict[str, Verdict] = {}  # of letters under way: a second try counts no second time

    async def settle(self, letter: Letter) -> float:
        """Answer ``letter``; 0: its chat need not rest. Raises StorageError, and then changed nothing."""
        parts = await outcome_of(self._settle(letter), _ANSWER_SECONDS)
        if isinstance(parts, StorageError):
            raise parts
        if isinstance(parts, BaseException):
            settlement = self._stumble(letter, parts)
            await self._mailbox.settle(settlement)
            self._tell(settlement)
            parts = 0
        self._stumbled.pop(letter.id, None)
        self._verdicts.pop(letter.id, None)
        if parts:
            self._settled(letter.channel)
        return 0.0

    async def _settle(self, letter: Letter) -> int:
        settlement = await self._settlement(letter)
        await self._mailbox.settle(settlement)
        self._tell(settlement)
        return len(settlement.parts)

    def _tell(self, settlement: Settlement) -> None:
        letter, record = settlement.letter, settlement.record
        answer = None if record is None else record.answer
        seconds = (settlement.at - letter.received_at).total_seconds()
        self._observer.settled(letter.channel, settlement.outcome, answer, seconds)
        told = {"channel": letter.channel, "outcome": settlement.outcome, "seconds": round(seconds, 3)}
        _LOG.info("settled", extra=told if answer is None else told | {"language": answer.language})

    def _stumble(self, letter: Letter, error: BaseException) -> Settlement:
        """Try again later; but a letter that always breaks something may not hold up its chat for ever."""
        self._stumbled[letter.id] = self._stumbled.get(letter.id, 0) + 1
        if self._stumbled[letter.id] < _TRIES:
            raise error
        _LOG.error("%s: letter %s given up: %s", letter.channel, letter.id, type(error).__name__)
        return Settlement(letter, "broken", self._clock.now())

    async def _settlement(self, letter: Letter) -> Settlement:
        event, now = unpack_event(letter.payload), self._clock.now()
        if event.kind is Kind.FEEDBACK:
            return Settlement(letter, "feedback", now, rating=self._rating(letter, event))
        reply = await self._reply(letter, event, now)
        state = self._town.states.release(letter.conversation)
        if reply.answer is None:
            return Settlement(letter, reply.outcome, now)
        return Settlement(
            letter,
            reply.outcome,
            now,
            parts=await self._parts(letter, event, reply.answer, now),
            record=_record(event, reply.answer) if reply.learn else None,
            state=state if reply.learn else None,
            forget=event.kind is Kind.FORGET,
        )

    def _rating(self, letter: Letter, event: Event) -> Rating | None:
        _, names = self._channels[letter.channel]
        if event.about is None or event.helpful is None:
            return None
        return Rating((event.about, names.sent(event.about)), event.helpful)

    async def _reply(self, letter: Letter, event: Event, now: datetime) -> _Reply:
        if event.kind is Kind.FORGET:
            return _Reply("forgotten", await self._said("delivery.forgotten", letter, event, now))
        if now - letter.sent_at > self._manners.backlog:
            return await self._apology(letter, event, now)
        verdict = self._judge(letter, event)
        if event.kind is Kind.SAY:
            said = verdict is Verdict.ANSWER
            return _Reply("said", await self._said(event.text, letter, event, now) if said else None)
        answer = await self._in_thread(self._town.answerer.answer, _question(letter, event))
        if verdict is Verdict.ANSWER or answer.outcome is Outcome.EMERGENCY:
            return _Reply(answer.outcome.value, await self._discreet(letter, event, answer, now), learn=True)
        if verdict is Verdict.SLOW_DOWN:
            word = await self._said("delivery.rate_limited", letter, event, now, Outcome.RATE_LIMITED)
            return _Reply(verdict.value, word)
        return _Reply(verdict.value)

    def _judge(self, letter: Letter, event: Event) -> Verdict:
        if letter.id not in self._verdicts:
            _, names = self._channels[letter.channel]
            self._verdicts[letter.id] = self._doorkeeper.judge(letter.asker, names.thread(event), letter.sent_at)
        return self._verdicts[letter.id]

    async def _apology(self, letter: Letter, event: Event, now: datetime) -> _Reply:
        """One for all that waited too long in a conversation."""
        said = await self._mailbox.ended_so(letter.conversation, _TOO_OLD, now - self._manners.backlog)
        if said or event.kind is not Kind.ASK:
            return _Reply("ignored")
        return _Reply(_TOO_OLD, await self._said("delivery.too_old", letter, event, now, Outcome.ERROR))

    async def _discreet(self, letter: Letter, event: Event, answer: Answer, now: datetime) -> Answer:
        """Who writes personal data where all can read is told, without a word of it, to go on in private."""
        if event.visibility is not Visibility.PUBLIC or redact(event.text) == event.text:
            return answer
        notice = await self._said("delivery.public_personal", letter, event, now)
        return replace(answer, blocks=(*notice.blocks, *answer.blocks))

    async def _said(
        self, key: str, letter: Letter, event: Event, now: datetime, outcome: Outcome = Outcome.SMALLTALK
    ) -> Answer:
        def say() -> Answer:
            state = self._town.states.recall(letter.conversation, now)
            wanted = (state.language if state is not None else None) or event.language
            language = wanted if wanted in shipped_languages() else DEFAULT_LANGUAGE
            text = self._town.speaker.say(key, language)
            return Answer(outcome, language, parse(text))

        return await self._in_thread(say)

    async def _in_thread(self, work: Callable[..., Answer], *values: Question) -> Answer:
        # In this context: what the desk logs names the question as what is logged here does.
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._town.threads, context.run, work, *values)

    async def _parts(self, letter: Letter, event: Event, answer: Answer, now: datetime) -> tuple[Outgoing, ...]:
        channel, names = self._channels[letter.channel]
        source = names.source(event)
        shown = await self._mailbox.pages_of(source) if event.kind is Kind.EDIT else 0
        cut = [*pages(answer, channel.limits)]
        # Pages of the former answer that the new one has no use for say so.
        gone = await self._said("delivery.superseded", letter, event, now) if shown > len(cut) else None
        cut += [gone] * (shown - len(cut)) if gone is not None else []
        parts = [
            Part(names.part(letter, number), letter.id, event.address, page, number, len(cut))
            for number, page in enumerate(cut)
        ]
        return tuple(
            Outgoing(
                key=part.key,
                question=letter.id,
                channel=letter.channel,
                asker=letter.asker,
                chat=letter.chat,
                source=source,
                number=part.number,
                edits=part.number < shown,
                public=event.visibility is Visibility.PUBLIC,
                created_at=now,
                payload=pack_part(part),
            )
            for part in parts
        )


def _question(letter: Letter, event: Event) -> Question:
    return Question(
        id=letter.id,
        channel=letter.channel,
        asker=letter.asker,
        conversation=letter.conversation,
        text=event.text,
        received_at=letter.received_at,
        language=event.language,
        visibility=event.visibility,
        choice=event.choice,
        location=event.location,
    )


def _record(event: Event, answer: Answer) -> Record:
    # What someone wrote in distress is kept by nobody.
    # Half a character, which some networks let through, is no text to a database.
    text = None if answer.outcome is Outcome.EMERGENCY else redact(event.text).encode("utf-8", "replace").decode()
    return Record(event.visibility.value, text, answer)
