"""Copies of the database: made while it is used, proven, and put back without losing what was there."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.mailbox import Letter
from bot.sealing import Sealer
from bot.storage.backup import back_up, restore
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
SEALER = Sealer(b"the secret of Ville-d'Essai")
SCHEMAS = Path(__file__).resolve().parents[1] / "data" / "schemas"


def write(database: Path, *texts: str) -> SqliteFile:
    """The database, open, with one letter more for each of ``texts``."""
    file = SqliteFile(database)
    letters = [Letter(text, "telegram", "a", "c", "v", NOON, NOON, text) for text in texts]
    asyncio.run(SqliteMailbox(file, SEALER).take("telegram", letters, None))
    return file


def texts_in(database: Path) -> list[str]:
    """What the letters in the database say."""
    with SqliteFile(database) as file:
        letters = asyncio.run(SqliteMailbox(file, SEALER).waiting(["telegram"], [], 99))
    return [letter.payload for letter in letters]


def names_in(folder: Path) -> list[str]:
    """The files of a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_one_moment_of_a_database_in_use(tmp_path: Path) -> None:
    """A copy made while Parvis runs has all that was written so far, in one file that its owner alone reads."""
    with write(tmp_path / "parvis.db", "un", "deux"):
        back_up(tmp_path / "parvis.db", tmp_path / "copy.db", SEALER)
        write(tmp_path / "parvis.db", "trois").close()
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert names_in(tmp_path) == ["copy.db", "parvis.db"]
    assert texts_in(tmp_path / "copy.db") == ["un", "deux"]
    assert texts_in(tmp_path / "parvis.db") == ["un", "deux", "trois"]


def test_a_backup_takes_the_place_of_the_last_one_and_of_nothing_else(tmp_path: Path) -> None:
    """The nightly copy replaces yesterday's; a letter of the mayor's, or the database itself, is never overwritten."""
    write(tmp_path / "parvis.db", "un").close()
    back_up(tmp_path / "parvis.db", tmp_path / "copy.db", SEALER)
    write(tmp_path / "parvis.db", "deux").close()
    back_up(tmp_path / "parvis.db", tmp_path / "copy.db", SEALER)
    assert texts_in(tmp_path / "copy.db") == ["un", "deux"]
    (tmp_path / "letter.odt").write_text("Monsieur le préfet,", "utf-8")
    (tmp_path / "same.db").hardlink_to(tmp_path / "parvis.db")
    for name in ("letter.odt", "parvis.db", "same.db", "."):
        with pytest.raises(OperatorError) as caught:
            back_up(tmp_path / "parvis.db", tmp_path / name, SEALER)
        assert caught.value.key == "operator.backup_in_the_way"
    assert (tmp_path / "letter.odt").read_text("utf-8") == "Monsieur le préfet,"
    with pytest.raises(OperatorError) as caught:
        back_up(tmp_path / "none.db", tmp_path / "other.db", SEALER)
    assert caught.value.key == "operator.backup_no_database"
    assert not (tmp_path / "other.db").exists()
    with pytest.raises(OperatorError) as caught:
        back_up(tmp_path / "parvis.db", tmp_path / "nowhere" / "copy.db", SEALER)
    assert caught.value.key == "operator.store_unwritable"


def test_a_backup_that_proves_bad_keeps_the_last_good_one(tmp_path: Path) -> None:
    """A damaged database does not take the place of the sound copy made of it before."""
    write(tmp_path / "parvis.db", *(f"question {number}" for number in range(300))).close()
    back_up(tmp_path / "parvis.db", tmp_path / "copy.db", SEALER)
    good = (tmp_path / "copy.db").read_bytes()
    damage(tmp_path / "parvis.db")
    with pytest.raises(OperatorError) as caught:
        back_up(tmp_path / "parvis.db", tmp_path / "copy.db", SEALER)
    assert caught.value.key in ("operator.backup_damaged", "operator.backup_failed")
    assert (tmp_path / "copy.db").read_bytes() == good
    assert [name for name in names_in(tmp_path) if not name.startswith("parvis.db")] == ["copy.db"]


def test_a_backup_is_put_back_and_what_it_replaces_is_kept(tmp_path: Path) -> None:
    """After a restore the copy serves; the database of before stands beside it, whole, with the date in its name."""
    write(tmp_path / "parvis.db", "un").close()
    back_up(tmp_path / "parvis.db", tmp_path / "copy.db", SEALER)
    write(tmp_path / "parvis.db", "deux").close()
    aside = restore(tmp_path / "copy.db", tmp_path / "parvis.db", SEALER, NOON)
    assert aside == tmp_path / "parvis-20251120-120000.db"
    assert texts_in(tmp_path / "parvis.db") == ["un"]
    assert texts_in(aside) == ["un", "deux"]
    assert (tmp_path / "parvis.db").stat().st_mode & 0o077 == 0
    (tmp_path / "parvis.db").unlink()
    assert restore(tmp_path / "copy.db", tmp_path / "parvis.db", SEALER, NOON) is None
    assert texts_in(tmp_path / "parvis.db") == ["un"]


