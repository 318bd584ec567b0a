"""From settings to channels that run: what `parvis run` does once its settings are read."""

from __future__ import annotations

import asyncio
import importlib
import logging
import random
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapters.setup import ChannelSetup
from bot.delivery.office import PostOffice, Rules
from bot.delivery.people import Manners
from bot.delivery.states import HeldStates
from bot.errors import SettingsError
from bot.mail import Rate
from bot.registry import read_setting
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
    from bot.ports import Channel, Clock

__all__ = ["Found", "Keeping", "find_channels", "open_channel", "serve"]

_LOG = logging.getLogger("parvis.run")


@dataclass(frozen=True, slots=True)
class Found:
    """One kind of channel, the settings given for it and those that are missing."""

    kind: ChannelKind
    settings: Mapping[str, str]
    missing: tuple[str, ...]


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


def find_channels(kinds: Sequence[ChannelKind], environment: Mapping[str, str]) -> list[Found]:
    """Each kind with its settings; raises SettingsError if a file that holds one cannot be read."""
    return [_find(kind, environment) for kind in kinds]


def open_channel(found: Found, operation: Operation, bot: Bot, clock: Clock) -> Channel:
    """The channel, not yet connected; raises SettingsError for a setting that is wrong or a library that is missing."""
    folder = operation.folder / found.kind.name
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        module = importlib.import_module(found.kind.module)
    except ModuleNotFoundError as error:
        raise SettingsError("operator.no_library", channel=found.kind.name, library=error.name) from error
    channel: Channel = module.open_channel(ChannelSetup(found.settings, folder, bot, clock))
    return channel


async def serve(
    channels: Sequence[Channel],
    keeping: Keeping,
    bot: Bot,
    operation: Operation,
    clock: Clock,
    watch: Callable[[], None],
) -> tuple[ChannelRevoked, ...]:
    """Run ``channels`` until SIGTERM or SIGINT, or until all are revoked; which were.

    ``watch`` is called now and then, in a thread, to look after the base.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    rules = Rules(
        secret=operation.secret,
        keep=operation.retention,
        sending=SENDING_TIME,
        random=random.random,
        manners=replace(Manners(), asker=Rate(operation.per_minute, 60.0), backlog=operation.backlog),
    )
    office = PostOffice(channels, bot.desk, bot.desk, keeping.states, keeping.mailbox, clock, rules)
    watching = asyncio.ensure_future(_watch(watch))
    try:
        return await office.run(stop)
    finally:
        watching.cancel()


# Seconds between two looks at the base's files: an edit is served soon, and a look costs a few milliseconds.
_LOOK = 5.0


async def _watch(watch: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(_LOOK)
        await asyncio.to_thread(watch)


def _find(kind: ChannelKind, environment: Mapping[str, str]) -> Found:
    read = {name: read_setting(environment, name) for name in (*kind.required, *kind.optional)}
    settings = {name: value for name, value in read.items() if value is not None}
    return Found(kind, settings, tuple(name for name in kind.required if name not in settings))
