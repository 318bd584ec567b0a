"""How things leave the disk: on a resident's word, and by themselves after a time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import StorageError
from bot.storage.file import writing
from bot.storage.replaced import drop_replaced
from bot.storage.retention import EDIT_TIME, SENDING_TIME
from bot.storage.sqlite import utc_text

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from sqlite_utils import Database

__all__ = ["CONVERSATIONS", "QUESTIONS", "count_rows", "forget_asker", "forget_everyone", "purge_all", "wipe_log"]

_LOG = logging.getLogger("parvis.delivery")
# The conversations of ``:asker``, with ``:conversation`` if one is given, and the questions they asked.
CONVERSATIONS = "select conversation from inbox where asker = :asker union select :conversation"
QUESTIONS = "select question from answers where asker = :asker union select id from inbox where asker = :asker"


def forget_asker(database: Database, letter: str, asker: str, conversation: str) -> None:
    """Erase all that is kept of ``asker`` up to ``letter``, in the caller's transaction.

    Of the inbox the events' keyed hashes stay, which name nobody: a platform that delivers
    one again would have it answered again. What they wrote after asking is a new acquaintance.
    """
    who = {"asker": asker, "conversation": conversation, "letter": letter}
    database.execute(f"delete from conversations where conversation in ({CONVERSATIONS})", who)  # noqa: S608
    database.execute(f"delete from sent where question in ({QUESTIONS})", who)  # noqa: S608
    database.execute("delete from outbox where asker = :asker", who)
    database.execute("delete from answers where asker = :asker", who)
    database.execute(
        "update inbox set payload = null, sent_at = null, asker = null, chat = null, conversation = null,"
        " outcome = 'forgotten', settled_at = received_at"
        " where asker = :asker and seq <= (select seq from inbox where id = :letter)",
        who,
    )


def purge_all(database: Database, path: Path, now: datetime, keep: timedelta) -> None:
    """Delete what is older than ``keep``; sooner, what can no longer be edited or delivered.

    So goes the database that a restore replaced at ``path`` so long ago. Raises sqlite3.Error.
    """
    old, unsendable, uneditable = (utc_text(now - age) for age in (keep, SENDING_TIME, EDIT_TIME))
    with writing(database):
        database.execute("update sent set payload = null where sent_at < ? and payload is not null", [uneditable])
        database.execute(
            "update outbox set payload = null, asker = null, chat = null, failed = 'too old', failed_at = ?"
            " where created_at < ? and payload is not null",
            [utc_text(now), unsendable],
        )
        database.execute("delete from inbox where received_at < ?", [old])
        database.execute("delete from outbox where created_at < ?", [old])
        database.execute("delete from sent where sent_at < ?", [old])
        database.execute("delete from answers where asked_at < ?", [old])
        database.execute("delete from conversations where at < ?", [old])
    wipe_log(database)
    try:
        drop_replaced(path, now - keep)
    except OSError as error:
        _LOG.error("a replaced database could not be deleted: %s", error.strerror)


def forget_everyone(database: Database, path: Path) -> None:
    """Erase all that is kept of residents, what waits to be answered or sent too.

    So go the databases that a restore replaced at ``path``. The events' keyed hashes stay for the
    time set, which name nobody: what a platform delivers again is not answered. Raises
    sqlite3.Error, and StorageError if a replaced database cannot be deleted.
    """
    with writing(database):
        for table in ("conversations", "sent", "outbox", "answers"):
            database.execute(f"delete from {table}")  # noqa: S608 - the names above
        database.execute(
            "update inbox set payload = null, sent_at = null, asker = null, chat = null, conversation = null,"
            " outcome = 'forgotten', settled_at = received_at"
        )
    wipe_log(database)
    try:
        drop_replaced(path, None)
    except OSError as error:
        raise StorageError("operator.replaced_stays", path=error.filename, detail=error.strerror) from error


def count_rows(database: Database) -> int:
    """How many things are kept of residents, or of nobody that can be named."""
    tables = ("inbox", "outbox", "sent", "answers", "conversations")
    return sum(database.table(table).count for table in tables)


def wipe_log(database: Database) -> None:
    """Empty the log beside the file, in which what was overwritten in the file may still stand.

    Outside of a transaction. While another process reads the file it may stay: the next purge wipes it.
    """
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
