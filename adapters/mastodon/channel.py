"""The Mastodon channel: notifications polled for, the stream as a bell, answers in their threads."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from adapters.mastodon.client import connect
from adapters.mastodon.faults import CHANNEL, TROUBLE, translated
from adapters.mastodon.inbound import Reader
from adapters.mastodon.outbound import compose, limits_of
from adapters.mastodon.ownthread import OwnThread
from adapters.mastodon.polling import Allowance, Poller
from adapters.mastodon.posting import Threads, post, rewrite
from adapters.mastodon.profile import Instance, read_account, read_instance
from adapters.mastodon.settings import read_mastodon
from adapters.mastodon.stream import Bell
from bot.mail import Rate
from bot.ports import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from adapters.mastodon.client import Client
    from adapters.mastodon.settings import MastodonSettings
    from adapters.setup import ChannelSetup
    from bot.mail import Part
    from bot.ports import Channel, Receiver
    from bot.rendering import Limits

__all__ = ["MastodonChannel", "open_channel"]

_T = TypeVar("_T")
_THREE_HOURS, _FIVE_MINUTES = 3 * 3600.0, 300.0
# One call in three may be a look at the notifications, the others are answers.
_LOOKS = 3
# Looks that may follow one another at once, when many write at the same time.
_BURST = 20


def open_channel(setup: ChannelSetup) -> Channel:
    """The channel of ``setup``; calls nothing. Raises SettingsError for a setting that is wrong."""
    return MastodonChannel(setup, read_mastodon(setup.settings))


class MastodonChannel:
    """A ``bot.ports.Channel``."""

    name = CHANNEL

    def __init__(self, setup: ChannelSetup, settings: MastodonSettings) -> None:
        self._setup = setup
        self._settings = settings
        self._reading = OwnThread("mastodon-reading", lambda: connect(settings))
        self._writing = OwnThread("mastodon-writing", lambda: connect(settings))
        self._threads = Threads()
        self._instance = Instance()
        answers = settings.calls - settings.calls // _LOOKS
        self.pace = Pace(
            total=(Rate(settings.posts, _THREE_HOURS), Rate(answers, _FIVE_MINUTES)),
            at_once=1,  # one thread, one client
        )

    @property
    def limits(self) -> Limits:
        """What a post carries on this instance; Mastodon's usual 500 characters until it has been asked."""
        return limits_of(self._instance.characters)

    async def serve(self, receiver: Receiver) -> None:
        """Receive until cancelled; see ``bot.ports.Channel``."""
        rung = asyncio.Event()
        loop = asyncio.get_running_loop()

        def ring() -> None:
            loop.call_soon_threadsafe(rung.set)

        bell = Bell(partial(connect, self._settings), ring)
        try:
            await self._serve(receiver, rung, bell)
        finally:
            bell.close()

    async def _serve(self, receiver: Receiver, rung: asyncio.Event, bell: Bell) -> None:
        # A call that must not fail comes first: only a token that works is worth a stream.
        me = await self._read(read_account)
        self._instance = await self._read(read_instance)
        looks = self._settings.calls // _LOOKS
        poller = Poller(
            self._reading,
            Reader(me, self._setup.bot.desk),
            receiver,
            self._setup.clock,
            Allowance(min(_BURST, looks // 2), _FIVE_MINUTES / (looks - looks // 2)),
            self._settings.poll,
            await receiver.cursor(),
        )
        while True:
            rung.clear()
            whole = await self._told(poller.look())
            await self._told(poller.look_again())
            bell.keep()
            if whole:
                await _rung(rung, self._settings.poll)

    async def send(self, part: Part) -> str:
        """Send one part; see ``bot.ports.Channel``."""
        return await self._show(part, partial(post, part=part))

    async def edit(self, part: Part, message: str) -> str:
        """Put ``part`` in the place of ``message``; posted anew if that is gone."""
        return await self._show(part, partial(rewrite, part=part, message=message))

    async def close(self) -> None:
        """Leave the threads; what they still do ends with them."""
        self._reading.close()
        self._writing.close()

    async def _show(self, part: Part, how: Callable[..., tuple[str, str]]) -> str:
        reply, most = self._threads.before(part), self._instance.characters

        def show(client: Client) -> tuple[str, str]:
            try:
                return how(client, made=compose(part, most), reply=reply)
            except TROUBLE as error:
                raise translated(error, client.ratelimit_reset, self._setup.clock.now()) from None

        first, last = await self._writing.call(show)
        self._threads.posted(part, last)
        return first

    async def _read(self, work: Callable[[Client], _T]) -> _T:
        return await self._told(self._reading.call(work))

    async def _told(self, work: Coroutine[Any, Any, _T]) -> _T:
        """What ``work`` returns; raises what its error means to the core."""
        try:
            return await work
        except TROUBLE as error:
            reset = await self._reading.call(lambda client: client.ratelimit_reset)
            raise translated(error, reset, self._setup.clock.now()) from None


async def _rung(event: asyncio.Event, seconds: float) -> None:
    """Until ``event`` is set, ``seconds`` at most."""
    # Not wait_for: up to Python 3.11 it loses a cancellation that comes just as the event is set.
    waiter = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiter}, timeout=seconds)
    finally:
        waiter.cancel()
