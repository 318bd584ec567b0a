"""The bot's login: kept sealed, so that a restart is the same device to the homeserver.

Transaction ids hold for one device: a new login at each start would make each crash a second answer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from adapters.matrix.faults import is_revoked
from adapters.matrix.server import Fault
from adapters.matrix.settings import CHANNEL, PASSWORD
from bot.errors import ChannelRevoked, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.matrix.server import Homeserver
    from adapters.matrix.settings import MatrixSettings
    from bot.sealing import Sealer

__all__ = ["Account", "Sealed", "log_in", "read_account", "secret_for"]

# RFC 7914, section 2: what takes about 50 ms and 16 MB, once at each start.
_COST, _BLOCK = 2**14, 8
_DEVICE_NAME = "Parvis"


@dataclass(frozen=True, slots=True)
class Account:
    """Who the bot is to the homeserver."""

    user: str
    device: str
    token: str = field(repr=False)


def secret_for(settings: MatrixSettings) -> bytes:
    """What seals what the channel keeps: made of the encryption key if there is one, else of the password."""
    salt = hashlib.sha256(f"{settings.server}\0{settings.user}".encode()).digest()
    secret = (settings.encryption or settings.password).encode()
    return hashlib.scrypt(secret, salt=salt, n=_COST, r=_BLOCK, p=1, dklen=32)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One value in one sealed file."""

    file: Path
    sealer: Sealer = field(repr=False)

    def read(self) -> dict[str, str]:
        """What is in it, nothing if there is none; raises SettingsError if it was sealed with another key."""
        try:
            sealed = base64.b64decode(self.file.read_bytes())
        except FileNotFoundError:
            return {}
        read: dict[str, str] = json.loads(self.sealer.open(sealed))
        return read

    def write(self, value: dict[str, str]) -> None:
        """Put ``value`` in it, whole or not at all."""
        new = self.file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(self.sealer.seal(json.dumps(value))))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.file)

    def drop(self) -> None:
        """Forget it."""
        self.file.unlink(missing_ok=True)


def read_account(file: Sealed) -> Account | None:
    """The login that was kept, None if there is none that can be used (another password, for instance)."""
    try:
        return Account(**file.read())
    except (SettingsError, TypeError, ValueError):
        return None


async def log_in(server: Homeserver, settings: MatrixSettings, file: Sealed) -> Account:
    """The account, by the login that was kept or by a new one, which is kept.

    Raises ChannelRevoked if the homeserver refuses the password, Fault for all other trouble.
    """
    account = read_account(file)
    if account is None:
        account = await _new_login(server, settings)
        file.write(asdict(account))
    server.token = account.token
    return account


async def _new_login(server: Homeserver, settings: MatrixSettings) -> Account:
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": settings.user},
        "password": settings.password,
        "initial_device_display_name": _DEVICE_NAME,
    }
    server.token = None
    try:
        told = await server.post("login", body)
    except Fault as fault:
        if is_revoked(fault) or (fault.status == 403 and fault.code == "M_FORBIDDEN"):
            raise ChannelRevoked(CHANNEL, PASSWORD) from None
        raise
    if not all(isinstance(told.get(name), str) for name in ("user_id", "device_id", "access_token")):
        raise Fault(0)
    return Account(told["user_id"], told["device_id"], told["access_token"])
