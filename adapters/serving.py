"""From settings to channels that run: what `parvis run` does once its settings are read."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
import random
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from adapters.setup import ChannelSetup
from bot.delivery.office import PostOffice, Rules
from bot.delivery.people import Manners
from bot.delivery.retrying import Backoff
from bot.delivery.states import HeldStates
from bot.delivery.supervision import forever
from bot.errors import SettingsError
from bot.mail import Rate
from bot.sealing import Sealer
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox
from bot.storage.retention import SENDING_TIME
from bot.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapters.setup import ChannelKind
    from bot.assembly import Bot
    from bot.errors import ChannelRevoked
    from bot.operating import Operation
    from bot.ports import Channel, Clock, Observer

__all__ = ["Found", "Keeping", "find_channels", "load_libraries", "open_channel", "serve"]

_LOG = logging.getLogger("parvis.run")


@dataclass(frozen=True, slots=True)
class Found:
    """One kind of channel, the settings given for it and those that are missing."""

    kind: ChannelKind
    settings: Mapping[str, str]
    missing: tuple[str, ...]


class Operations(Protocol):
    """Who tells operators how Parvis is."""

    @property
    def observer(self) -> Observer:
        """Who keeps the figures."""
        ...

    async def serve(self, office: PostOffice) -> None:
        """Answer until cancelled."""
        ...


class Keeping:
    """What is kept on the disk while Parvis runs."""

    def __init__(self, operation: Operation) -> None:
        """Raises StorageError if the file cannot be used, SettingsError if it was written under another secret."""
        self.file = SqliteFile(operation.database)
        try:
            self.mailbox = SqliteMailbox(self.file, Sealer(operation.secret))
        except SettingsError:
            self.file.close()
            raise
        self.states = HeldStates(SqliteStore(self.file))

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def find_channels(kinds: Sequence[ChannelKind], values: Mapping[str, str]) -> list[Found]:
    """Each kind with its settings, out of the ``values`` of all settings."""
    return [_find(kind, values) for kind in kinds]


def load_libraries(found: Found) -> None:
    """Load what the channel is made of; raises SettingsError if a library it needs is missing."""
    try:
        importlib.import_module(found.kind.module)
    except ModuleNotFoundError as error:
        raise SettingsError("operator.no_library", channel=found.kind.name, library=error.name) from error
    for extra in found.kind.extras:
        missing = [name for name in extra.modules if importlib.util.find_spec(name) is None]
        if extra.setting in found.settings and missing:
            raise SettingsError("operator.no_library", channel=extra.name, library=missing[0])


def open_channel(found: Found, operation: Operation, bot: Bot, clock: Clock) -> Channel:
    """The channel, not yet connected; raises SettingsError for a setting that is wrong or a library that is missing."""
    load_libraries(found)
    folder = operation.folder / found.kind.name
    folder.mkdir(mode=0o700, exist_ok=True)
    module = importlib.import_module(found.kind.module)
    channel: Channel = module.open_channel(ChannelSetup(found.settings, folder, bot, clock))
    return channel


async def serve(
    channels: Sequence[Channel],
    keeping: Keeping,
    bot: Bot,
    operation: Operation,
    clock: Clock,
    nudge: Callable[[], None],
    operations: Operations | None = None,
) -> tuple[ChannelRevoked, ...]:
    """Run ``channels`` until SIGTERM or SIGINT, or until all are revoked; which were.

    ``nudge`` is called on SIGHUP: the base is to be looked at now. ``operations`` tells whoever
    asks how all this is.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, nudge)
    rules = Rules(
        secret=operation.secret,
        keep=operation.retention,
        sending=SENDING_TIME,
        random=random.random,
        manners=replace(Manners(), asker=Rate(operation.per_minute, 60.0), backlog=operation.backlog),
    )
    observer = None if operations is None else operations.observer
    office = PostOffice(channels, bot.desk, bot.desk, keeping.states, keeping.mailbox, clock, rules, observer)
    if operations is None:
        return await office.run(stop)
    telling = asyncio.ensure_future(
        forever("health", lambda: operations.serve(office), Backoff(1.0, 60.0, random.random))
    )
    try:
        return await office.run(stop)
    finally:
        telling.cancel()
        await asyncio.wait({telling}, timeout=_CLOSING)


# Seconds that what runs beside the office may take to end.
_CLOSING = 1.0


def _find(kind: ChannelKind, values: Mapping[str, str]) -> Found:
    settings = {setting.name: values[setting.name] for setting in kind.settings if setting.name in values}
    return Found(kind, settings, tuple(name for name in kind.required if name not in settings))
