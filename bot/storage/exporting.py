"""What is kept, handed out: all of one resident's to them, what is learned from to whoever improves a base."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.redaction import redact
from bot.storage.leaving import CONVERSATIONS, QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlite_utils import Database

__all__ = ["export_learning", "export_resident"]

# By table, the rows that are about one resident.
_ABOUT = (
    ("inbox", "asker = :asker"),
    ("answers", "asker = :asker"),
    ("outbox", "asker = :asker"),
    ("sent", f"question in ({QUESTIONS})"),
    ("conversations", f"conversation in ({CONVERSATIONS})"),
)
# Columns that hold JSON in a text.
_STRUCTURED = frozenset({"matches", "timings", "choices"})


def export_resident(database: Database, asker: str, unseal: Callable[[bytes], str]) -> dict[str, list[dict[str, Any]]]:
    """All rows about the resident whose pseudonym is ``asker``, by table, what is sealed opened by ``unseal``."""
    who = {"asker": asker, "conversation": None}
    return {
        table: [
            {name: _shown(name, value, unseal) for name, value in row.items() if value is not None}
            for row in database.query(f"select * from {table} where {condition} order by rowid", who)  # noqa: S608
        ]
        for table, condition in _ABOUT
    }


def export_learning(database: Database) -> Iterator[dict[str, Any]]:
    """Every question kept, with what became of it, by day, and nothing that says whose it is.

    Neither pseudonym nor hour: who knows when a neighbour wrote does not find what they asked. Texts were
    redacted when they were kept, and are again, by the rules of today.
    """
    rows = database.query(
        "select substr(asked_at, 1, 10) as day, channel, visibility, language, text, outcome, entry_id, matches,"
        " helpful from answers order by day, question"
    )
    for row in rows:
        yield {
            "day": row["day"],
            "channel": row["channel"],
            "visibility": row["visibility"],
            "language": row["language"],
            "text": None if row["text"] is None else redact(row["text"]),
            "outcome": row["outcome"],
            "entry": row["entry_id"],
            "matches": json.loads(row["matches"]),
            "helpful": None if row["helpful"] is None else bool(row["helpful"]),
        }


def _shown(name: str, value: Any, unseal: Callable[[bytes], str]) -> Any:
    if name in _STRUCTURED:
        return json.loads(value)
    if not isinstance(value, bytes):
        return value
    plain = unseal(value)
    return json.loads(plain) if plain.startswith("{") else plain
