"""How Parvis is, as values: each channel, and the knowledge it answers from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["ChannelStanding", "ChannelState", "KnowledgeState"]


class ChannelState(StrEnum):
    """How a channel is."""

    STARTING = "starting"  # its platform has not answered yet
    WELL = "well"
    SILENT = "silent"  # its platform has not answered for longer than it should
    STOPPED = "stopped"  # the platform no longer takes its token


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """One channel: its state, and the seconds since its platform last answered (None: it never has)."""

    name: str
    state: ChannelState
    age: float | None


@dataclass(frozen=True, slots=True)
class KnowledgeState:
    """The version that answers, since when (aware, UTC), and what is wrong with the one that was refused after it.

    ``refused`` is for staff, with file and line; None if the files are those that are served.
    """

    version: str
    since: datetime
    refused: str | None = None
