"""Databases that a restore took the place of: kept beside, under a name that says since when, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["drop_replaced", "name_of_replaced"]

_MOMENT = "%Y%m%d-%H%M%S"


def name_of_replaced(database: Path, now: datetime) -> Path:
    """Where ``database``, replaced at the aware moment ``now``, is kept: ``parvis-20251120-120000.db``."""
    moment = now.astimezone(UTC).strftime(_MOMENT)
    return database.with_name(f"{database.stem}-{moment}{database.suffix}")


def drop_replaced(database: Path, before: datetime | None) -> int:
    """Delete what was replaced, which holds residents' data too; how many databases. Raises OSError.

    ``before``: only what was replaced before that aware moment.
    """
    old = [path for path in database.parent.glob(f"{database.stem}-*{database.suffix}") if _is_older(path, before)]
    for path in old:
        for beside in path.parent.glob(f"{path.name}*"):
            beside.unlink(missing_ok=True)
    return len(old)


def _is_older(path: Path, before: datetime | None) -> bool:
    try:
        moment = datetime.strptime(path.stem.partition("-")[2], _MOMENT)  # noqa: DTZ007 - given its zone below
    except ValueError:
        return False  # somebody else's file
    return before is None or moment.replace(tzinfo=UTC) < before