def test_what_was_replaced_goes_when_its_time_is_over(tmp_path: Path) -> None:
    """The database that a restore replaced holds residents' data: it is kept as long as the rest, and no longer."""
    write(tmp_path / "parvis.db", "un").close()
    back_up(tmp_path / "parvis.db", tmp_path / "parvis-copie.db", SEALER)
    aside = restore(tmp_path / "parvis-copie.db", tmp_path / "parvis.db", SEALER, NOON)
    assert aside is not None
    with SqliteFile(tmp_path / "parvis.db") as file:
        mailbox = SqliteMailbox(file, SEALER)
        asyncio.run(mailbox.purge(NOON + timedelta(days=29), timedelta(days=30)))
        assert aside.exists()
        asyncio.run(mailbox.purge(NOON + timedelta(days=31), timedelta(days=30)))
        assert not aside.exists()
    assert names_in(tmp_path) == ["parvis-copie.db", "parvis.db"]


def test_what_was_not_yet_in_the_file_is_kept_with_it(tmp_path: Path) -> None:
    """A database whose process was killed has its last words in a file beside it: they are kept, and not mixed in."""
    write(tmp_path / "other.db", "un").close()
    back_up(tmp_path / "other.db", tmp_path / "copy.db", SEALER)
    file = write(tmp_path / "killed.db", "deux")
    for ending in ("", "-wal"):
        (tmp_path / f"parvis.db{ending}").write_bytes((tmp_path / f"killed.db{ending}").read_bytes())
    file.close()
    aside = restore(tmp_path / "copy.db", tmp_path / "parvis.db", SEALER, NOON)
    assert aside is not None
    assert not (tmp_path / "parvis.db-wal").exists()
    assert texts_in(tmp_path / "parvis.db") == ["un"]
    assert texts_in(aside) == ["deux"]


def test_a_damaged_database_can_be_replaced(tmp_path: Path) -> None:
    """What a restore is most needed for: the database can no longer be read at all, and is kept as it is."""
    write(tmp_path / "other.db", "un").close()
    back_up(tmp_path / "other.db", tmp_path / "copy.db", SEALER)
    (tmp_path / "parvis.db").write_bytes(b"this is not a database" * 400)
    (tmp_path / "parvis.db-wal").write_bytes(b"nor is this")
    aside = restore(tmp_path / "copy.db", tmp_path / "parvis.db", SEALER, NOON)
    assert aside is not None
    assert aside.read_bytes().startswith(b"this is not")
    assert texts_in(tmp_path / "parvis.db") == ["un"]


def test_only_a_sound_backup_of_this_town_is_put_back(tmp_path: Path) -> None:
    """A copy that is missing, damaged, no copy, of another secret or of a newer Parvis changes nothing."""
    write(tmp_path / "parvis.db", "un").close()
    back_up(tmp_path / "parvis.db", tmp_path / "newer.db", SEALER)
    with sqlite3.connect(tmp_path / "newer.db") as connection:
        connection.execute("update _sqlite_migrations set name = '9999_later' where id = 1")
    connection.close()
    write(tmp_path / "big.db", *(f"question {number}" for number in range(300))).close()
    back_up(tmp_path / "big.db", tmp_path / "damaged.db", SEALER)
    damage(tmp_path / "damaged.db")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    before = (tmp_path / "parvis.db").read_bytes()
    for name, sealer, key in (
        ("none.db", SEALER, "operator.restore_no_file"),
        ("photo.jpg", SEALER, "operator.restore_no_backup"),
        ("parvis.db", SEALER, "operator.restore_itself"),
        ("damaged.db", SEALER, "operator.backup_damaged"),
        ("newer.db", SEALER, "operator.store_from_future"),
        ("big.db", Sealer(b"the secret of another town"), "operator.backup_other_secret"),
    ):
        with pytest.raises(OperatorError) as caught:
            restore(tmp_path / name, tmp_path / "parvis.db", sealer, NOON)
        assert (name, caught.value.key) == (name, key)
        assert caught.value.values["path"] == tmp_path / name
    assert (tmp_path / "parvis.db").read_bytes() == before
    assert [name for name in names_in(tmp_path) if "restored" in name or "2025" in name] == []


def test_a_backup_of_a_former_parvis_is_brought_up_to_date(tmp_path: Path) -> None:
    """A copy made before an upgrade can be put back after it; the copy itself stays as that Parvis wrote it."""
    connection = sqlite3.connect(tmp_path / "copy.db")
    connection.executescript((SCHEMAS / "0001_conversations.sql").read_text("utf-8"))
    connection.close()
    before = (tmp_path / "copy.db").read_bytes()
    restore(tmp_path / "copy.db", tmp_path / "parvis.db", SEALER, NOON)
    assert (tmp_path / "copy.db").read_bytes() == before
    assert texts_in(tmp_path / "parvis.db") == []


def test_a_database_that_is_in_use_is_not_replaced(tmp_path: Path) -> None:
    """While another program reads the database, a restore is refused rather than pulled from under it."""
    with write(tmp_path / "parvis.db", "un") as file:
        back_up(tmp_path / "parvis.db", tmp_path / "copy.db", SEALER)
        with pytest.raises(OperatorError) as caught:
            restore(tmp_path / "copy.db", tmp_path / "parvis.db", SEALER, NOON)
        assert caught.value.key == "operator.store_locked"
        assert file.run(lambda database: database.table("inbox").count) == 1
    assert texts_in(tmp_path / "parvis.db") == ["un"]


def damage(database: Path) -> None:
    """Spoil the pages of a database but not its head, as a bad disk does."""
    content = bytearray(database.read_bytes())
    content[8192:-4096] = bytes(len(content) - 8192 - 4096)
    database.write_bytes(content)
