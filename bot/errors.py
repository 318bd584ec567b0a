"""Every error Parvis raises on purpose.

    ParvisError
    ├── KnowledgeError      a knowledge base that cannot be served
    ├── OperatorError       said in the operator's language by bot.voice
    │   ├── SettingsError   a setting that is missing or wrong
    │   └── StorageError    a store that cannot be opened, read or written
    └── ModelError          a trained model that cannot be read or made

The message of each is written for the person who can mend it (staff or
operator); none of them ever reaches a resident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.knowledge.faults import Fault

__all__ = ["KnowledgeError", "ModelError", "OperatorError", "ParvisError", "SettingsError", "StorageError"]


class ParvisError(Exception):
    """The root of Parvis's own errors."""


class KnowledgeError(ParvisError):
    """A knowledge base that cannot be served.

    ``faults`` holds every fault found in one pass, each with file, line and cure.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} fault(s) in the knowledge base")


class OperatorError(ParvisError):
    """Something the operator can mend: ``key`` is a sentence of the voice, ``values`` fill its blanks."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(f"{key} {values}")


class SettingsError(OperatorError):
    """A setting that is missing or wrong; the message names it and its cure."""


class StorageError(OperatorError):
    """A store that cannot be opened, read or written."""


class ModelError(ParvisError):
    """A trained model that cannot be read or made."""
