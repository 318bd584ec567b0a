"""Keeping to a pace: so many in so many seconds, for each and in all."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from bot.mail import Rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.ports import Pace

__all__ = ["Counter", "Pacer", "Windows"]


# A call leaves a little after it was counted, and one may be later than the next: a tenth of a second is left for that.
_SLACK = 0.1


class Counter:
    """What happened lately, against a few rates. Times are seconds on any clock that is the same for all."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self._rates = tuple(rates)
        self._longest = max((rate.seconds for rate in rates), default=0.0)
        self._most = max((rate.count for rate in rates), default=1)
        self._times: list[float] = []  # a list: thousands are kept, most of one element, where a deque takes 0.7 kB

    def wait(self, now: float) -> float:
        """Seconds until one more is within every rate; 0 if it is now."""
        waits = [self._wait(rate, now) for rate in self._rates]
        return max((0.0, *waits))

    def add(self, now: float) -> None:
        """One more happened."""
        self._times.append(now)
        del self._times[: -self._most]

    def idle(self, now: float) -> bool:
        """True if nothing that still counts is remembered."""
        return not self._times or abs(now - self._times[-1]) > self._longest

    def _wait(self, rate: Rate, now: float) -> float:
        if len(self._times) < rate.count:
            return 0.0
        # The one that must have left the window. A clock set back makes it lie in the future: it no longer counts.
        since = now - self._times[-rate.count]
        return rate.seconds - since if 0 <= since < rate.seconds else 0.0


class Windows:
    """A counter for each of many, forgotten as soon as it no longer counts."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self._rates = tuple(rates)
        self._counters: OrderedDict[str, Counter] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counters)

    def wait(self, name: str, now: float) -> float:
        """Seconds until one more of ``name`` is within every rate."""
        counter = self._counters.get(name)
        return 0.0 if counter is None else counter.wait(now)

    def add(self, name: str, now: float) -> None:
        """One more of ``name`` happened."""
        counter = self._counters.setdefault(name, Counter(self._rates))
        counter.add(now)
        self._counters.move_to_end(name)
        while next(iter(self._counters.values())).idle(now):
            self._counters.popitem(last=False)


class Pacer:
    """Says when a channel may next write to a chat."""

    def __init__(self, pace: Pace) -> None:
        self._total = Counter(_slower(pace.total))
        self._private = Windows(_slower(pace.private))
        self._public = Windows(_slower(pace.public))

    def total_wait(self, now: float) -> float:
        """Seconds until the channel may write to anyone."""
        return self._total.wait(now)

    def chat_wait(self, chat: str, public: bool, now: float) -> float:
        """Seconds until the channel may write to ``chat``, if it may write to anyone."""
        return (self._public if public else self._private).wait(chat, now)

    def count(self, chat: str, public: bool, now: float) -> None:
        """The channel writes to ``chat`` now."""
        self._total.add(now)
        (self._public if public else self._private).add(chat, now)


def _slower(rates: Sequence[Rate]) -> list[Rate]:
    return [Rate(rate.count, rate.seconds + _SLACK) for rate in rates]
