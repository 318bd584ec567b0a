"""Figures for Prometheus: what was asked and how it ended, what waits, how old the knowledge is.

Labels have few values, all known beforehand, and none is a resident's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.answering.steps import STEPS
from bot.messages import Outcome
from bot.standing import ChannelState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from adapters.operations.knowledge import Freshness
    from bot.knowledge.state import KnowledgeState
    from bot.mailbox import Tally
    from bot.messages import Answer
    from bot.standing import ChannelStanding

__all__ = ["CONTENT_TYPE", "Figures"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_OTHER = "other"
_NONE = "none"
# How a letter may end besides the outcomes of an answer: see bot.delivery.worker.
_ENDS = ("forgotten", "said", "too_old", "ignored", "feedback", "broken")
_TROUBLES = ("poll", "failed", "paused", "refused", "revoked")
# As fine as the decisions: the usual threshold is .95, see bot.answering.calibration.
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
# An answer takes a millisecond, its steps less; a tenth of a second would be felt.
_STAGES = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5)
# A resident waits: a second is quick, a minute is an outage, an hour is a long one.
_WAITS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)


class Figures:
    """Keeps the figures: a ``bot.ports.Observer``."""

    def __init__(self, channels: Sequence[str], languages: Iterable[str]) -> None:
        """``channels`` and ``languages`` are the only values of these labels; any other is counted as ``other``."""
        self._registry = CollectorRegistry()
        self._channels = frozenset(channels)
        self._languages = frozenset(languages)
        self._outcomes = frozenset((*(outcome.value for outcome in Outcome), *_ENDS))
        self._steps = frozenset(("read", *(name for name, _ in STEPS)))
        ProcessCollector(registry=self._registry)
        self._count()
        self._measure()
        self._gauge()
        for channel in channels:
            # Known from the start, so that the first trouble shows as one more and not as none before.
            self._received.labels(channel)
            self._given_up.labels(channel)
            for kind in _TROUBLES:
                self._troubles.labels(channel, kind)

    def _count(self) -> None:
        def counter(name: str, told: str, *labels: str) -> Counter:
            return Counter(f"parvis_{name}", told, labels, registry=self._registry)

        self._questions = counter(
            "questions_total", "Messages of residents, by how they ended.", "channel", "outcome", "language"
        )
        self._received = counter("received_total", "Events taken into the inbox.", "channel")
        self._troubles = counter(
            "platform_errors_total", "What the platform did not do as asked, by kind.", "channel", "kind"
        )
        self._given_up = counter("given_up_total", "Parts of answers that will never leave.", "channel")

    def _measure(self) -> None:
        def histogram(name: str, told: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"parvis_{name}", told, labels, buckets=buckets, registry=self._registry)

        self._confidence = histogram("confidence", "Probability that the best entry answers the question.", _SHARES)
        self._stages = histogram("stage_seconds", "Time of each step of answering.", _STAGES, "stage")
        self._settling = histogram("settling_seconds", "From the receipt to the answer on the disk.", _WAITS, "channel")
        self._delivery = histogram("delivery_seconds", "From the disk to the platform.", _WAITS, "channel")

    def _gauge(self) -> None:
        def gauge(name: str, told: str, *labels: str) -> Gauge:
            return Gauge(f"parvis_{name}", told, labels, registry=self._registry)

        self._inbox = gauge("inbox_depth", "Messages that wait for an answer.", "channel")
        self._inbox_age = gauge("inbox_oldest_seconds", "How long the oldest has waited.", "channel")
        self._outbox = gauge("outbox_depth", "Parts of answers that wait to leave.", "channel")
        self._outbox_age = gauge("outbox_oldest_seconds", "How long the oldest has waited.", "channel")
        self._failed = gauge("outbox_failed", "Parts kept as failed for good.", "channel")
        self._up = gauge("channel_up", "1 if the platform answers.", "channel")
        self._poll = gauge("channel_poll_age_seconds", "Since the platform last answered; absent before.", "channel")
        self._ready = gauge("ready", "1 if every channel is well and the disk can be read.")
        self._version = gauge("knowledge_info", "1 for the version that answers.", "version")
        self._age = gauge("knowledge_age_seconds", "Since the version that answers was brought into service.")
        self._refused = gauge("knowledge_edit_refused", "1 if a later edit was refused.")
        self._entries = gauge("knowledge_entries", "Entries of the version that answers.")
        self._past = gauge("knowledge_entries_past_review", "Entries past their review date, given with a warning.")
        self._expired = gauge("knowledge_entries_expired", "Entries withheld because they expired.")
        self._unverified = gauge("knowledge_entries_unverified", "Entries that nobody has verified.")
        self._verified = gauge("knowledge_verified_age_days", "Days since staff last verified an entry.")

    def received(self, channel: str, number: int) -> None:
        """Count events."""
        self._received.labels(self._channel(channel)).inc(number)

    def settled(self, channel: str, outcome: str, answer: Answer | None, seconds: float) -> None:
        """Count how a message ended, and what the desk thought of it."""
        channel = self._channel(channel)
        language = _NONE if answer is None else self._known(answer.language, self._languages)
        self._questions.labels(channel, self._known(outcome, self._outcomes), language).inc()
        self._settling.labels(channel).observe(max(0.0, seconds))
        if answer is None:
            return
        if answer.matches:
            self._confidence.observe(answer.matches[0].confidence)
        for step, spent in answer.timings.items():
            self._stages.labels(self._known(step, self._steps)).observe(spent / 1000)

    def delivered(self, channel: str, seconds: float) -> None:
        """Count a part that left."""
        self._delivery.labels(self._channel(channel)).observe(max(0.0, seconds))

    def troubled(self, channel: str, kind: str) -> None:
        """Count a trouble."""
        self._troubles.labels(self._channel(channel), self._known(kind, frozenset(_TROUBLES))).inc()

    def gave_up(self, channel: str, number: int) -> None:
        """Count parts that will never leave."""
        self._given_up.labels(self._channel(channel)).inc(number)

    def show_channels(self, standings: Sequence[ChannelStanding], *, ready: bool) -> None:
        """How each channel is now, and all of it."""
        self._ready.set(ready)
        for one in standings:
            self._up.labels(one.name).set(one.state is ChannelState.WELL)
            if one.age is not None:
                self._poll.labels(one.name).set(one.age)

    def show_mail(self, tallies: Sequence[Tally], now: datetime) -> None:
        """What waits now."""
        found = {tally.channel: tally for tally in tallies}
        for channel in self._channels:
            tally = found.get(channel)
            self._inbox.labels(channel).set(tally.unanswered if tally else 0)
            self._outbox.labels(channel).set(tally.waiting if tally else 0)
            self._failed.labels(channel).set(tally.failed if tally else 0)
            self._inbox_age.labels(channel).set(_since(tally.unanswered_since if tally else None, now))
            self._outbox_age.labels(channel).set(_since(tally.waiting_since if tally else None, now))

    def show_knowledge(self, state: KnowledgeState, fresh: Freshness, now: datetime) -> None:
        """What is answered from now."""
        self._version.clear()
        self._version.labels(state.version).set(1)
        self._age.set(_since(state.since, now))
        self._refused.set(state.refused is not None)
        self._entries.set(fresh.entries)
        self._past.set(fresh.past_review)
        self._expired.set(fresh.expired)
        self._unverified.set(fresh.unverified)
        if fresh.verified_on is not None:
            self._verified.set((now.date() - fresh.verified_on).days)

    def written(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _channel(self, name: str) -> str:
        return self._known(name, self._channels)

    @staticmethod
    def _known(value: str, among: frozenset[str]) -> str:
        return value if value in among else _OTHER


def _since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
