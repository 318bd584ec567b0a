"""What is told of the base in service: its version, since when, and what is wrong with the last edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.knowledge.faults import Fault

__all__ = ["KnowledgeState", "Refused"]


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit that cannot serve, with every fault that makes it so: file, line, and cure through ``render``.

    ``at``: when it was found so (aware, UTC). Without faults, it is the machine that was
    not up to it.
    """

    at: datetime
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class KnowledgeState:
    """What answers come from.

    ``version`` as ``KnowledgeBase.version``, ``since`` when it began to serve (aware, UTC; a
    restart changes nothing to it). ``rolled_back``: the operator went back to it. ``refused``
    is the edit on the disk if it cannot serve, None while all is well.
    """

    version: str
    since: datetime
    rolled_back: bool = False
    refused: Refused | None = None
