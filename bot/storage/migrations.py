"""The database's shape, one step at a time; a step that has shipped never changes."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from bot import __version__
from bot.errors import StorageError

__all__ = ["migrate"]


def migrate(database: Database, path: str) -> None:
    """Bring ``database`` to the present shape.

    The caller holds a write transaction, so that two processes starting at once do
    not both take a step. Raises StorageError if a newer Parvis has been here.
    """
    steps = Migrations("parvis")
    for name, step in _STEPS:
        steps(name=name)(step)
    unknown = sorted({step.name for step in steps.applied(database)} - {name for name, _ in _STEPS})
    if unknown:
        raise StorageError("operator.store_from_future", path=path, version=__version__, step=unknown[-1])
    steps.apply(database)


def _create_conversations(database: Database) -> None:
    database.table("conversations", strict=True).create(
        {
            "conversation": str,
            "at": str,
            "entry_id": str,
            "place_id": str,
            "choices": str,
            "awaiting": str,
            "language": str,
        },
        pk="conversation",
        not_null={"conversation", "at", "choices"},
    )


def _create_mail(database: Database) -> None:
    """Inbox, cursors, outbox, messages sent and what is learned from; no personal data but in ``payload``, sealed."""
    tables = {
        "inbox": ("seq", "id channel received_at", "asker chat conversation sent_at outcome settled_at"),
        "cursors": ("channel", "cursor", ""),
        "outbox": ("seq", "key question channel source created_at", "asker chat failed failed_at"),
        "sent": ("name", "question source sent_at", ""),
        "answers": (
            "question",
            "channel asked_at visibility language outcome matches timings",
            "asker conversation text entry_id rated_at",
        ),
        "keyholes": ("name", "", ""),
    }
    numbers = {"outbox": "number edits public attempts", "sent": "number", "answers": "helpful"}
    for table, (key, required, optional) in tables.items():
        shape: dict[str, type] = {key: int if key == "seq" else str}
        shape |= dict.fromkeys((required + " " + optional).split(), str)
        shape |= dict.fromkeys(numbers.get(table, "").split(), int)
        if table in ("inbox", "outbox", "sent", "keyholes"):
            shape["payload"] = bytes
        database.table(table, strict=True).create(shape, pk=key, not_null={key, *required.split()})
    for statement in _INDEXES:
        database.execute(statement)


_INDEXES = (
    "create index conversations_at on conversations(at)",
    "create unique index inbox_id on inbox(id)",
    "create index inbox_waiting on inbox(seq) where payload is not null",
    "create index inbox_asker on inbox(asker)",
    "create index inbox_ended on inbox(conversation, outcome)",
    "create unique index outbox_key on outbox(key)",
    "create index outbox_waiting on outbox(channel, seq) where payload is not null",
    "create index outbox_asker on outbox(asker)",
    "create index outbox_source on outbox(source)",
    "create index sent_source on sent(source, number)",
    "create index sent_question on sent(question)",
    "create index answers_asker on answers(asker)",
)

_STEPS = (("0001_conversations", _create_conversations), ("0002_mail", _create_mail))
