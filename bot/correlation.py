"""Which question is being worked on: what ties together all that is logged of it, from its receipt to its delivery."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextvars import Context

__all__ = ["context_of", "question_under_way"]

_QUESTION: ContextVar[str | None] = ContextVar("question", default=None)


def question_under_way() -> str | None:
    """The id of the question that is being worked on here, a pseudonym; None if there is none."""
    return _QUESTION.get()


def context_of(question: str) -> Context:
    """A context for the work on ``question``: tasks made in it, and threads that run in it, know of it."""
    context = copy_context()
    context.run(_QUESTION.set, question)
    return context
