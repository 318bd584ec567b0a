"""What several processes do to one folder of data at the same time."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.storage.lock import held, is_held

ROOT = Path(__file__).resolve().parents[2]
DUMPS = sorted((ROOT / "tests" / "data" / "schemas").glob("*.sql"))
# Each takes its time between seeing what is to be done and doing it: long enough for the others to see the same.
_OPENS = """
import sys, time
from pathlib import Path
from sqlite_utils import Migrations
from bot.storage.file import SqliteFile
apply = Migrations.apply
Migrations.apply = lambda self, database: (time.sleep(0.3), apply(self, database))
print("ready", flush=True)
SqliteFile(Path(sys.argv[1]), 60)
"""
_HOLDS = """
import sys
from pathlib import Path
from bot.storage.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("dump", [None, *DUMPS], ids=lambda dump: dump.stem if dump else "new")
def test_three_processes_may_upgrade_at_once(dump: Path | None, tmp_path: Path) -> None:
    """Three programs that wait for one former database all take it over at the same moment, each step once."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if dump is not None:
            connection.executescript(dump.read_text("utf-8"))
        connection.execute("BEGIN EXCLUSIVE")
        started = [_start(_OPENS, path) for _ in range(3)]
        assert [_line(one) for one in started] == ["ready"] * 3
        connection.execute("ROLLBACK")
    assert [(one.communicate(timeout=120)[1], one.returncode) for one in started] == [("", 0)] * 3
    with closing(sqlite3.connect(path)) as connection:
        steps = [row[0] for row in connection.execute("select name from _sqlite_migrations order by id")]
    assert steps == [each.stem for each in DUMPS]


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    """A second bot on the same folder is told so, and can start as soon as the first is gone, even killed."""
    assert not is_held(tmp_path)
    other = _start(_HOLDS, tmp_path)
    assert _line(other) == "held"
    assert is_held(tmp_path)
    with pytest.raises(StorageError) as caught, held(tmp_path):
        pass
    assert caught.value.key == "operator.already_running"
    other.kill()
    other.communicate(timeout=60)
    with held(tmp_path):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """An operator whose folder is no folder reads which one."""
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StorageError) as caught, held(tmp_path / "file"):
        pass
    assert caught.value.values["path"] == tmp_path / "file"


def _start(code: str, path: Path) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=ROOT, text=True, **pipes)


def _line(process: subprocess.Popen[str]) -> str:
    """The next line; none after a minute, when the process is ended."""
    assert process.stdout is not None
    late = threading.Timer(60, process.kill)
    late.start()
    try:
        return process.stdout.readline().strip()
    finally:
        late.cancel()
