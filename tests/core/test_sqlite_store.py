"""The store on disk: what outlives the process, what leaves the disk, what is said when the file is bad."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import StorageError
from bot.ports import ConversationState
from bot.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
STATE = ConversationState(at=NOON, entry_id="carte-identite", awaiting="street")


def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    """A resident's follow-up is understood although the bot was restarted in between."""
    with SqliteStore(tmp_path / "s.db") as store:
        store.remember("c1", STATE)
    with SqliteStore(tmp_path / "s.db") as store:
        assert store.recall("c1", NOON) == STATE


def test_old_conversations_leave_the_disk(tmp_path: Path) -> None:
    """What is too old to lean on is wiped from the file when the next resident writes, but for a chosen language."""
    with SqliteStore(tmp_path / "s.db") as store:
        store.remember("old", STATE)
        store.remember("english", replace(STATE, language="en"))
        store.remember("new", replace(STATE, at=NOON + timedelta(minutes=11)))
    rows = _rows(tmp_path / "s.db", "select conversation, entry_id, awaiting, language from conversations order by 1")
    assert rows == [("english", None, None, "en"), ("new", "carte-identite", "street", None)]


def test_many_threads_share_one_store(tmp_path: Path) -> None:
    """Fifty residents writing at once from eight threads each find their own state."""
    with SqliteStore(tmp_path / "s.db") as store, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda i: store.remember(f"c{i}", replace(STATE, entry_id=f"e{i}")), range(50)))
        found = list(threads.map(lambda i: store.recall(f"c{i}", NOON), range(50)))
    assert [state.entry_id for state in found if state] == [f"e{i}" for i in range(50)]


def test_two_stores_may_open_one_new_file_at_once(tmp_path: Path) -> None:
    """Two processes started together both come up, and the file is shaped once."""
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _: SqliteStore(tmp_path / "s.db"), range(4)))
    for store in stores:
        store.close()
    names = [name for (name,) in _rows(tmp_path / "s.db", "select name from _sqlite_migrations order by 1")]
    assert names == ["0001_conversations", "0002_mail"]


def test_a_file_from_the_future_is_refused(tmp_path: Path) -> None:
    """An operator who goes back to an older version is told so before it harms anything."""
    SqliteStore(tmp_path / "s.db").close()
    _rows(
        tmp_path / "s.db",
        "insert into _sqlite_migrations (migration_set, name, applied_at) values ('parvis', '9999_later', 'x')",
    )
    with pytest.raises(StorageError) as caught:
        SqliteStore(tmp_path / "s.db")
    assert caught.value.key == "operator.store_from_future"


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """An operator whose file is no database is told which file and what to do."""
    path = tmp_path / "s.db"
    path.write_bytes(b"this is not a database" * 400)
    with pytest.raises(StorageError) as caught:
        SqliteStore(path)
    assert caught.value.key == "operator.store_broken"
    assert caught.value.values["path"] == path


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """An operator who mistyped the folder is told that it cannot be written."""
    with pytest.raises(StorageError) as caught:
        SqliteStore(tmp_path / "missing" / "s.db")
    assert caught.value.key == "operator.store_unwritable"


def test_a_locked_file_is_said_to_be_locked(tmp_path: Path) -> None:
    """A file that another program holds gives a clear error rather than a wait without end."""
    with SqliteStore(tmp_path / "s.db", busy_seconds=0.01) as store:
        other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError) as caught:
            store.remember("c1", STATE)
        other.execute("ROLLBACK")
        other.close()
        assert caught.value.key == "operator.store_locked"
        store.remember("c1", STATE)
        assert store.recall("c1", NOON) == STATE


def test_a_failed_write_leaves_the_last_state(tmp_path: Path) -> None:
    """A write that fails half-way changes nothing, and the next one works."""
    with SqliteStore(tmp_path / "s.db") as store:
        store.remember("c1", STATE)
        with pytest.raises(StorageError):
            store.remember("c1", replace(STATE, entry_id=b"bytes"))  # type: ignore[arg-type]
        assert store.recall("c1", NOON) == STATE
        store.remember("c1", replace(STATE, entry_id="passeport"))


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(query).fetchall()
    finally:
        connection.close()
