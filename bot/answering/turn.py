"""One message being answered: what was asked, by whom, against which snapshot, and what it cost."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.answering.clauses import clauses, without_home
from bot.answering.deciding import Decision, Verdict, decide
from bot.answering.documents import verbatim_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from bot.answering.placequery import PlaceQuery
    from bot.answering.ranking import Ranking
    from bot.answering.snapshot import Snapshot
    from bot.knowledge.model import Entry
    from bot.messages import Question
    from bot.ports import ConversationState

__all__ = ["Timings", "Turn"]

# Words: from here on a message may have two subjects, and from there on it rambles.
_LONG = 5
_RAMBLING = 20


@dataclass(slots=True)
class Timings:
    """Milliseconds spent, by step."""

    spent: dict[str, float] = field(default_factory=dict)
    begun: float = field(default_factory=perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add what the block takes to ``name``."""
        start = perf_counter()
        try:
            yield
        finally:
            self.spent[name] = self.spent.get(name, 0.0) + (perf_counter() - start) * 1000

    def total(self) -> dict[str, float]:
        """What was spent by step, and since the beginning as ``total``."""
        return {**self.spent, "total": (perf_counter() - self.begun) * 1000}


@dataclass(frozen=True)
class Turn:
    """Everything the steps of one answer read; the ranking is made once, when first needed."""

    question: Question
    snapshot: Snapshot
    text: str
    language: str
    state: ConversationState | None
    now: datetime
    timings: Timings

    @cached_property
    def today(self) -> date:
        """The town's local date."""
        return self.now.astimezone(ZoneInfo(self.snapshot.base.city.timezone)).date()

    @cached_property
    def reading(self) -> str:
        """The language the message is read in, which the bot may not speak."""
        return self.snapshot.guesser.read_as(self.text, self.language)

    @cached_property
    def place_query(self) -> PlaceQuery | None:
        """What the message asks of which place, if it names one."""
        return self.snapshot.places.read(self.text, self.today)

    @cached_property
    def ranking(self) -> Ranking:
        """The message ranked; a very long one also by its parts."""
        if len(self.text.split()) >= _RAMBLING:
            return self._by_parts[0]
        with self.timings.step("rank"):
            whole = self.snapshot.ranker.rank(self.text, self.reading)
            return self._surer_without_home(whole)

    def _surer_without_home(self, whole: Ranking) -> Ranking:
        """``whole``, or the ranking of the message without where its author lives, which says nothing of the question.

        An entry that names that very district ("la crèche du 13e") stays first.
        """
        if not whole.matches or not self.snapshot.elsewhere.has_districts:
            return whole
        base = self.snapshot.base
        rest = without_home(self.text, base.city.name)
        if rest == self.text:
            return whole
        alone = self.snapshot.ranker.rank(rest, self.reading)
        numbers = {word for word in re.findall(r"\d+", self.text) if word not in re.findall(r"\d+", rest)}
        named = numbers & set(re.findall(r"\d+", base.entries[whole.matches[0].entry_id].title))
        surer = bool(alone.matches) and alone.matches[0].confidence > whole.matches[0].confidence
        return alone if surer and not named else whole

    @cached_property
    def parts(self) -> tuple[Ranking, ...]:
        """The parts of the message ranked on their own, if it is long enough to have some."""
        if len(self.text.split()) < _LONG:
            return ()
        if len(self.text.split()) >= _RAMBLING:
            return self._by_parts[1]
        with self.timings.step("rank"):
            rank = self.snapshot.ranker.rank
            return tuple(rank(part, self.reading) for part in clauses(self.text, self.reading))

    @cached_property
    def _by_parts(self) -> tuple[Ranking, tuple[Ranking, ...]]:
        with self.timings.step("rank"):
            parts = clauses(self.text, self.reading)
            return self.snapshot.ranker.rank_long(self.text, parts, self.reading)

    @cached_property
    def as_written(self) -> str | None:
        """The entry whose question or title the message is, word for word."""
        return self.snapshot.verbatim.get(verbatim_key(self.text))

    @cached_property
    def decision(self) -> Decision:
        """What the ranking alone would do; a question as staff wrote it needs no weighing."""
        if self.as_written is not None:
            return Decision(Verdict.ANSWER, (self.as_written,))
        return decide(self.ranking, self.parts, self.snapshot.thresholds)

    @property
    def last_entry(self) -> Entry | None:
        """The entry last answered in this conversation, if the base still has it."""
        return self.snapshot.base.entries.get(self.state.entry_id or "") if self.state is not None else None
