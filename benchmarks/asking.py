"""A bot and someone who asks it, each question in a new conversation."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.assembly import build
from bot.clock import SystemClock
from bot.messages import Outcome, Question
from bot.storage.memory import MemoryStore

if TYPE_CHECKING:
    from pathlib import Path

    from bot.assembly import Bot
    from bot.knowledge.model import GoldenQuestion

__all__ = ["Asking"]

_NAME = "measured"


@dataclass(frozen=True, slots=True)
class Asking:
    """A bot that is ready, and what it remembers."""

    bot: Bot
    store: MemoryStore

    @classmethod
    def start(cls, base: Path, cache: Path) -> Asking:
        """Make the base in folder ``base`` ready to answer. Raises KnowledgeError."""
        store = MemoryStore()
        return cls(build(base, cache=cache, clock=SystemClock(), store=store), store)

    def milliseconds(self, golden: GoldenQuestion) -> float:
        """How long the whole answer to ``golden`` takes. Raises RuntimeError if the bot itself failed."""
        question = Question(
            id=_NAME,
            channel="terminal",
            asker=_NAME,
            conversation=_NAME,
            text=golden.question,
            received_at=SystemClock().now(),
            language=golden.language,
        )
        begin = time.perf_counter()
        answer = self.bot.desk.answer(question)
        took = time.perf_counter() - begin
        self.store.forget(_NAME)
        if answer.outcome is Outcome.ERROR:
            raise RuntimeError(f"the bot failed on {golden.question!r}: its time would mean nothing")
        return 1000 * took
