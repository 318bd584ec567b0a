"""End-to-end encryption: matrix-nio's Olm machine, driven by our own calls.

Of the library only the machine is used, not its client: what it would send is sent by ``Homeserver``,
so that nothing is retried, waited for or lost inside it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING, Any

from nio.crypto import Olm
from nio.events import Event, MegolmEvent, OlmEvent, ToDeviceEvent
from nio.exceptions import EncryptionError, LocalProtocolError, VerificationError
from nio.responses import KeysClaimResponse, KeysQueryResponse, KeysUploadResponse, ToDeviceResponse

from adapters.matrix.crosssigning import sign_device
from adapters.matrix.faults import is_revoked
from adapters.matrix.server import Fault, path

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from adapters.matrix.keystore import KeyStore
    from adapters.matrix.server import Homeserver
    from adapters.matrix.session import Account, Sealed
    from adapters.matrix.settings import MatrixSettings

__all__ = ["Encryption", "open_encryption"]

_LOG = logging.getLogger("parvis.matrix")
# What the library raises on what it cannot read.
_CLOSED = (EncryptionError, LocalProtocolError, VerificationError, AssertionError, LookupError, TypeError, ValueError)


async def open_encryption(
    server: Homeserver, account: Account, settings: MatrixSettings, store: KeyStore, identity: Sealed
) -> Encryption:
    """The machine of this device, its keys known to the homeserver and signed; raises Fault."""
    if store.device != account.device:
        store.clear()
    made = Encryption(server, account, store)
    await made.upload()
    await sign_device(server, account, settings, identity)
    return made


class Encryption:
    """Opens and closes messages for one device."""

    def __init__(self, server: Homeserver, account: Account, store: KeyStore) -> None:
        self._server = server
        self._user = account.user
        self._store = store
        self._olm: Any = Olm(account.user, account.device, _Named(store, account.device))
        self._sharing = asyncio.Lock()
        self._shared: dict[str, frozenset[tuple[str, str]]] = {}  # by room: the devices that can open the session

    def open(self, event: dict[str, Any], room: str) -> dict[str, Any] | None:
        """``event`` in clear, None as long as its key is missing; raises ValueError if it is no encrypted event."""
        parsed = Event.parse_encrypted_event(event)
        if not isinstance(parsed, MegolmEvent):
            raise ValueError("not an encrypted message")
        try:
            opened = self._olm.decrypt_megolm_event(parsed, room)
        except _CLOSED as error:
            _LOG.debug("a message stayed closed: %s", type(error).__name__)
            return None
        inside = getattr(opened, "source", None)
        if not isinstance(inside, dict) or not isinstance(inside.get("content"), dict):
            raise ValueError("nothing in it")
        if inside.get("room_id") != room:
            raise ValueError("moved from another room")
        about = event["content"].get("m.relates_to")
        content = inside["content"] if about is None else {**inside["content"], "m.relates_to": about}
        return {**event, "type": inside["type"], "content": content}

    async def heard(self, told: Mapping[str, Any]) -> None:
        """Take in what a poll says of keys, before its messages are opened; raises Fault if the token is refused."""
        box = told.get("to_device")
        for event in box.get("events", ()) if isinstance(box, dict) else ():
            self._key(event)
        lists = told.get("device_lists")
        if isinstance(lists, dict):
            self._olm.add_changed_users(set(lists.get("changed", ())) & self._olm.tracked_users)
            for user in lists.get("left", ()):
                self._olm.tracked_users.discard(user)
                self._store.drop_user(user)
        counts = told.get("device_one_time_keys_count")
        if isinstance(counts, dict):
            # The library takes 0 for "not known", and would never make keys again.
            self._olm.uploaded_key_count = counts.get("signed_curve25519") or 0
        try:
            await self.upload()
            await self._mend()
        except Fault as fault:
            if is_revoked(fault):
                raise
            # Tried again at the next poll: what residents wrote does not wait for it.
            _LOG.warning("matrix: keys could not be exchanged (%d %s)", fault.status, fault.code)

    async def upload(self) -> None:
        """Give the homeserver the keys it lacks; raises Fault."""
        if not self._olm.should_upload_keys:
            return
        content = self._olm.share_keys()
        # On the disk first: a crash after the upload would leave keys that nobody can use.
        self._olm.save_account()
        told = await self._server.post("keys/upload", content)
        counts = told.get("one_time_key_counts")
        count = counts.get("signed_curve25519") if isinstance(counts, dict) else None
        self._olm.handle_response(KeysUploadResponse(0, count or 0))

    async def closed(
        self, room: str, members: Collection[str], kind: str, content: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """``content`` for ``members`` alone, as type and content; raises Fault."""
        async with self._sharing:
            await self._share(room, members)
            made: dict[str, Any] = self._olm.group_encrypt(room, {"type": kind, "content": content})
        if "m.relates_to" in content:
            # The homeserver has to see what replies to what.
            made["m.relates_to"] = content["m.relates_to"]
        return "m.room.encrypted", made

    def forget(self, room: str) -> None:
        """The bot is no longer in ``room``."""
        self._olm.outbound_group_sessions.pop(room, None)
        self._shared.pop(room, None)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _key(self, event: object) -> None:
        if not isinstance(event, dict) or event.get("type") != "m.room.encrypted":
            return
        try:
            parsed = ToDeviceEvent.parse_encrypted_event(event)
            if isinstance(parsed, OlmEvent):
                self._olm.handle_to_device_event(parsed)
        except _CLOSED as error:
            _LOG.warning("matrix: a key was left out: %s", type(error).__name__)

    async def _mend(self) -> None:
        """New sessions with devices whose own were lost; raises Fault."""
        if self._olm.wedged_devices:
            wanted: dict[str, list[str]] = {}
            for device in self._olm.wedged_devices:
                wanted.setdefault(device.user_id, []).append(device.id)
            await self._claim(wanted)
            self._olm.wedged_devices.clear()
        for message in tuple(self._olm.outgoing_to_device_messages):
            await self._to_devices(message.type, {message.recipient: {message.recipient_device: message.content}})
            self._olm.handle_response(ToDeviceResponse(message))

    async def _share(self, room: str, members: Collection[str]) -> None:
        """Give the room's session to every device of ``members``; a new one if any came or went."""
        self._olm.users_for_key_query.update(set(members) - self._olm.tracked_users)
        if self._olm.users_for_key_query:
            await self._query(set(self._olm.users_for_key_query))
        devices = frozenset(
            (user, device.id) for user in members for device in self._olm.device_store.active_user_devices(user)
        )
        if self._shared.get(room) == devices and not self._olm.should_share_group_session(room):
            return
        self.forget(room)
        if missing := self._olm.get_missing_sessions(list(members)):
            await self._claim(missing)
        try:
            await self._hand_out(room, list(members))
        except BaseException:
            # Half shared it would hold up the room for ever: the next message begins a new one.
            self.forget(room)
            raise
        self._shared[room] = devices

    async def _hand_out(self, room: str, members: list[str]) -> None:
        self._olm.create_outbound_group_session(room)
        session = self._olm.outbound_group_sessions[room]
        # Twenty devices a request, each at least one more than the last.
        for _ in range(sum(1 for user in members for _ in self._olm.device_store.active_user_devices(user)) + 1):
            given, content = self._olm.share_group_session(
                room, members, ignore_missing_sessions=True, ignore_unverified_devices=True
            )
            if not given:
                break
            await self._to_devices("m.room.encrypted", content["messages"])
            session.users_shared_with.update(given)
        session.mark_as_shared()

    async def _query(self, users: set[str]) -> None:
        told = await self._server.post("keys/query", {"device_keys": {user: [] for user in users}})
        found = told.get("device_keys")
        found = found if isinstance(found, dict) else {}
        for user in users:
            devices = found.get(user)
            try:
                self._olm.handle_response(KeysQueryResponse({user: devices if isinstance(devices, dict) else {}}, {}))
            except _CLOSED as error:
                _LOG.warning("matrix: devices were left out: %s", type(error).__name__)
            self._olm.users_for_key_query.discard(user)

    async def _claim(self, wanted: Mapping[str, list[str]]) -> None:
        asked = {user: dict.fromkeys(devices, "signed_curve25519") for user, devices in wanted.items()}
        told = await self._server.post("keys/claim", {"one_time_keys": asked})
        found = told.get("one_time_keys")
        for user, devices in found.items() if isinstance(found, dict) else ():
            for device, key in devices.items() if isinstance(devices, dict) and user in asked else ():
                try:
                    self._olm.handle_response(KeysClaimResponse({user: {device: key}}, {}))
                except _CLOSED as error:
                    _LOG.warning("matrix: a session was left out: %s", type(error).__name__)

    async def _to_devices(self, kind: str, messages: Mapping[str, Any]) -> None:
        name = secrets.token_hex(16)
        await self._server.put(path("sendToDevice", kind, name), {"messages": messages})


class _Named:
    """The store, which notes whose account it keeps."""

    def __init__(self, store: KeyStore, device: str) -> None:
        self._store = store
        self._device = device

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save_account(self, account: Any) -> None:
        """Keep the account and its device's name."""
        self._store.save_account(account, self._device)
