"""Parvis as the first process of a container."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from adapters import firstprocess
from adapters.firstprocess import Reaper

if TYPE_CHECKING:
    from pathlib import Path


def test_the_dead_are_buried_at_the_second_look(tmp_path: Path) -> None:
    """An orphan that ended beside the bot is taken leave of; a process just ended is left to whoever waits for it."""
    _process(tmp_path, 7, f"7 (a) Z {os.getpid()} 1")
    _process(tmp_path, 8, f"8 (b) Z) Z {os.getpid()} 1")
    _process(tmp_path, 9, f"9 (alive) S {os.getpid()} 1")
    _process(tmp_path, 10, "10 (another's) Z 9 1")
    (tmp_path / "self").mkdir()
    (tmp_path / "11").mkdir()
    buried: list[int] = []
    reaper = Reaper(tmp_path)
    reaper.look(buried.append)
    assert buried == []
    _process(tmp_path, 12, f"12 (just now) Z {os.getpid()} 1")
    reaper.look(buried.append)
    assert sorted(buried) == [7, 8]


def test_a_process_that_ended_is_found() -> None:
    """What the system itself says of a child that ended is understood."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    buried: list[int] = []
    reaper = Reaper()
    for _ in range(2):
        reaper.look(buried.append)
    assert child.wait() == 0
    assert buried == [child.pid]


@pytest.mark.parametrize("typed", [["--version"], ["parvis", "--version"]])
def test_the_command_may_be_named_or_not(
    typed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`docker run image chat` and `docker run image parvis chat` are the same."""
    monkeypatch.setattr(sys, "argv", ["entrypoint", *typed])
    assert firstprocess.main() == 0
    assert capsys.readouterr().out.startswith("parvis ")


def _process(folder: Path, number: int, stat: str) -> None:
    (folder / str(number)).mkdir()
    (folder / str(number) / "stat").write_text(stat, "utf-8")
