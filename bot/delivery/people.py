"""Limits on people, and on programs that pass for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.delivery.pacing import Windows
from bot.mail import Rate

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Doorkeeper", "Manners", "Verdict"]


@dataclass(frozen=True, slots=True)
class Manners:
    """How much one resident may ask, and how old a question is still answered.

    The defaults are choices of ours: nobody types twenty questions a minute or sixty an
    hour, two bots that thank each other do; a town that was away for a day says sorry once.
    """

    asker: Rate = field(default_factory=lambda: Rate(20, 60.0))
    thread: Rate = field(default_factory=lambda: Rate(60, 3600.0))
    backlog: timedelta = timedelta(hours=24)


class Verdict(StrEnum):
    """What to do with a question; the value is how its letter ends if it is not answered."""

    ANSWER = "answer"
    SLOW_DOWN = "rate_limited"  # one friendly word
    SILENCE = "ignored"  # that word has been said, or a loop is cut


class Doorkeeper:
    """Counts questions by when they were sent: fifty that waited out a breakdown are not a flood."""

    def __init__(self, manners: Manners) -> None:
        self._askers = Windows((manners.asker,))
        self._warned = Windows((Rate(1, manners.asker.seconds),))
        self._threads = Windows((manners.thread,))

    def judge(self, asker: str, thread: str, sent_at: datetime) -> Verdict:
        """Count one question of ``asker`` in ``thread`` (pseudonyms) and say what to do with it."""
        at = sent_at.timestamp()
        if self._threads.wait(thread, at):
            return Verdict.SILENCE
        if self._askers.wait(asker, at):
            if self._warned.wait(asker, at):
                return Verdict.SILENCE
            self._warned.add(asker, at)
            return Verdict.SLOW_DOWN
        self._threads.add(thread, at)
        self._askers.add(asker, at)
        return Verdict.ANSWER
