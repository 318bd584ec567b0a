"""What end-to-end encryption must remember: the device's keys and sessions, in one sealed file.

The library's own store writes the names of residents and rooms in clear, and syncs the disk for each
key (16 to 20 ms, in which nobody is answered). Here every row is sealed, named by a pseudonym, and
written to a WAL that outlives a killed process.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from nio.crypto import (
    DeviceStore,
    GroupSessionStore,
    InboundGroupSession,
    OlmAccount,
    OlmDevice,
    Session,
    SessionStore,
)

from bot.privacy import pseudonym
from bot.sealing import Sealer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["KeyStore"]

# Rows are sealed as a whole; the pickles inside need no key of their own, but the library asks for one.
_PICKLE = "sealed with its row"
_KEEP = timedelta(days=30)  # as long as records are kept by default: an older message is read no more


class KeyStore:
    """The part of ``nio.store.MatrixStore`` that ``nio.crypto.Olm`` uses, for one device."""

    def __init__(self, path: Path, secret: bytes, now: datetime) -> None:
        """Opens or makes the file; what opened messages older than a month is dropped."""
        self._secret, self._now = secret, now.isoformat()
        self._sealer = Sealer(secret)
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = normal")
        self._database.execute("pragma secure_delete = on")
        self._database.execute(
            "create table if not exists kept (kind text not null, name text not null, at text not null,"
            " sealed blob not null, primary key (kind, name)) strict"
        )
        self._database.execute("delete from kept where kind = 'group' and at < ?", [(now - _KEEP).isoformat()])

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def clear(self) -> None:
        """Forget the device: another one takes its place."""
        self._database.execute("delete from kept")

    @property
    def device(self) -> str | None:
        """The device whose keys these are, None in a new file; raises SettingsError if sealed with another key."""
        for row in self._rows("account"):
            return str(row["device"])
        return None

    def drop_user(self, user: str) -> None:
        """Forget the devices of someone with whom the bot shares no room any more."""
        gone = [row for row in self._rows("device") if row["user"] == user]
        for row in gone:
            name = self._name(f"{user}\0{row['id']}")
            self._database.execute("delete from kept where kind = 'device' and name = ?", [name])

    def load_account(self) -> OlmAccount | None:
        """The device's own keys."""
        for row in self._rows("account"):
            return OlmAccount.from_pickle(_bytes(row["pickle"]), _PICKLE, row["shared"])
        return None

    def save_account(self, account: OlmAccount, device: str | None = None) -> None:
        """Keep the device's own keys."""
        value = {"pickle": _text(account.pickle(_PICKLE)), "shared": account.shared, "device": device or self.device}
        self._put("account", "account", value)

    def load_sessions(self) -> SessionStore:
        """Sessions with other devices."""
        store = SessionStore()
        for row in self._rows("session"):
            created, used = datetime.fromisoformat(row["created"]), datetime.fromisoformat(row["used"])
            store.add(row["curve"], Session.from_pickle(_bytes(row["pickle"]), created, _PICKLE, used))
        return store

    def save_session(self, curve_key: str, session: Session) -> None:
        """Keep a session with another device."""
        value = {
            "curve": curve_key,
            "pickle": _text(session.pickle(_PICKLE)),
            "created": session.creation_time.isoformat(),
            "used": session.use_time.isoformat(),
        }
        self._put("session", f"{curve_key}\0{session.id}", value)

    def load_inbound_group_sessions(self) -> GroupSessionStore:
        """What opens messages of rooms."""
        store = GroupSessionStore()
        for row in self._rows("group"):
            key = (row["fp"], row["sender"], row["room"], _PICKLE, row["chain"])
            store.add(InboundGroupSession.from_pickle(_bytes(row["pickle"]), *key))
        return store

    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        """Keep what opens messages of a room."""
        value = {
            "pickle": _text(session.pickle(_PICKLE)),
            "fp": session.ed25519,
            "sender": session.sender_key,
            "room": session.room_id,
            "chain": list(session.forwarding_chain),
        }
        self._put("group", f"{session.room_id}\0{session.sender_key}\0{session.id}", value)

    def load_device_keys(self) -> DeviceStore:
        """The devices of residents."""
        store = DeviceStore()
        for row in self._rows("device"):
            store.add(OlmDevice(row["user"], row["id"], row["keys"], deleted=row["deleted"]))
        return store

    def save_device_keys(self, device_keys: Mapping[str, Mapping[str, OlmDevice]]) -> None:
        """Keep devices of residents, without what they are called."""
        self._database.execute("begin immediate")
        for user, devices in device_keys.items():
            for name, device in devices.items():
                value = {"user": user, "id": name, "keys": device.keys, "deleted": device.deleted}
                self._put("device", f"{user}\0{name}", value)
        self._database.execute("commit")

    def load_outgoing_key_requests(self) -> dict[str, Any]:
        """None are kept: a message that stays closed is asked for again in words."""
        return {}

    def add_outgoing_key_request(self, request: object) -> None:
        """Not kept."""

    def remove_outgoing_key_request(self, request: object) -> None:
        """Not kept."""

    def ignore_devices(self, devices: Sequence[OlmDevice]) -> None:
        """Residents' devices are never verified by the bot: nothing to keep."""

    def is_device_verified(self, device: OlmDevice) -> bool:  # noqa: ARG002 - the library's signature
        """No device is: a town answers whoever writes."""
        return False

    def is_device_blacklisted(self, device: OlmDevice) -> bool:  # noqa: ARG002 - the library's signature
        """None is."""
        return False

    def is_device_ignored(self, device: OlmDevice) -> bool:  # noqa: ARG002 - the library's signature
        """Every device is answered although nobody verified it."""
        return True

    def _rows(self, kind: str) -> Iterator[Any]:
        for (sealed,) in self._database.execute("select sealed from kept where kind = ?", [kind]).fetchall():
            yield json.loads(self._sealer.open(sealed))

    def _put(self, kind: str, name: str, value: Mapping[str, Any]) -> None:
        row = [kind, self._name(name), self._now, self._sealer.seal(json.dumps(value))]
        # What is written again keeps its age: a month after a session began it is dropped.
        self._database.execute(
            "insert into kept (kind, name, at, sealed) values (?, ?, ?, ?)"
            " on conflict (kind, name) do update set sealed = excluded.sealed",
            row,
        )

    def _name(self, raw: str) -> str:
        return pseudonym(self._secret, "matrix/keys", raw)


def _text(pickle: bytes) -> str:
    return base64.b64encode(pickle).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
