"""End-to-end encryption: keys that last, sessions that never hang, nothing in clear on the disk."""

from __future__ import annotations

import asyncio
import copy
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeserver import BOT, NOON_MS, RESIDENT
from matrixrig import NOON, MatrixRig

from adapters.matrix.crosssigning import sign_device
from adapters.matrix.encryption import Encryption, open_encryption
from adapters.matrix.keystore import KeyStore
from adapters.matrix.server import Fault
from adapters.matrix.session import Account, Sealed
from adapters.matrix.settings import MatrixSettings
from bot.errors import SettingsError
from bot.sealing import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from pathlib import Path


_SECRET = hashlib.sha256(b"Ville-d'Essai").digest()
_SETTINGS = MatrixSettings("https://matrix.exemple.fr", BOT, "the bot's own", "a key of Ville-d'Essai")
_ROOM = "!the-room"


class KeyServer:
    """The part of a homeserver that carries keys, for all devices."""

    def __init__(self) -> None:
        self.devices: dict[str, dict[str, Any]] = {}
        self.identities: dict[str, dict[str, Any]] = {}
        self.one_time: dict[tuple[str, str], dict[str, Any]] = {}
        self.boxes: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.calls: list[str] = []
        self.hangs: set[str] = set()
        self.fails: set[str] = set()

    def of(self, user: str, device: str) -> Any:
        """The homeserver as this device sees it."""
        return _Seen(self, user, device)

    def poll(self, user: str, device: str) -> dict[str, Any]:
        """What a poll tells of keys."""
        counts = {"signed_curve25519": len(self.one_time.get((user, device), {}))}
        return {
            "to_device": {"events": self.boxes.pop((user, device), [])},
            "device_one_time_keys_count": {name: count for name, count in counts.items() if count},
            "device_lists": {"changed": list(self.devices)},
        }


class _Seen:
    def __init__(self, server: KeyServer, user: str, device: str) -> None:
        self._server, self._user, self._device = server, user, device

    async def post(self, where: str, body: Mapping[str, Any]) -> Any:
        await self._called(where)
        body = copy.deepcopy(dict(body))
        server = self._server
        if where == "keys/upload":
            if "device_keys" in body:
                server.devices.setdefault(self._user, {})[self._device] = body["device_keys"]
            server.one_time.setdefault((self._user, self._device), {}).update(body["one_time_keys"])
            return {"one_time_key_counts": {"signed_curve25519": len(server.one_time[self._user, self._device])}}
        if where == "keys/query":
            users = {user: server.devices.get(user, {}) for user in body["device_keys"]}
            masters = {user: server.identities[user]["master_key"] for user in users if user in server.identities}
            return copy.deepcopy({"device_keys": users, "master_keys": masters})
        if where == "keys/claim":
            found: dict[str, Any] = {}
            for user, devices in body["one_time_keys"].items():
                for device in devices:
                    if keys := server.one_time.get((user, device)):
                        name = next(iter(keys))
                        found.setdefault(user, {})[device] = {name: keys.pop(name)}
            return {"one_time_keys": found}
        if where == "keys/device_signing/upload":
            if self._user in server.identities and "auth" not in body:
                raise Fault(401, session="a session")
            assert body.get("auth", {"session": "a session"})["session"] == "a session"
            server.identities[self._user] = body
            return {}
        for device, signed in body[self._user].items():
            server.devices[self._user][device]["signatures"][self._user].update(signed["signatures"][self._user])
        return {"failures": {}}

    async def put(self, where: str, body: Mapping[str, Any]) -> Any:
        await self._called(where.split("/")[0])
        for user, devices in body["messages"].items():
            for device, content in devices.items():
                event = {"type": "m.room.encrypted", "sender": self._user, "content": content}
                self._server.boxes.setdefault((user, device), []).append(copy.deepcopy(event))
        return {}

    async def _called(self, what: str) -> None:
        self._server.calls.append(what)
        if what in self._server.hangs:
            await asyncio.Event().wait()
        if what in self._server.fails:
            raise Fault(502)


@pytest.fixture
def keys() -> KeyServer:
    """A homeserver that knows nobody."""
    return KeyServer()


async def device(keys: KeyServer, folder: Path, user: str, name: str = "DEVICE") -> Encryption:
    """A device of ``user`` whose keys are in ``folder``."""
    folder.mkdir(exist_ok=True)
    store, identity = KeyStore(folder / "keys.db", _SECRET, NOON), Sealed(folder / "identity", Sealer(_SECRET))
    return await open_encryption(keys.of(user, name), Account(user, name, "t"), _SETTINGS, store, identity)


async def passes(keys: KeyServer, sender: Encryption, reader: Encryption, words: str = "bonjour") -> str | None:
    """What ``reader`` reads of what ``sender``, the bot, wrote."""
    kind, content = await sender.closed(_ROOM, {BOT, RESIDENT}, "m.room.message", {"body": words})
    await reader.heard(keys.poll(RESIDENT, "PHONE"))
    event = {"event_id": f"${words}", "sender": BOT, "origin_server_ts": NOON_MS, "type": kind, "content": content}
    opened = reader.open(event, _ROOM)
    return None if opened is None else opened["content"]["body"]


