"""A new Parvis takes over the database of every former one; an old Parvis leaves that of a newer one alone."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.delivery.codec import unpack_event, unpack_part
from bot.errors import StorageError
from bot.sealing import Sealer
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox
from bot.storage.sqlite import SqliteStore
from bot.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
# One for each step a release ended with: a database as that Parvis wrote it. None of them ever changes.
DUMPS = sorted((ROOT / "tests" / "data" / "schemas").glob("*.sql"))
NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
SECRET = b"the secret of Ville-d'Essai"


def test_every_step_has_a_database_to_be_tried_on(tmp_path: Path) -> None:
    """No step of the database's shape is added without keeping what the one before it wrote."""
    SqliteFile(tmp_path / "new.db").close()
    assert [dump.stem for dump in DUMPS] == _steps(tmp_path / "new.db")


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_a_former_database_gets_the_present_shape(dump: Path, tmp_path: Path) -> None:
    """A town that upgrades from any release has the very shape that a new town has, and keeps its conversations."""
    SqliteFile(tmp_path / "new.db").close()
    _restore(dump, tmp_path / "old.db")
    with SqliteStore(tmp_path / "old.db") as store:
        with sqlite3.connect(tmp_path / "old.db") as connection:
            (conversation,) = connection.execute("select conversation from conversations").fetchone()
        state = store.recall(conversation, NOON)
    assert state is not None
    assert state.entry_id == "carte-identite"
    assert _shape(tmp_path / "old.db") == _shape(tmp_path / "new.db")
    assert _steps(tmp_path / "old.db") == _steps(tmp_path / "new.db")


def test_mail_that_waits_outlives_an_upgrade(tmp_path: Path) -> None:
    """A question and an answer that waited when Parvis was upgraded are still read by the new one."""
    _restore(next(dump for dump in DUMPS if dump.stem == "0002_mail"), tmp_path / "old.db")
    with SqliteFile(tmp_path / "old.db") as file:
        mailbox = SqliteMailbox(file, Sealer(SECRET))
        (letter,) = asyncio.run(mailbox.waiting(["telegram"], [], 10))
        (part,) = asyncio.run(mailbox.outgoing("telegram", [], 10))
        assert asyncio.run(mailbox.cursor("telegram")) == "7"
    assert unpack_event(letter.payload).text == "et le samedi ?"
    assert unpack_part(part.payload).page.blocks[0].text == "Venez à la mairie."


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_newer_database_is_refused_untouched(language: str, tmp_path: Path) -> None:
    """An operator who goes back to an older Parvis reads which version this is and what to do; nothing is changed."""
    path = tmp_path / "new.db"
    SqliteFile(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('parvis', '9999_later', 'x')"
        )
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageError) as caught:
        SqliteFile(path)
    said = Voice().say(caught.value.key, language, **caught.value.values)
    assert all(word in said for word in ("0.1.0", "9999_later", str(path), "PARVIS_DATA"))
    assert path.read_bytes() == before


def _restore(dump: Path, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(dump.read_text("utf-8"))
    connection.close()


def _rows(path: Path, query: str) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute(query)]
    finally:
        connection.close()


def _steps(path: Path) -> list[str]:
    return _rows(path, "select name from _sqlite_migrations where migration_set = 'parvis' order by id")


def _shape(path: Path) -> list[str]:
    return _rows(path, "select sql from sqlite_master where sql is not null order by name")
