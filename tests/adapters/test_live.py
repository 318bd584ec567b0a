"""A base edited while someone talks to it."""

from __future__ import annotations

import threading
from pathlib import Path

from adapters.terminal.live import LiveBase
from bot.errors import KnowledgeError
from bot.knowledge.faults import Fault, Location

_FAULT = Fault(Location(Path("city.yaml"), 1), "city.no_desk", {})


class _Reloader:
    """Pretends to reload, and waits until the test lets it finish."""

    def __init__(self, error: KnowledgeError | None = None) -> None:
        self.is_changed = True
        self.may_finish = threading.Event()
        self.finished = threading.Event()
        self._error = error

    def changed(self) -> bool:
        return self.is_changed

    def reload(self) -> None:
        self.may_finish.wait(5)
        self.finished.set()
        if self._error is not None:
            raise self._error
        self.is_changed = False


def _keys(live: LiveBase) -> list[str]:
    return [key for key, _ in live.news()]


def _settle(live: LiveBase, reloader: _Reloader) -> list[tuple[str, dict[str, object]]]:
    """Let the reload end, and hear of it."""
    reloader.may_finish.set()
    assert reloader.finished.wait(5)
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(5)
    return list(live.news())


def test_an_edit_is_announced_then_served() -> None:
    """Staff who save a file while chatting are told that it is being read, then that it answers."""
    reloader = _Reloader()
    live = LiveBase(reloader, lambda fault: fault.code)
    assert _keys(live) == ["base_changed"]
    assert _keys(live) == []
    assert _settle(live, reloader) == [("base_reloaded", {})]
    assert _keys(live) == []


def test_a_broken_edit_names_its_faults_once() -> None:
    """Staff who break a file read what is wrong once; the previous version goes on in silence."""
    reloader = _Reloader(KnowledgeError([_FAULT]))
    live = LiveBase(reloader, lambda fault: fault.code)
    _keys(live)
    assert _settle(live, reloader) == [("base_refused", {"faults": "city.no_desk"})]
    assert _settle(live, reloader) == []
