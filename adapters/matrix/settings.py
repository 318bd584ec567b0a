"""What the operator decides of Matrix, checked before anything is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CHANNEL", "ENCRYPTION", "PASSWORD", "MatrixSettings", "read_matrix"]

CHANNEL = "matrix"
_SERVER = "PARVIS_MATRIX_SERVER"
_USER = "PARVIS_MATRIX_USER"
PASSWORD = "PARVIS_MATRIX_PASSWORD"  # noqa: S105 - the setting's name
ENCRYPTION = "PARVIS_MATRIX_ENCRYPTION_KEY"
_REACTIONS = "PARVIS_MATRIX_REACTIONS"


@dataclass(frozen=True, slots=True)
class MatrixSettings:
    """The settings of the channel: ``server`` is the homeserver's address, ``user`` the account's name.

    ``encryption``, if set, turns end-to-end encryption on and seals what it keeps. ``reactions``:
    answers carry reactions that can be tapped.
    """

    server: str
    user: str
    password: str = field(repr=False)
    encryption: str | None = field(default=None, repr=False)
    reactions: bool = True


def read_matrix(settings: Mapping[str, str]) -> MatrixSettings:
    """The settings given; raises SettingsError at the first that is wrong. No message quotes a secret."""
    return MatrixSettings(
        server=REGISTRY[_SERVER].parse(settings[_SERVER]).rstrip("/"),
        user=REGISTRY[_USER].parse(settings[_USER]),
        password=settings[PASSWORD],
        encryption=REGISTRY[ENCRYPTION].text(settings),
        reactions=REGISTRY[_REACTIONS].flag(settings),
    )
