"""A thread of its own for each role: the library blocks, and its clients may not be shared."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from adapters.mastodon.faults import TROUBLE
from bot.errors import ParvisError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["OwnThread"]

_ClientT = TypeVar("_ClientT")
_ResultT = TypeVar("_ResultT")


class OwnThread(Generic[_ClientT]):
    """One thread and the client that ``make`` makes in it, used by nobody else.

    A call that is cancelled cannot be interrupted: its thread is left to end by itself, and the next call
    gets a new one. The threads hold up no exit of the process.
    """

    def __init__(self, name: str, make: Callable[[], _ClientT]) -> None:
        self._name = name
        self._make = make
        self._worker: _Worker[_ClientT] | None = None

    async def call(self, work: Callable[[_ClientT], _ResultT]) -> _ResultT:
        """What ``work`` returns or raises."""
        if self._worker is None:
            self._worker = _Worker(self._name, self._make)
        future = self._worker.begin(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        """Let the thread end once it has done what it does."""
        if self._worker is not None:
            self._worker.leave()
            self._worker = None


class _Worker(Generic[_ClientT]):
    def __init__(self, name: str, make: Callable[[], _ClientT]) -> None:
        self._make = make
        self._jobs: SimpleQueue[tuple[Callable[[_ClientT], Any], Future[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def begin(self, work: Callable[[_ClientT], _ResultT]) -> Future[_ResultT]:
        future: Future[_ResultT] = Future()
        self._jobs.put((work, future))
        return future

    def leave(self) -> None:
        self._jobs.put(None)

    def _run(self) -> None:
        client = self._make()
        while (job := self._jobs.get()) is not None:
            work, future = job
            if future.set_running_or_notify_cancel():
                _do(lambda work=work: work(client), future)  # type: ignore[misc]


def _do(work: Callable[[], Any], future: Future[Any]) -> None:
    try:
        future.set_result(work())
    except (*TROUBLE, ParvisError) as error:
        future.set_exception(error)
    finally:
        if not future.done():  # something no one thought of: who waits must hear of it, not wait for ever
            future.set_exception(RuntimeError("the thread ended"))
