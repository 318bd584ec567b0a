"""What may be told of an error: its kind and where it came from. Its words and its values may be anyone's."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["told_exception"]

# Of a long chain the last steps are those that matter; one that turns in circles ends.
_MOST_STEPS, _MOST_LINKS = 12, 6


def told_exception(error: BaseException) -> str:
    """``error`` and those it comes from: kind, and module, function and line of each step. Never a value."""
    return " from ".join(_told(one) for one in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(_MOST_LINKS):
        if found is None:
            return
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _told(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    steps = [
        f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ][-_MOST_STEPS:]
    inner = f" [{', '.join(_told(one) for one in error.exceptions)}]" if isinstance(error, BaseExceptionGroup) else ""
    return f"{name}{inner} ({' > '.join(steps)})" if steps else name + inner
