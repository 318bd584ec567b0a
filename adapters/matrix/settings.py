"""What the operator decides of Matrix, checked before anything is called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CHANNEL", "ENCRYPTION", "PASSWORD", "MatrixSettings", "read_matrix"]

CHANNEL = "matrix"
_SERVER = "PARVIS_MATRIX_SERVER"
_USER = "PARVIS_MATRIX_USER"
PASSWORD = "PARVIS_MATRIX_PASSWORD"  # noqa: S105 - the setting's name
ENCRYPTION = "PARVIS_MATRIX_ENCRYPTION_KEY"
_REACTIONS = "PARVIS_MATRIX_REACTIONS"
# spec.matrix.org, "User identifiers": lower case letters, digits and ._=-/+, perhaps with the server's name.
_NAME = re.compile(r"@?[a-z0-9._=/+-]{1,255}(?::[A-Za-z0-9.:\[\]-]{1,255})?")
# RFC 2104, section 3, and what BLAKE2b takes as a key.
_LEAST, _MOST = 16, 64
_YES, _NO = ("yes", "oui"), ("no", "non")


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
    user, key = settings[_USER], settings.get(ENCRYPTION)
    if not _NAME.fullmatch(user):
        raise SettingsError("matrix.bad_user", setting=_USER, value=user)
    if key is not None and not _LEAST <= len(key.encode()) <= _MOST:
        raise SettingsError("matrix.bad_key", setting=ENCRYPTION, least=_LEAST, most=_MOST)
    return MatrixSettings(_url(settings[_SERVER]), user, settings[PASSWORD], key, _reactions(settings))


def _reactions(settings: Mapping[str, str]) -> bool:
    value = settings.get(_REACTIONS, _YES[0]).lower()
    if value not in (*_YES, *_NO):
        raise SettingsError("matrix.bad_choice", setting=_REACTIONS, value=value)
    return value in _YES


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None
        # The password travels in the request: in clear only where nobody listens.
        good = good and (parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1"))
    except ValueError:
        good = False
    if not good:
        raise SettingsError("matrix.bad_server", setting=_SERVER, value=value.rpartition("@")[2])
    return value.rstrip("/")
