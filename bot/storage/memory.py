"""A store that lives as long as the process: the terminal's, and the tests'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.storage.retention import still_known

if TYPE_CHECKING:
    from datetime import datetime

    from bot.ports import ConversationState

__all__ = ["MemoryStore"]


class MemoryStore:
    """Keeps conversations in a dictionary; nothing ever reaches the disk."""

    def __init__(self) -> None:
        self._states: dict[str, ConversationState] = {}

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The conversation's state as far as it may still be leaned on at ``now``."""
        state = self._states.get(conversation)
        return None if state is None else still_known(state, now)

    def remember(self, conversation: str, state: ConversationState) -> None:
        """Replace the conversation's state."""
        self._states[conversation] = state

    def forget(self, conversation: str) -> None:
        """Erase all that is kept of the conversation."""
        self._states.pop(conversation, None)
