"""The Matrix channel: its own sync loop in, transactions with fixed names out."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from typing import TYPE_CHECKING, Any

from adapters.matrix.courtesies import Courtesies
from adapters.matrix.cursor import Cursor
from adapters.matrix.faults import is_revoked, translated
from adapters.matrix.gathering import Gatherer
from adapters.matrix.inbound import Reader
from adapters.matrix.joining import Joiner
from adapters.matrix.opening import Opener
from adapters.matrix.outbound import LIMITS, edit_content, keys_of, message_content, place_content
from adapters.matrix.rooms import Rooms
from adapters.matrix.server import Fault, Homeserver, path
from adapters.matrix.session import Sealed, log_in, read_account, secret_for
from adapters.matrix.settings import CHANNEL, ENCRYPTION, read_matrix
from adapters.matrix.timeline import FILTER
from bot.errors import SendFailed, SettingsError
from bot.mail import Rate
from bot.ports import Pace
from bot.sealing import Sealer

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.matrix.encryption import Encryption
    from adapters.matrix.session import Account
    from adapters.matrix.settings import MatrixSettings
    from adapters.setup import ChannelSetup
    from bot.mail import Part
    from bot.ports import Channel, Receiver

__all__ = ["MatrixChannel", "open_channel"]

_LOG = logging.getLogger("parvis.matrix")
# Matrix sets no common pace: each homeserver has its own and answers 429. This one only keeps a burst from it.
_PACE = Pace(total=(Rate(100, 1.0),), private=(Rate(5, 1.0),), public=(Rate(5, 1.0),))
# The longest poll, and what a homeserver may take over it. A first poll builds what it tells of every room.
_POLL_SECONDS, _OVER, _FIRST_SECONDS = 30, 15.0, 150.0
# Polls that bring nothing, such as the bot's own words, do not cost a write to the disk each: after a crash they
# come again.
_KEEP_SECONDS = 60.0
# A homeserver that has nothing to say and does not wait is not asked more often than this.
_LEAST_SECONDS = 0.5


def open_channel(setup: ChannelSetup) -> Channel:
    """The channel of ``setup``; calls nothing. Raises SettingsError for a setting that is wrong."""
    return MatrixChannel(setup, read_matrix(setup.settings))


class MatrixChannel:
    """A ``bot.ports.Channel``."""

    name = CHANNEL
    limits = LIMITS
    pace = _PACE

    def __init__(self, setup: ChannelSetup, settings: MatrixSettings) -> None:
        self._setup = setup
        self._settings = settings
        self._secret = secret_for(settings)
        self._sealer = Sealer(self._secret)
        self._server = Homeserver(settings.server)
        self._rooms = Rooms(self._server)
        self._courtesies = Courtesies(self._server)
        # Keys belong to one device: with encryption the login stands beside them, in a folder of their own.
        self._folder = setup.folder if settings.encryption is None else setup.folder / "encryption"
        self._login = Sealed(self._folder / "login", self._sealer)
        self._account: Account | None = None
        self._logging_in = asyncio.Lock()
        self._encryption: Encryption | None = None
        if settings.encryption is not None:
            _check(self._folder, self._login)

    async def serve(self, receiver: Receiver) -> None:
        """Receive until cancelled; see ``bot.ports.Channel``."""
        try:
            account = await self._known()
            cursor = Cursor.unpack(await receiver.cursor(), self._sealer)
            joiner = Joiner(self._server, cursor.invites)
            opener = Opener(self._encryption, self._server, self._rooms, self._setup.clock, cursor.unopened)
            joining = asyncio.ensure_future(joiner.run())
            try:
                await self._poll(receiver, cursor.since, account, joiner, opener, joining)
            finally:
                joining.cancel()
                await asyncio.wait({joining})
        except Fault as fault:
            raise self._meant(fault) from None

    async def _poll(
        self,
        receiver: Receiver,
        since: str | None,
        account: Account,
        joiner: Joiner,
        opener: Opener,
        joining: asyncio.Future[None],
    ) -> None:
        gatherer = Gatherer(
            account.user,
            self._server,
            self._rooms,
            Reader(account.user, self._setup.bot.desk),
            joiner,
            opener,
            lambda room: self._courtesies.begin(joiner.leave(room)),
        )
        loop = asyncio.get_running_loop()
        begun, kept_at = None, -_KEEP_SECONDS
        while True:
            began = loop.time()
            try:
                told = await self._synced(since)
            except Fault as fault:
                # A homeserver put back to an older day no longer knows the token: begin anew, the inbox knows the rest.
                if since is None or fault.status != 400 or not fault.code:
                    raise
                _LOG.warning("matrix: the homeserver does not know where the bot was; beginning anew")
                since = None
                continue
            if joining.done():
                joining.result()
            if self._encryption is not None:
                await self._encryption.heard(told)
            events = await gatherer.gather(told, since)
            again, since = since == told["next_batch"], told["next_batch"]
            new = Cursor(since, joiner.waiting, opener.waiting)
            if events or new.begun != begun or loop.time() - kept_at > _KEEP_SECONDS:
                # What opens the events is on the disk by now: the homeserver may forget it with the next poll.
                await receiver.take(events, new.pack(self._sealer))
                begun, kept_at = new.begun, loop.time()
            receiver.polled()
            if again and not events and loop.time() - began < _LEAST_SECONDS:
                await asyncio.sleep(_LEAST_SECONDS)

    async def _synced(self, since: str | None) -> dict[str, Any]:
        """One poll; raises Fault."""
        params = {"filter": FILTER, "set_presence": "online"}
        if since is None:
            told = await self._server.get("sync", {**params, "timeout": "0"}, _FIRST_SECONDS)
        else:
            params |= {"since": since, "timeout": f"{_POLL_SECONDS * 1000}"}
            told = await self._server.get("sync", params, _POLL_SECONDS + _OVER)
        if not isinstance(told.get("next_batch"), str):
            raise Fault(0)
        read: dict[str, Any] = told
        return read

    async def send(self, part: Part) -> str:
        """Send one part; see ``bot.ports.Channel``."""
        message = await self._put(part, message_content(part))
        if self._settings.reactions and (keys := keys_of(part)):
            self._courtesies.begin(self._courtesies.react(part.address["room"], message, keys, part.key))
        self._pin(part)
        return message

    async def edit(self, part: Part, message: str) -> str:
        """Put ``part`` in the place of ``message``, whose name stays."""
        await self._put(part, edit_content(part, message))
        return message

    async def close(self) -> None:
        """Close connections."""
        await self._courtesies.close()
        await self._server.close()
        if self._encryption is not None:
            self._encryption.close()

    async def _put(self, part: Part, content: dict[str, Any]) -> str:
        """Send ``content`` under the part's own transaction id: sent again, it shows nothing more."""
        try:
            await self._known()
            with self._courtesies.answering():
                told = await self._sent(part.address["room"], "m.room.message", content, part.key)
        except Fault as fault:
            raise self._meant(fault) from None
        message = told.get("event_id")
        if not isinstance(message, str):
            raise SendFailed("an answer that is none")
        return message

    async def _sent(self, room: str, kind: str, content: dict[str, Any], key: str) -> dict[str, Any]:
        if self._encryption is not None:
            known = await self._rooms.get(room)
            if known is not None and known.encrypted:
                kind, content = await self._encryption.closed(room, known.members, kind, content)
        told: dict[str, Any] = await self._server.put(path("rooms", room, "send", kind, key), content)
        return told

    def _pin(self, part: Part) -> None:
        """Who shared where they are sees the nearest place on a map, under the answer that names it."""
        place = self._setup.bot.base.places.get(part.page.place_id or "")
        if place is None or "pin" not in part.address or part.number != part.count - 1:
            return
        content = place_content(place)
        if content is not None:
            self._courtesies.begin(self._pinned(part, content))

    async def _pinned(self, part: Part, content: dict[str, Any]) -> None:
        await self._sent(part.address["room"], "m.room.message", content, f"{part.key}p")

    async def _known(self) -> Account:
        """The account, logged in; raises Fault or ChannelRevoked."""
        async with self._logging_in:
            if self._account is None:
                self._account = await self._logged_in()
        return self._account

    async def _logged_in(self) -> Account:
        if self._settings.encryption is None:
            return await log_in(self._server, self._settings, self._login)
        from adapters.matrix.encryption import open_encryption
        from adapters.matrix.keystore import KeyStore

        store = KeyStore(self._folder / "keys.db", self._secret, self._setup.clock.now())
        kept = read_account(self._login)
        if (kept is not None and store.device not in (None, kept.device)) or (
            kept is not None and store.device is None
        ):
            # Keys that are lost cannot be made again for the same device: a new one takes its place.
            self._login.drop()
        try:
            account = await log_in(self._server, self._settings, self._login)
            identity = Sealed(self._folder / "identity", self._sealer)
            self._encryption = await open_encryption(self._server, account, self._settings, store, identity)
        finally:
            if self._encryption is None:
                store.close()
        return account

    def _meant(self, fault: Fault) -> Exception:
        """What ``fault`` means; a login that is over is forgotten, so that the next start makes a new one."""
        if is_revoked(fault):
            self._login.drop()
            _LOG.error("matrix: the homeserver ended the login (%s)", fault.code)
        return translated(fault)


def _check(folder: Path, login: Sealed) -> None:
    """Raise SettingsError if the library is missing, or if what is kept was sealed with another key."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if importlib.util.find_spec("nio") is None or importlib.util.find_spec("vodozemac") is None:
        raise SettingsError("operator.no_library", channel="matrix-encryption", library="matrix-nio[e2e]")
    try:
        login.read()
    except SettingsError as error:
        raise SettingsError("matrix.wrong_key", setting=ENCRYPTION, path=folder) from error
