"""Copies of the database: made while it is in use, proven before they are called one, put back whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from bot.errors import SettingsError, StorageError
from bot.storage.file import BUSY_SECONDS, SqliteFile, trouble
from bot.storage.mailbox import SqliteMailbox
from bot.storage.replaced import name_of_replaced

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.sealing import Sealer

__all__ = ["back_up", "restore"]

# https://www.sqlite.org/fileformat.html, "The Database Header"
_MAGIC = b"SQLite format 3\0"
_OWNER_ONLY = 0o600
# What SQLite keeps beside a database.
_BESIDE = ("-wal", "-shm", "-journal")


def back_up(database: Path, target: Path, sealer: Sealer) -> None:
    """Copy ``database``, which may be in use, to ``target``, a file its owner alone may read.

    The copy is one moment of the database, checked and opened as Parvis would before it takes its
    name. A backup of that name is replaced; anything else is not. Raises StorageError, and
    SettingsError if the database was written under another secret.
    """
    if not database.is_file():
        raise StorageError("operator.backup_no_database", path=database)
    if target.exists() and (not _is_database(target) or target.samefile(database)):
        raise StorageError("operator.backup_in_the_way", path=target)
    fresh, trial = (target.with_name(f".{target.name}.{ending}") for ending in ("new", "trial"))
    try:
        _copy(database, fresh)
        _prove(fresh, trial, sealer)
        _make_last(fresh)
        fresh.replace(target)
        _make_last(target.parent)
    except OSError as error:
        raise StorageError("operator.store_unwritable", path=target, detail=error.strerror) from error
    finally:
        _remove(fresh)
        _remove(trial)


def restore(backup: Path, database: Path, sealer: Sealer, now: datetime) -> Path | None:
    """Put the copy ``backup`` in the place of ``database``; where the latter is kept, None if there was none.

    ``now`` (aware) is part of its name. The caller holds the folder (``bot.storage.lock``). Nothing changes
    unless the copy is sound and opens under this secret; an older one is brought to the present
    shape. Raises StorageError and SettingsError.
    """
    if not backup.is_file():
        raise StorageError("operator.restore_no_file", path=backup)
    if not _is_database(backup):
        raise StorageError("operator.restore_no_backup", path=backup)
    if database.exists() and backup.samefile(database):
        raise StorageError("operator.restore_itself", path=backup)
    fresh = database.with_name(f".{database.name}.restored")
    aside = name_of_replaced(database, now)
    try:
        _prove(backup, fresh, sealer)
        _make_last(fresh)
        kept = _put_aside(database, aside)
        fresh.replace(database)
        _make_last(database.parent)
    except OSError as error:
        raise StorageError("operator.store_unwritable", path=database, detail=error.strerror) from error
    finally:
        _remove(fresh)
    return kept


def _prove(copy: Path, trial: Path, sealer: Sealer) -> None:
    """Check every page of ``copy`` and open a copy of it, ``trial``, as Parvis opens its own."""
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
        except sqlite3.Error as error:
            raise StorageError("operator.backup_damaged", path=copy, detail=error) from error
    if found != ["ok"]:
        raise StorageError("operator.backup_damaged", path=copy, detail=found[0])
    _copy(copy, trial)
    try:
        with SqliteFile(trial) as file:
            SqliteMailbox(file, sealer)
    except SettingsError as error:
        raise SettingsError("operator.backup_other_secret", path=copy) from error
    except StorageError as error:
        raise StorageError(error.key, **error.values | {"path": copy}) from error
    _alone(trial)


def _copy(source: Path, target: Path) -> None:
    """One moment of ``source`` as a new file ``target`` that needs none beside it."""
    _remove(target)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as origin,
            closing(sqlite3.connect(target)) as copy,
        ):
            origin.backup(copy)
        _alone(target)
    except sqlite3.Error as error:
        raise StorageError("operator.backup_failed", path=source, detail=error) from error


def _alone(database: Path) -> None:
    """Bring what stands beside ``database`` into it. Raises sqlite3.Error."""
    with closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()


def _put_aside(database: Path, aside: Path) -> Path | None:
    """Keep ``database`` as ``aside`` too; nothing of its own stands beside its place then."""
    if not database.exists():
        return None
    try:
        _alone(database)
    except sqlite3.OperationalError as error:
        raise StorageError(trouble(error), path=database, detail=error) from error
    except sqlite3.DatabaseError:
        # It is damaged, which may be why it is replaced: what stands beside it goes with it.
        for ending in _BESIDE:
            beside = database.with_name(database.name + ending)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + ending))
    # At no moment is there no database: a second name first, then the new one in its place.
    try:
        os.link(database, aside)
    except PermissionError:  # a file system that has no second names
        shutil.copy2(database, aside)
    return aside


def _make_last(file: Path) -> None:
    """Wait until the file, or what a folder says of its files, is on the disk itself."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _remove(path: Path) -> None:
    for name in (path.name, *(path.name + ending for ending in _BESIDE)):
        path.with_name(name).unlink(missing_ok=True)
