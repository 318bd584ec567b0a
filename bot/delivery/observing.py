"""Nobody who watches: what the delivery tells its doings to when no one asked for figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.messages import Answer

__all__ = ["Nobody"]


class Nobody:
    """A ``bot.ports.Observer`` that looks away."""

    def received(self, channel: str, number: int) -> None:
        """Look away."""

    def settled(self, channel: str, outcome: str, answer: Answer | None, seconds: float) -> None:
        """Look away."""

    def delivered(self, channel: str, seconds: float) -> None:
        """Look away."""

    def troubled(self, channel: str, kind: str) -> None:
        """Look away."""

    def gave_up(self, channel: str, number: int) -> None:
        """Look away."""
