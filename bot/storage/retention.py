"""How long a conversation may be leaned on, the same for every store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.ports import ConversationState

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["EDIT_TIME", "FOLLOW_UP_TIME", "SENDING_TIME", "still_known"]

# The town's promise to its residents: "et le samedi ?" is understood for ten minutes, then forgotten.
FOLLOW_UP_TIME = timedelta(minutes=10)
# How long an answer is edited when its question is: for it the platform's name of our message is kept, sealed.
EDIT_TIME = timedelta(days=1)
# An answer that no platform took for a day comes too late to help; the supervisor stops trying as soon.
SENDING_TIME = timedelta(days=1)


def still_known(state: ConversationState, now: datetime) -> ConversationState | None:
    """What of ``state`` may be used at ``now``: all of it, then only the language chosen, else None."""
    if now - state.at <= FOLLOW_UP_TIME:
        return state
    if state.language is None:
        return None
    return ConversationState(at=state.at, language=state.language)
