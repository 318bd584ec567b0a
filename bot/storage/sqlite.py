"""A store on disk: one SQLite file, one connection, one thread that uses it."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlite_utils import Database

from bot.errors import StorageError
from bot.messages import Choice
from bot.ports import ConversationState
from bot.storage.migrations import migrate
from bot.storage.retention import FOLLOW_UP_TIME, still_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["SqliteStore"]

_T = TypeVar("_T")

# How long a writer waits for another process before giving up: longer than any
# transaction of ours, shorter than a resident's patience.
_BUSY_SECONDS = 5.0
# How often a new file may be taken by others while it is made ready: each of them needs it a few times at most.
_TURNS = 20


class SqliteStore:
    """Keeps conversations in a SQLite file that survives the process.

    SQLite connections belong to the thread that opened them: every read and write
    goes through one worker thread, so the store may be called from any thread.
    """

    def __init__(self, path: Path, busy_seconds: float = _BUSY_SECONDS) -> None:
        """Open or create the file at ``path`` and bring it to the present shape.

        ``busy_seconds`` is how long to wait for another process's lock. Raises
        StorageError if the file cannot be opened, is not a store or is from a newer Parvis.
        """
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            self._database = self._run(lambda: _open(path, busy_seconds))
        except StorageError:
            self._thread.shutdown()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        self._run(self._database.close)
        self._thread.shutdown()

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The conversation's state as far as it may still be leaned on at ``now``; raises StorageError."""
        row = self._run(lambda: _read(self._database, conversation))
        return None if row is None else still_known(_state(row), now)

    def remember(self, conversation: str, state: ConversationState) -> None:
        """Replace the conversation's state and wipe what is too old in the others; raises StorageError."""
        self._run(lambda: _write(self._database, conversation, state))

    def forget(self, conversation: str) -> None:
        """Erase all that is kept of the conversation; raises StorageError."""
        self._run(lambda: _erase(self._database, conversation))

    def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return self._thread.submit(work).result()
        except sqlite3.Error as error:
            raise StorageError(_what(error), path=self._path, detail=error) from error


def _what(error: sqlite3.Error) -> str:
    # The low byte is the kind of trouble, the rest its circumstances: https://www.sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "operator.store_locked"
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL):
        return "operator.store_unwritable"
    return "operator.store_broken"


def _open(path: Path, busy_seconds: float) -> Database:
    # isolation_level None: sqlite3 opens no transaction behind our back.
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # "forget" leaves nothing on the disk's pages
        database = Database(connection)
        with _writing(database):
            migrate(database, str(path))
    except (sqlite3.Error, StorageError):
        connection.close()
        raise
    return database


def _write_ahead(connection: sqlite3.Connection) -> None:
    # While another process does the same to a new file, this fails at once instead of waiting; a writer waits.
    for turn in range(1, _TURNS + 1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or turn == _TURNS:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
        else:
            return


@contextmanager
def _writing(database: Database) -> Iterator[None]:
    # A deferred transaction fails at once under a second writer; an immediate one waits its turn.
    database.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.conn.execute("ROLLBACK")
        raise
    database.conn.execute("COMMIT")


def _read(database: Database, conversation: str) -> dict[str, Any] | None:
    rows = database.query("select * from conversations where conversation = ?", [conversation])
    return next(iter(rows), None)


def _write(database: Database, conversation: str, state: ConversationState) -> None:
    row = asdict(state) | {
        "conversation": conversation,
        "at": _utc_text(state.at),
        "choices": json.dumps([asdict(choice) for choice in state.choices], ensure_ascii=False),
    }
    with _writing(database):
        database.table("conversations").upsert(row, pk="conversation")
        _wipe_old(database, _utc_text(state.at - FOLLOW_UP_TIME))


def _wipe_old(database: Database, before: str) -> None:
    database.execute("delete from conversations where at < ? and language is null", [before])
    database.execute(
        "update conversations set entry_id = null, place_id = null, choices = '[]', awaiting = null where at < ?",
        [before],
    )


def _erase(database: Database, conversation: str) -> None:
    with _writing(database):
        database.execute("delete from conversations where conversation = ?", [conversation])


def _utc_text(moment: datetime) -> str:
    # One zone and a fixed width, so that texts sort as moments do.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _state(row: dict[str, Any]) -> ConversationState:
    return ConversationState(
        at=datetime.fromisoformat(row["at"]),
        entry_id=row["entry_id"],
        place_id=row["place_id"],
        choices=tuple(Choice(**choice) for choice in json.loads(row["choices"])),
        awaiting=row["awaiting"],
        language=row["language"],
    )
