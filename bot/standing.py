"""How Parvis is, as values: each channel. (What it answers from: bot.knowledge.state.)"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ChannelStanding", "ChannelState"]


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
