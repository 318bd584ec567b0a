"""How fresh the town's knowledge is today: how much of it is due for review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.answering.trust import Trust, trust_of

if TYPE_CHECKING:
    from datetime import date

    from bot.knowledge.base import KnowledgeBase
    from bot.ports import Clock

__all__ = ["Freshness", "freshness_of"]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How many entries there are, and how many are past their review, expired or never verified.

    ``verified_on`` is when staff last verified one.
    """

    entries: int
    past_review: int
    expired: int
    unverified: int
    verified_on: date | None


def freshness_of(base: KnowledgeBase, clock: Clock) -> Freshness:
    """How fresh ``base`` is on the town's own date; goes through every entry, a millisecond."""
    today = clock.now().astimezone(ZoneInfo(base.city.timezone)).date()
    found = [trust_of(entry, base.city.review, today).trust for entry in base.entries.values()]
    days = [entry.verified_on for entry in base.entries.values() if entry.verified_on is not None]
    return Freshness(
        entries=len(found),
        past_review=found.count(Trust.STALE),
        expired=found.count(Trust.EXPIRED),
        unverified=found.count(Trust.UNVERIFIED),
        verified_on=max(days, default=None),
    )
