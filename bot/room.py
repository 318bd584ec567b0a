"""How much memory is left under the limit that a container or a service was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["room_for_another"]

# What Parvis takes before it has read a base: measured with Telegram and the pages of operations, 51 MiB.
_WITHOUT_BASE = 50 << 20
# A second version of the smallest base still needs this much while it is read.
_LEAST = 16 << 20
# Limit, use and the part of it that the system takes back by itself, in control groups of both kinds:
# Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux.
_KINDS = (
    ("memory.max", "memory.current", ("active_file", "inactive_file")),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", ("total_active_file", "total_inactive_file")),
)


def room_for_another(system: Path = Path("/")) -> bool:
    """True if a second version of the base fits beside the one that answers, or if no limit is known.

    It takes about what the first does. Over the limit the system would end this very process.
    """
    left, own = _left(system), _own(system)
    return left is None or own is None or left >= max(_LEAST, own - _WITHOUT_BASE)


def _own(system: Path) -> int | None:
    """The bytes of memory that are this process's own."""
    for line in _lines(system / "proc/self/status"):
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) << 10
    return None


def _left(system: Path) -> int | None:
    """The bytes left under the tightest limit found; None if there is none."""
    found = [left for folder in _groups(system) for kind in _KINDS if (left := _left_in(folder, *kind)) is not None]
    return min(found, default=None)


def _groups(system: Path) -> Iterator[Path]:
    """Where the limits of this process may stand; in a container its own group is the root."""
    top = system / "sys/fs/cgroup"
    yield from (top, top / "memory")
    for line in _lines(system / "proc/self/cgroup"):
        _, kinds, path = line.rstrip("\n").split(":", 2)
        if kinds in ("", "memory"):
            yield top / kinds / path.lstrip("/")


def _left_in(folder: Path, limit: str, use: str, given_back: tuple[str, ...]) -> int | None:
    limits, used = _lines(folder / limit), _lines(folder / use)
    if not limits or not used or not limits[0].strip().isdigit():
        return None
    stat = dict(line.split() for line in _lines(folder / "memory.stat"))
    return int(limits[0]) - int(used[0]) + sum(int(stat.get(name, "0")) for name in given_back)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
