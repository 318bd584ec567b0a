"""Parvis as the first process of a container, which has duties that no other process has."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from adapters.cli import main as parvis

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Reaper", "main"]

_FIRST = 1
# Seconds between two looks for the dead: each holds a number and a few hundred bytes until then.
_LOOK = 5.0


def main() -> int:
    """What `docker run …` runs: the command line, with or without the word ``parvis`` before it."""
    if os.getpid() == _FIRST:
        # The kernel gives the first process no default for a signal: unheard, SIGTERM would do nothing,
        # and the container would be killed ten seconds later. `parvis run` hears it by itself once it serves.
        signal.signal(signal.SIGTERM, _end)
        threading.Thread(target=_reap, name="reaper", daemon=True).start()
    arguments = sys.argv[1:]
    return parvis(arguments[1:] if arguments[:1] == ["parvis"] else arguments)


class Reaper:
    """Takes leave of the dead that have no other parent: those whose own has ended become the first process's."""

    def __init__(self, processes: Path = Path("/proc")) -> None:
        self._processes = processes
        self._dead: frozenset[int] = frozenset()

    def look(self, bury: Callable[[int], object]) -> None:
        """Call ``bury`` with the number of each of our dead that was dead at the last look already.

        Not at once: whoever started a process waits for it, within milliseconds, and needs to be told how it ended.
        """
        dead = frozenset(number for number in map(self._dead_child, self._processes.iterdir()) if number is not None)
        for number in dead & self._dead:
            bury(number)
        self._dead = dead

    def _dead_child(self, folder: Path) -> int | None:
        """The number of the process in ``folder`` if it is ours and has ended."""
        if not folder.name.isdigit():
            return None
        try:
            written = (folder / "stat").read_text("utf-8", "replace")
        except OSError:  # gone meanwhile
            return None
        # The name stands in brackets and may hold anything: proc_pid_stat(5).
        state, parent = written.rpartition(")")[2].split()[:2]
        return int(folder.name) if state == "Z" and int(parent) == os.getpid() else None


def _reap() -> None:
    reaper, never = Reaper(), threading.Event()
    while not never.wait(_LOOK):
        reaper.look(_bury)


def _bury(number: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(number, os.WNOHANG)


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)
