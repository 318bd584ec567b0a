"""A base is edited while residents ask: the last good version serves until the next one is ready."""

from __future__ import annotations

import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from gc import isenabled
from typing import TYPE_CHECKING

import pytest
from villedessai import SECOND, TINY, resident_of, tiny_town

from bot.answering.modelfile import load_model, model_path
from bot.assembly import prepare
from bot.errors import KnowledgeError, ModelError
from bot.knowledge.loading import load_base
from bot.messages import Outcome
from bot.reloading import Reloader
from bot.trainer import train_beside

if TYPE_CHECKING:
    from pathlib import Path

PASSPORT = "refaire mon passeport"


def test_a_good_edit_is_learned_beside_and_served(tmp_path: Path) -> None:
    """An entry added by staff is answered after a reload, trained in a process of its own over a damaged model."""
    root, cache = tiny_town(tmp_path / "town"), tmp_path / "models"
    resident = resident_of(prepare(root, cache=None, target_precision=0.95))
    reloader = Reloader(resident.desk, root, cache=cache, target_precision=0.95)
    assert not reloader.changed()
    assert resident.asks(PASSPORT).entry_id is None

    tiny_town(root, TINY + SECOND)
    damaged = model_path(cache, load_base(root).version)
    cache.mkdir()
    damaged.write_bytes(b"PK\x03\x04 not a model")
    assert reloader.changed()
    former = weakref.ref(resident.desk.snapshot.ranker)
    assert reloader.reload() is resident.desk.snapshot
    assert former() is None  # let go, in pieces: all of it is gone
    assert resident.asks(PASSPORT).entry_id == "passeport"
    assert not reloader.changed()
    assert load_model(damaged).entry_ids == ("encombrants", "passeport")

    # With the model kept, several reloads at once wait for one another and agree.
    with ThreadPoolExecutor(4) as threads:
        reloaded = list(threads.map(lambda _: reloader.reload(), range(4)))
    assert resident.desk.snapshot in reloaded
    assert {snapshot.base.version for snapshot in reloaded} == {resident.desk.snapshot.base.version}


def test_a_broken_edit_changes_nothing(tmp_path: Path) -> None:
    """A base saved with a fault is refused whole, and residents go on being answered from the last good one."""
    root = tiny_town(tmp_path)
    resident = resident_of(prepare(root, cache=None, target_precision=0.95))
    served = resident.desk.snapshot
    reloader = Reloader(resident.desk, root, cache=None, target_precision=0.95)
    tiny_town(root, TINY.replace("sources", "sourcse"))
    pace, collecting = sys.getswitchinterval(), isenabled()
    with pytest.raises(KnowledgeError) as refused:
        reloader.reload()
    assert any(fault.location.file.name == "tout.yaml" for fault in refused.value.faults)
    assert resident.desk.snapshot is served
    assert resident.asks("jeter une armoire").outcome is not Outcome.ERROR
    assert (sys.getswitchinterval(), isenabled()) == (pace, collecting)


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where models cannot be kept, the base is learned at each start and the operator is warned."""
    taken = tmp_path / "models"
    taken.write_text("a file where the folder should be")
    snapshot = prepare(tiny_town(tmp_path / "town"), cache=taken, target_precision=0.95)
    assert snapshot.ranker.rank("jeter un canapé", "fr").matches[0].entry_id == "encombrants"
    assert "could not be kept" in caplog.text
    assert taken.read_text() == "a file where the folder should be"


def test_a_trainer_that_cannot_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a way to start the trainer there is no model, and no crash."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(ModelError):
        train_beside(tiny_town(tmp_path / "town"), tmp_path / "models", lambda _: None)


def test_a_training_the_system_stops_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory runs out, the last good base serves on, staff are told, and the bot does not die of it too."""
    root = tiny_town(tmp_path)
    resident = resident_of(prepare(root, cache=None, target_precision=0.95))
    served = resident.desk.snapshot
    reloader = Reloader(resident.desk, root, cache=None, target_precision=0.95)
    tiny_town(root, TINY.replace("canapé", "sofa"))
    killed = tmp_path / "killed"
    killed.write_text("#!/bin/sh\nkill -9 $$\n", "ascii")
    killed.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(killed))
    with pytest.raises(KnowledgeError) as refused:
        reloader.reload()
    assert [fault.code for fault in refused.value.faults] == ["city.not_learned"]
    assert resident.desk.snapshot is served


def test_the_trainer_is_what_the_system_ends_first(tmp_path: Path) -> None:
    """The trainer offers itself where memory runs out: residents go on being answered."""
    offer = "import bot.train as t; t._go_first(); print(open('/proc/self/oom_score_adj').read())"
    done = subprocess.run([sys.executable, "-c", offer], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 1000


def test_a_model_that_came_with_parvis_is_not_learned_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container starts on the base of its image without learning it, and writes nothing."""
    root, cache = tiny_town(tmp_path / "town"), tmp_path / "models"
    first = prepare(root, cache=cache, target_precision=0.95)
    monkeypatch.setattr("bot.assembly._SHIPPED", cache)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    again = prepare(root, cache=tmp_path / "nothing-here", target_precision=0.95)
    assert again.ranker.rank(PASSPORT, "fr").matches == first.ranker.rank(PASSPORT, "fr").matches
    assert not (tmp_path / "nothing-here").exists()
