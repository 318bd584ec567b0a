"""The base is looked after beside the answers: when a file changes, when someone asks, and now and then."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import adapters.watching
from adapters.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

PATIENCE = 60.0
NEVER = 3600.0


@dataclass
class Looks:
    """Every look that was taken: whether someone had asked for it."""

    taken: list[bool] = field(default_factory=list)
    breaks: bool = False

    def __call__(self, nudged: bool) -> None:
        """Take one."""
        self.taken.append(nudged)
        if self.breaks:
            self.breaks = False
            raise RecursionError


def until(what: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> None:
    """Wait until ``what``, doing something now and then; fails after a minute."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        meanwhile()
        time.sleep(0.02)


def test_a_change_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff who save a file do not wait for the next round, were it in an hour; nobody had to ask."""
    monkeypatch.setattr(adapters.watching, "_LOOK", NEVER)
    looks, file = Looks(), tmp_path / "entries" / "tout.yaml"
    file.parent.mkdir()
    with Watch(looks, lambda: [tmp_path]):
        until(lambda: bool(looks.taken), lambda: file.write_text("entries: []\n", "utf-8"))
    assert set(looks.taken) == {False}


def test_who_asks_for_a_look_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's signal makes the bot look now, and know that it was asked to."""
    monkeypatch.setattr(adapters.watching, "_LOOK", NEVER)
    looks = Looks()
    with Watch(looks, lambda: [tmp_path]) as watch:
        watch.nudge()
        until(lambda: looks.taken == [True])
        watch.nudge()
        until(lambda: looks.taken == [True, True])


def test_where_changes_are_not_told_the_base_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a volume that tells of no change, or where files cannot be watched, an edit is seen a little later."""
    monkeypatch.setattr(adapters.watching, "_LOOK", 0.05)
    quiet = Looks()
    with Watch(quiet, lambda: [tmp_path]):
        until(lambda: len(quiet.taken) > 2)
    gone = Looks()
    with Watch(gone, lambda: [tmp_path / "gone"]):
        until(lambda: len(gone.taken) > 2)
    assert not any(quiet.taken + gone.taken)


def test_a_defect_does_not_end_the_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a look that broke down the next one is taken, a pause later."""
    monkeypatch.setattr(adapters.watching, "_LOOK", 0.05)
    looks = Looks(breaks=True)
    with Watch(looks, lambda: [tmp_path]):
        until(lambda: len(looks.taken) > 1)


def test_the_end_does_not_wait_for_a_look_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop while a base is being learned takes no longer than any other; a pause ends with it."""
    monkeypatch.setattr(adapters.watching, "_LOOK", NEVER)
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def look(_: bool) -> None:
        begun.set()
        may_end.wait(PATIENCE)
        watch.pause(NEVER)
        ended.set()

    watch = Watch(look, lambda: [tmp_path])
    with watch:
        watch.nudge()
        assert begun.wait(PATIENCE)
    assert not ended.is_set()
    may_end.set()
    assert ended.wait(PATIENCE)
