"""How long to wait before trying again, and what came of something that may fail in any way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

__all__ = ["Backoff", "TimedOut", "outcome_of"]

_T = TypeVar("_T")
# What a cancelled call is given to clean up after itself.
_GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double from ``first`` to ``longest`` seconds, each shortened by up to half at random.

    The jitter keeps many that failed together from coming back together. ``random`` gives
    numbers from 0 to 1.
    """

    first: float
    longest: float
    random: Callable[[], float]

    def pause(self, failures: int) -> float:
        """Seconds to wait after ``failures`` in a row (from 1)."""
        # Beyond 2**30 the longest has long been reached, and 2**failures would grow without end.
        full = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return full * (1 - self.random() / 2)


class TimedOut(Exception):  # noqa: N818 - says what happened
    """No answer in the time given."""


async def outcome_of(work: Coroutine[Any, Any, _T], seconds: float) -> _T | BaseException:
    """What ``work`` returns, or the exception it ended with, or TimedOut after ``seconds``: never raises.

    If the caller is cancelled, ``work`` is too.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        late = not task.done()
        if late:
            task.cancel()
    if late:
        await asyncio.wait({task}, timeout=_GRACE_SECONDS)
    if not task.done():
        return TimedOut()
    if task.cancelled():
        return TimedOut()
    error = task.exception()
    if error is None:
        return task.result()
    return TimedOut() if late else error
