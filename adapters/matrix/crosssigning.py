"""The bot's own identity: three keys that sign its device.

Applications that leave out devices nobody signed (MSC4153) neither read nor answer a bot without it.
spec.matrix.org, "Cross-signing". The keys are made once and kept sealed: a new device of the bot's is
signed with the same ones, so that residents never see its identity change.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from adapters.matrix.server import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.matrix.server import Homeserver
    from adapters.matrix.session import Account, Sealed
    from adapters.matrix.settings import MatrixSettings

__all__ = ["canonical", "sign_device"]

_USAGES = ("master", "self_signing", "user_signing")


async def sign_device(server: Homeserver, account: Account, settings: MatrixSettings, file: Sealed) -> None:
    """Make the bot's identity known and its device part of it, where they are not yet; raises Fault."""
    keys = _keys(file)
    told = await server.post("keys/query", {"device_keys": {account.user: []}})
    if _public_of(told, "master_keys", account.user) != _public(keys["master"]):
        await _publish(server, account, settings, keys)
    device = told.get("device_keys", {}).get(account.user, {}).get(account.device)
    if device is None:
        raise Fault(0, "NoDeviceKeys")
    name = f"ed25519:{_public(keys['self_signing'])}"
    signed = _signed(device, account.user, keys["self_signing"])
    if device.get("signatures", {}).get(account.user, {}).get(name) == signed["signatures"][account.user][name]:
        return
    done = await server.post("keys/signatures/upload", {account.user: {account.device: signed}})
    if done.get("failures"):
        raise Fault(0, "NotSigned")


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON as it is signed: keys in order, no blanks (spec.matrix.org, "Canonical JSON")."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _keys(file: Sealed) -> dict[str, Ed25519PrivateKey]:
    kept = file.read()
    if not kept:
        made = {usage: Ed25519PrivateKey.generate() for usage in _USAGES}
        # On the disk before the homeserver hears of them.
        file.write({usage: _private(key) for usage, key in made.items()})
        return made
    return {usage: Ed25519PrivateKey.from_private_bytes(base64.b64decode(kept[usage])) for usage in _USAGES}


async def _publish(
    server: Homeserver, account: Account, settings: MatrixSettings, keys: Mapping[str, Ed25519PrivateKey]
) -> None:
    body: dict[str, Any] = {}
    for usage, key in keys.items():
        public = _public(key)
        value = {"user_id": account.user, "usage": [usage], "keys": {f"ed25519:{public}": public}}
        body[f"{usage}_key"] = value if usage == "master" else _signed(value, account.user, keys["master"])
    try:
        await server.post("keys/device_signing/upload", body)
    except Fault as fault:
        if fault.status != 401 or fault.session is None:
            raise
        # The account has another identity already, made by hand: the homeserver wants the password to replace it.
        proof = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": account.user},
            "password": settings.password,
            "session": fault.session,
        }
        await server.post("keys/device_signing/upload", {**body, "auth": proof})


def _signed(value: Mapping[str, Any], user: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    """``value`` with one signature: that of ``key``."""
    bare = {name: one for name, one in value.items() if name not in ("signatures", "unsigned")}
    signature = _unpadded(key.sign(canonical(bare)))
    return {**bare, "signatures": {user: {f"ed25519:{_public(key)}": signature}}}


def _public_of(told: Mapping[str, Any], usage: str, user: str) -> str | None:
    keys = told.get(usage, {}).get(user, {}).get("keys", {})
    return next(iter(keys.values()), None)


def _public(key: Ed25519PrivateKey) -> str:
    return _unpadded(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _private(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())).decode()


def _unpadded(value: bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=")
