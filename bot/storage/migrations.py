"""The database's shape, one step at a time; a step that has shipped never changes."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

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
    if {step.name for step in steps.applied(database)} - {name for name, _ in _STEPS}:
        raise StorageError("operator.store_from_future", path=path)
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


_STEPS = (("0001_conversations", _create_conversations),)
