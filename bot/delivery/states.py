"""Conversation states that reach the disk with the answer they belong to, not before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.ports import ConversationState, Store

__all__ = ["HeldStates"]


class HeldStates:
    """A store in front of another: what is remembered is held until ``release``.

    Written at once, a state would survive a crash that its answer does not: the question,
    answered again, would lean on itself ("2" would find the choices gone).
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[str, ConversationState] = {}

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The conversation's state on the disk; raises StorageError."""
        return self._store.recall(conversation, now)

    def remember(self, conversation: str, state: ConversationState) -> None:
        """Hold the conversation's state."""
        self._held[conversation] = state

    def forget(self, conversation: str) -> None:
        """Erase all that is kept of the conversation; raises StorageError."""
        self._held.pop(conversation, None)
        self._store.forget(conversation)

    def release(self, conversation: str) -> ConversationState | None:
        """The state held since the last release, which the caller writes with the answer."""
        return self._held.pop(conversation, None)
