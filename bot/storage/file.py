"""One SQLite file, one connection, one thread that uses it."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlite_utils import Database

from bot.errors import StorageError
from bot.storage.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

__all__ = ["BUSY_SECONDS", "SqliteFile", "put", "trouble", "writing"]

_T = TypeVar("_T")

# How long a writer waits for another process before giving up: longer than any
# transaction of ours, shorter than a resident's patience.
BUSY_SECONDS = 5.0
_OWNER_ONLY = 0o600
# How often a new file may be taken by others while it is made ready: each of them needs it a few times at most.
_TURNS = 20


class SqliteFile:
    """A file of Parvis's, brought to the present shape; may be used from any thread and any event loop.

    What is committed outlives the process, killed or not. It outlives a power cut too from the
    next ``writing(…, lasting=True)`` on: see there.
    """

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open or create the file, readable by its owner alone.

        ``busy_seconds`` is how long to wait for another process's lock. Raises StorageError
        if the file cannot be opened, is not a store or is from a newer Parvis.
        """
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            self._database = self._do(lambda: _open(path, busy_seconds)).result()
        except StorageError:
            self._thread.shutdown()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def close(self) -> None:
        """Close the file once what was asked of it is done; it is of no use afterwards."""
        self.run(lambda database: database.close())
        self._thread.shutdown()

    def run(self, work: Callable[[Database], _T]) -> _T:
        """What ``work`` returns, done in the file's thread; raises StorageError."""
        return self._do(lambda: work(self._database)).result()

    async def arun(self, work: Callable[[Database], _T]) -> _T:
        """As ``run``, without holding up the event loop; if cancelled, the work may still be done."""
        return await asyncio.wrap_future(self._do(lambda: work(self._database)))

    def _do(self, work: Callable[[], _T]) -> Future[_T]:
        def guarded() -> _T:
            try:
                return work()
            except sqlite3.Error as error:
                raise StorageError(trouble(error), path=self._path, detail=error) from error

        return self._thread.submit(guarded)


@contextmanager
def writing(database: Database, *, lasting: bool = False) -> Iterator[None]:
    """One write transaction: all of it or nothing.

    ``lasting``: on the disk itself when it ends, with all before it, whatever happens to the power
    (``synchronous=FULL``; about a millisecond). Needed where a platform is about to be told that
    something was received; what is lost elsewhere is only done again.
    """
    if lasting:
        database.conn.execute("PRAGMA synchronous=FULL")
    try:
        with _transaction(database):
            yield
    finally:
        if lasting:
            database.conn.execute("PRAGMA synchronous=NORMAL")


def put(database: Database, table: str, key: str, rows: Iterable[Mapping[str, Any]], *, replace: bool = False) -> int:
    """Insert ``rows``, which all have the same columns, in the caller's transaction; how many were.

    A row whose ``key`` is there already is left out, or with ``replace`` takes its place.
    (sqlite-utils reads the table's shape again for each insertion, which costs more than the insertion.)
    """
    rows = list(rows)
    if not rows:
        return 0
    columns = ", ".join(rows[0])
    values = ", ".join(f":{column}" for column in rows[0])
    changes = ", ".join(f"{column} = excluded.{column}" for column in rows[0])
    # Not "insert or ignore": that also leaves out, without a word, rows that lack something.
    conflict = f"do update set {changes}" if replace else "do nothing"
    statement = f"insert into {table} ({columns}) values ({values}) on conflict({key}) {conflict}"  # noqa: S608
    return database.conn.executemany(statement, rows).rowcount


@contextmanager
def _transaction(database: Database) -> Iterator[None]:
    # A deferred transaction fails at once under a second writer; an immediate one waits its turn.
    database.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.conn.execute("COMMIT")
    except BaseException:
        if database.conn.in_transaction:  # a full disk makes SQLite roll back by itself
            database.conn.execute("ROLLBACK")
        raise


def trouble(error: sqlite3.Error) -> str:
    """The sentence of the voice that tells an operator of ``error``."""
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
        with writing(database):
            migrate(database, str(path))
        if path.stat().st_mode & 0o077:
            path.chmod(_OWNER_ONLY)  # SQLite gives the WAL the same rights
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
