"""An event loop whose time passes at once when there is nothing to do: pauses of minutes are tested in milliseconds.

What other threads do takes its real time: as long as one works, the loop's clock stands still.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import pytest

_T = TypeVar("_T")
# What a thread that has just finished needs to tell the loop so.
_GRACE = 0.002


class _Selector(selectors.DefaultSelector):
    """Waits for real while a thread works; otherwise lets the loop's time jump to what comes next."""

    skipped = 0.0

    def __init__(self, working: Callable[[], bool]) -> None:
        super().__init__()
        self._working = working

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready; the time that would have been waited is skipped."""
        ready = super().select(0)
        while not ready and self._working():
            ready = super().select(_GRACE)
        if ready or timeout == 0:
            return ready
        ready = super().select(_GRACE)
        if not ready and timeout is not None:
            self.skipped += max(timeout, 0.0)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, working: Callable[[], bool]) -> None:
        self._instant = _Selector(working)
        super().__init__(self._instant)

    def time(self) -> float:
        """Real seconds and those skipped."""
        return super().time() + self._instant.skipped


def run_at_once(work: Coroutine[Any, Any, _T], monkeypatch: pytest.MonkeyPatch) -> _T:
    """What ``work`` returns, run on such a loop."""
    count, lock = [0], threading.Lock()
    submit = ThreadPoolExecutor.submit

    def change(by: int) -> None:
        with lock:
            count[0] += by

    def counted(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        change(1)
        future = submit(pool, function, *args, **options)
        future.add_done_callback(lambda _: change(-1))
        return future

    monkeypatch.setattr(ThreadPoolExecutor, "submit", counted)
    with asyncio.Runner(loop_factory=lambda: _Loop(lambda: count[0] > 0)) as runner:
        return runner.run(work)
