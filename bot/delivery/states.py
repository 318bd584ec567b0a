"""Conversation states that reach the disk with the answer they belong to, not before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import StorageError

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
        self._troubles: dict[str, StorageError] = {}

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The conversation's state on the disk; raises StorageError."""
        try:
            return self._store.recall(conversation, now)
        except StorageError as error:
            # The desk answers all the same, that it cannot; whoever releases the state learns why.
            self._troubles[conversation] = error
            raise

    def remember(self, conversation: str, state: ConversationState) -> None:
        """Hold the conversation's state."""
        self._held[conversation] = state

    def forget(self, conversation: str) -> None:
        """Erase all that is kept of the conversation; raises StorageError."""
        self._held.pop(conversation, None)
        self._store.forget(conversation)

    def release(self, conversation: str) -> ConversationState | None:
        """The state held since the last release, which the caller writes with the answer.

        Raises StorageError if the former state could not be read: an answer given without it
        is not worth sending.
        """
        state, trouble = self._held.pop(conversation, None), self._troubles.pop(conversation, None)
        if trouble is not None:
            raise trouble
        return state
