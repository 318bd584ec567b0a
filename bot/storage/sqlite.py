"""Conversations kept on disk, so that a follow-up is understood after a restart."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from bot.messages import Choice
from bot.ports import ConversationState
from bot.storage.file import BUSY_SECONDS, SqliteFile, put, writing
from bot.storage.retention import FOLLOW_UP_TIME, still_known

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

__all__ = ["SqliteStore", "utc_text", "write_state"]


class SqliteStore:
    """Keeps conversations in a SQLite file; may be called from any thread."""

    def __init__(self, file: Path | SqliteFile, busy_seconds: float = BUSY_SECONDS) -> None:
        """On a file already open, or on the one at a path; raises StorageError as SqliteFile does."""
        self._file = file if isinstance(file, SqliteFile) else SqliteFile(file, busy_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        self._file.close()

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The conversation's state as far as it may still be leaned on at ``now``; raises StorageError."""
        row = self._file.run(lambda database: _read(database, conversation))
        return None if row is None else still_known(_state(row), now)

    def remember(self, conversation: str, state: ConversationState) -> None:
        """Replace the conversation's state and wipe what is too old in the others; raises StorageError."""

        def write(database: Database) -> None:
            with writing(database):
                write_state(database, conversation, state)

        self._file.run(write)

    def forget(self, conversation: str) -> None:
        """Erase all that is kept of the conversation; raises StorageError."""
        self._file.run(lambda database: _erase(database, conversation))


def write_state(database: Database, conversation: str, state: ConversationState) -> None:
    """Replace the state of ``conversation`` and wipe what is too old in the others, in the caller's transaction."""
    row = asdict(state) | {
        "conversation": conversation,
        "at": utc_text(state.at),
        "choices": json.dumps([asdict(choice) for choice in state.choices], ensure_ascii=False),
    }
    put(database, "conversations", "conversation", [row], replace=True)
    _wipe_old(database, utc_text(state.at - FOLLOW_UP_TIME))


def utc_text(moment: datetime) -> str:
    """``moment`` in one zone and of a fixed width, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _read(database: Database, conversation: str) -> dict[str, Any] | None:
    rows = database.query("select * from conversations where conversation = ?", [conversation])
    return next(iter(rows), None)


def _wipe_old(database: Database, before: str) -> None:
    database.execute("delete from conversations where at < ? and language is null", [before])
    database.execute(
        "update conversations set entry_id = null, place_id = null, choices = '[]', awaiting = null"
        " where at < ? and (entry_id is not null or place_id is not null or awaiting is not null or choices <> '[]')",
        [before],
    )


def _erase(database: Database, conversation: str) -> None:
    with writing(database):
        database.execute("delete from conversations where conversation = ?", [conversation])


def _state(row: dict[str, Any]) -> ConversationState:
    return ConversationState(
        at=datetime.fromisoformat(row["at"]),
        entry_id=row["entry_id"],
        place_id=row["place_id"],
        choices=tuple(Choice(**choice) for choice in json.loads(row["choices"])),
        awaiting=row["awaiting"],
        language=row["language"],
    )