def run(check: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``check``."""
    asyncio.run(check())


def test_devices_that_nobody_verified_read_the_answer(keys: KeyServer, tmp_path: Path) -> None:
    """A resident who never compared keys with the bot reads it, and so does the phone bought since."""

    async def check() -> None:
        bot, phone = await device(keys, tmp_path / "b", BOT), await device(keys, tmp_path / "p", RESIDENT, "PHONE")
        assert await passes(keys, bot, phone) == "bonjour"
        new = await device(keys, tmp_path / "n", RESIDENT, "NEW")
        await bot.heard(keys.poll(BOT, "DEVICE"))
        assert await passes(keys, bot, phone, "encore") == "encore"
        await new.heard(keys.poll(RESIDENT, "NEW"))
        for one in (bot, phone, new):
            one.close()

    run(check)


def test_who_left_reads_nothing_more(keys: KeyServer, tmp_path: Path) -> None:
    """Once somebody has left a room, what is said there is closed with another key."""

    async def check() -> None:
        bot, phone = await device(keys, tmp_path / "b", BOT), await device(keys, tmp_path / "p", RESIDENT, "PHONE")
        assert await passes(keys, bot, phone) == "bonjour"
        _, content = await bot.closed(_ROOM, {BOT}, "m.room.message", {"body": "après"})
        await phone.heard(keys.poll(RESIDENT, "PHONE"))
        event = {"event_id": "$x", "sender": BOT, "origin_server_ts": 1, "type": "m.room.encrypted", "content": content}
        assert phone.open(event, _ROOM) is None
        for one in (bot, phone):
            one.close()

    run(check)


@pytest.mark.parametrize("where", ["keys/query", "keys/claim", "sendToDevice"])
@pytest.mark.parametrize("how", ["hangs", "fails"])
def test_a_send_that_was_cut_short_holds_up_nothing(keys: KeyServer, tmp_path: Path, where: str, how: str) -> None:
    """A send that hangs or fails while keys are shared is left, and the next one goes through and can be read."""

    async def check() -> None:
        bot, phone = await device(keys, tmp_path / "b", BOT), await device(keys, tmp_path / "p", RESIDENT, "PHONE")
        getattr(keys, how).add(where)
        with pytest.raises((TimeoutError, Fault)):
            await asyncio.wait_for(passes(keys, bot, phone), 0.1)
        getattr(keys, how).clear()
        assert await asyncio.wait_for(passes(keys, bot, phone, "encore"), 5) == "encore"
        for one in (bot, phone):
            one.close()

    run(check)


def test_one_time_keys_that_ran_out_are_made_again(keys: KeyServer, tmp_path: Path) -> None:
    """When every key was taken the homeserver counts none, and the bot makes new ones."""

    async def check() -> None:
        bot = await device(keys, tmp_path / "b", BOT)
        full = len(keys.one_time[BOT, "DEVICE"])
        keys.one_time[BOT, "DEVICE"].clear()
        await bot.heard(keys.poll(BOT, "DEVICE"))
        assert len(keys.one_time[BOT, "DEVICE"]) >= full
        bot.close()

    run(check)


def test_keys_are_on_the_disk_before_the_homeserver_has_them(keys: KeyServer, tmp_path: Path) -> None:
    """Killed just after its keys were uploaded, the bot can still read who uses them."""

    async def check() -> None:
        bot = await device(keys, tmp_path / "b", BOT)
        keys.one_time[BOT, "DEVICE"].clear()
        lost = keys.of(BOT, "DEVICE")
        uploaded = lost.post

        async def killed(where: str, body: Mapping[str, Any]) -> Any:
            await uploaded(where, body)
            raise Fault(0)

        bot._server.post = killed  # type: ignore[method-assign]
        await bot.heard(keys.poll(BOT, "DEVICE"))  # does not hold up what residents wrote
        bot.close()
        back, phone = await device(keys, tmp_path / "b", BOT), await device(keys, tmp_path / "p", RESIDENT, "PHONE")
        _, content = await phone.closed(_ROOM, {BOT, RESIDENT}, "m.room.message", {"body": "allô"})
        await back.heard(keys.poll(BOT, "DEVICE"))
        event = {"event_id": "$x", "sender": RESIDENT, "origin_server_ts": 1, "type": "m.room.encrypted"}
        opened = back.open({**event, "content": content}, _ROOM)
        assert opened is not None
        assert opened["content"]["body"] == "allô"
        for one in (back, phone):
            one.close()

    run(check)


def test_a_restart_keeps_every_key_and_no_name_in_clear(keys: KeyServer, tmp_path: Path) -> None:
    """Started again the bot reads what was written before, from a file that names no resident and no room."""

    async def check() -> None:
        phone = await device(keys, tmp_path / "p", RESIDENT, "PHONE")
        bot = await device(keys, tmp_path / "b", BOT)
        assert await passes(keys, bot, phone) == "bonjour"
        _, content = await phone.closed(_ROOM, {BOT, RESIDENT}, "m.room.message", {"body": "allô"})
        await bot.heard(keys.poll(BOT, "DEVICE"))
        bot.close()
        back = await device(keys, tmp_path / "b", BOT)
        event = {"event_id": "$x", "sender": RESIDENT, "origin_server_ts": 1, "type": "m.room.encrypted"}
        opened = back.open({**event, "content": content}, _ROOM)
        assert opened is not None
        assert (tmp_path / "b" / "keys.db").stat().st_mode & 0o077 == 0
        raw = b"".join(file.read_bytes() for file in (tmp_path / "b").iterdir())
        assert not [word for word in (RESIDENT, BOT, _ROOM, "PHONE", "DEVICE") if word.encode() in raw]
        # Moved by a homeserver that lies to another room, it stays closed.
        assert back.open({**event, "content": content}, "!another") is None
        for one in (back, phone):
            one.close()

    run(check)


def test_old_keys_are_not_kept(keys: KeyServer, tmp_path: Path) -> None:
    """What opens messages of more than a month ago is dropped at the next start."""

    async def check() -> None:
        bot, phone = await device(keys, tmp_path / "b", BOT), await device(keys, tmp_path / "p", RESIDENT, "PHONE")
        await passes(keys, bot, phone)
        for one in (bot, phone):
            one.close()
        for later, kept in ((timedelta(days=29), 1), (timedelta(days=31), 0)):
            store = KeyStore(tmp_path / "b" / "keys.db", _SECRET, NOON + later)
            assert sum(1 for _ in store.load_inbound_group_sessions()) == kept
            assert store.device == "DEVICE"
            store.close()

    run(check)


def test_keeping_a_key_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """Keys are written ahead, so that a thousand of them hold up no answer."""
    store = KeyStore(tmp_path / "keys.db", _SECRET, NOON)
    pragmas = [store._database.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 1]
    store.close()


def test_the_bot_signs_its_device_once_and_for_all(keys: KeyServer, tmp_path: Path) -> None:
    """The identity is made once: a restart changes nothing, a new device is signed by the same."""

    async def check() -> None:
        (await device(keys, tmp_path / "b", BOT)).close()
        first = copy.deepcopy(keys.identities[BOT])
        assert len(keys.devices[BOT]["DEVICE"]["signatures"][BOT]) == 2
        keys.calls.clear()
        (await device(keys, tmp_path / "b", BOT)).close()
        assert keys.calls == ["keys/query"]
        (await device(keys, tmp_path / "b", BOT, "NEW")).close()
        assert keys.identities[BOT] == first
        assert len(keys.devices[BOT]["NEW"]["signatures"][BOT]) == 2

    run(check)


def test_an_identity_made_by_hand_is_replaced_with_the_password(keys: KeyServer, tmp_path: Path) -> None:
    """An account that was opened in an application first has another identity: the bot's takes its place."""

    async def check() -> None:
        keys.identities[BOT] = {"master_key": {"keys": {"ed25519:x": "x"}}}
        (await device(keys, tmp_path / "b", BOT)).close()
        assert keys.identities[BOT]["auth"]["password"] == _SETTINGS.password

    run(check)


def test_a_device_without_keys_is_not_taken_for_signed(keys: KeyServer, tmp_path: Path) -> None:
    """A homeserver that does not know the device yet makes the start fail, to be tried again."""

    async def check() -> None:
        account, identity = Account(BOT, "NONE", "t"), Sealed(tmp_path / "identity", Sealer(_SECRET))
        with pytest.raises(Fault):
            await sign_device(keys.of(BOT, "NONE"), account, _SETTINGS, identity)

    run(check)


def test_another_key_is_refused_with_its_cure(tmp_path: Path) -> None:
    """Started with another encryption key, the bot says so before it calls anything, and names the setting."""

    async def check() -> None:
        rig = MatrixRig(settings={"PARVIS_MATRIX_ENCRYPTION_KEY": "a key of Ville-d'Essai"})
        await rig.start()
        channel = rig.channel()
        channel._login.write({"user": BOT, "device": "D", "token": "t"})
        rig.settings["PARVIS_MATRIX_ENCRYPTION_KEY"] = "another key of that town"
        with pytest.raises(SettingsError) as caught:
            rig.channel()
        assert caught.value.key == "matrix.wrong_key"
        assert "another key" not in str(caught.value)
        await rig.stop()

    run(check)


def test_lost_keys_are_healed_by_a_new_device(tmp_path: Path) -> None:
    """When the file of keys is lost the login goes with it: residents see a new device, not a broken one."""

    async def check() -> None:
        rig = MatrixRig(settings={"PARVIS_MATRIX_ENCRYPTION_KEY": "a key of Ville-d'Essai"})
        await rig.start()
        channel = rig.channel()
        channel._login.write({"user": BOT, "device": "OLD", "token": "token-of-the-bot"})
        rig.server.refused = lambda _, where: (502, {}) if where.startswith("keys") else None
        with pytest.raises(Fault):
            await channel._known()
        assert rig.server.logins == 1
        await rig.stop()

    run(check)
