"""Looking after the base beside the answers: at once when a file changes, now and then in any case."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Self

from watchfiles import watch

from bot.delivery.retrying import Backoff
from bot.delivery.supervision import forever

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["Watch"]

_LOG = logging.getLogger("parvis.base")
# Seconds between two looks that nothing called for: a mounted volume may tell of no change at all,
# and a look costs a few milliseconds.
_LOOK = 5.0
# Milliseconds: how soon a change is heard of, and how long more of them are waited for.
_STEP, _DEBOUNCE = 200, 400


class Watch:
    """Calls ``look`` in a thread of its own as long as the block runs.

    ``look(nudged)`` may take its time; ``nudged`` says that someone asked for it. ``folders`` are
    watched, all that is under them too.
    """

    def __init__(self, look: Callable[[bool], None], folders: Callable[[], Sequence[Path]]) -> None:
        self._look = look
        self._folders = folders
        self._wake = threading.Event()
        self._nudged = threading.Event()
        self._ended = threading.Event()
        self._waiting = False
        # What is under way when the process ends is not waited for: it would be done again.
        self._thread = threading.Thread(target=self._run, name="base", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._wake.set()
        if self._waiting:
            # A thread of watchfiles' own kind must not be met by the end of the interpreter.
            self._thread.join()

    def nudge(self) -> None:
        """Look now; may be called from anywhere."""
        self._nudged.set()
        self._wake.set()

    def pause(self, seconds: float) -> None:
        """Wait that long, or until the end."""
        self._ended.wait(seconds)

    def _run(self) -> None:
        # What must not end is supervised as the channels are.
        asyncio.run(forever("base", self._looking, Backoff(1.0, 300.0, random.random)))

    async def _looking(self) -> None:
        while not self._ended.is_set():
            self._waiting = True  # said before the end is looked for, which is said before this is
            if not self._ended.is_set():
                self._wait()
            self._waiting = False
            if self._ended.is_set():
                return
            self._wake.clear()
            nudged = self._nudged.is_set()
            self._nudged.clear()
            self._look(nudged)

    def _wait(self) -> None:
        """Until a file changes, someone nudges, or it is time in any case."""
        try:
            changes = watch(
                *self._folders(),
                watch_filter=None,
                debounce=_DEBOUNCE,
                step=_STEP,
                stop_event=self._wake,
                rust_timeout=int(_LOOK * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                ignore_permission_denied=True,
            )
            with closing(changes):
                next(changes, None)
        except (OSError, RuntimeError) as error:
            # A folder just replaced, or more of them than the system lets anyone watch (a RuntimeError of watchfiles).
            _LOG.debug("files cannot be watched: %s", type(error).__name__)
            self._wake.wait(_LOOK)
