"""Receiving from an instance, over HTTP: nothing is skipped, nothing turns in circles."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from mastodonrig import Voice, channel_to, served, serving, setup_for, take_all, until, words
from rigs import Recorder
from town import SetClock, open_office

from adapters.mastodon.client import connect
from adapters.mastodon.inbound import Reader
from adapters.mastodon.ownthread import OwnThread
from adapters.mastodon.polling import Allowance, Poller
from adapters.mastodon.settings import read_mastodon
from adapters.mastodon.stream import Bell
from bot.delivery.people import Manners
from bot.mail import Kind, Rate

if TYPE_CHECKING:
    from pathlib import Path

    from fakemastodon import FakeMastodon
    from town import Desk

_FIVE = Manners(thread=Rate(5, 3600.0))


def known(net: FakeMastodon) -> str:
    """Where a bot goes on from that has seen all there is."""
    return json.dumps([net.name(max(net.notifications))])


def test_a_long_absence_skips_nothing() -> None:
    """What 130 residents wrote while the bot was away is all received, in the order in which they wrote."""
    with served() as net:
        net.mention("avant")
        before = known(net)
        for number in range(130):
            net.mention(f"q{number}")
        asyncio.run(take_all(net, back := Recorder(at=before), 130))
        assert words(back) == [f"q{number}" for number in range(130)]


def test_a_message_that_shows_late_is_received() -> None:
    """Two servers' messages that cross each other are both received, though the older shows second."""
    with served() as net:
        net.mention("un")
        first, before = max(net.notifications), known(net)

        async def check() -> None:
            async with serving(net, recorder := Recorder(at=before)):
                net.mention("trois", sequence=first + 40)
                await until(lambda: "trois" in recorder.texts)
                net.mention("deux", sequence=first + 21)
                await until(lambda: "deux" in recorder.texts)

        asyncio.run(check())


@pytest.mark.parametrize(
    "more", [{"ulids": True}, {"knows_min_id": False}, {"several": False}], ids=["gotosocial", "snac", "before 4.3"]
)
def test_other_servers_are_understood(more: dict[str, bool]) -> None:
    """A town whose account is not on the newest Mastodon is served: names may be words, and some calls unknown."""
    with served(**more) as net:
        net.mention("bien avant")
        net.mention("avant")
        before = known(net)

        async def check() -> None:
            async with serving(net, recorder := Recorder(at=before)):
                for number in range(5):
                    net.mention(f"q{number}")
                    await until(lambda number=number: len(recorder.events) > number)  # type: ignore[misc]
                polls = recorder.polls
                await until(lambda: recorder.polls > polls + 3)
            assert words(recorder) == [f"q{number}" for number in range(5)]

        asyncio.run(check())


def test_a_first_start_leaves_the_past_alone() -> None:
    """An account that people wrote to long before it was the bot's sends no hundred apologies on its first day."""
    with served() as net:
        net.mention("vieux")
        old = net.notifications[max(net.notifications)]
        old["created_at"] = (datetime.now(UTC) - timedelta(days=3)).isoformat()
        for number in range(50):
            net.mention(f"q{number}")
        asyncio.run(take_all(net, recorder := Recorder(), 50))
        assert words(recorder) == [f"q{number}" for number in range(50)]


def test_after_a_first_moment_nothing_is_too_old_to_be_heard() -> None:
    """A bot that was stopped within its first seconds, for days, still hears of what it missed."""
    with served() as net:
        net.mention("un")
        asyncio.run(take_all(net, recorder := Recorder(), 1))
        net.mention("deux")
        old = net.notifications[max(net.notifications)]
        old["created_at"] = (datetime.now(UTC) - timedelta(days=3)).isoformat()
        asyncio.run(take_all(net, back := Recorder(at=recorder.at), 1))
        assert words(back) == ["deux"]


def test_an_edit_is_found_where_nothing_tells_of_it() -> None:
    """On Mastodon, which tells nobody of an edited mention, a resident who corrects a question is heard, once."""
    with served() as net:

        async def check() -> None:
            async with serving(net, recorder := Recorder()):
                asked = net.mention("piscnie ?")
                await until(lambda: bool(recorder.events))
                net.rewrite(asked["id"], "piscine ?")
                await until(lambda: len(recorder.events) == 2)
                polls = recorder.polls
                await until(lambda: recorder.polls > polls + 5)
            first, second = recorder.events
            assert (second.kind, second.text, second.message) == (Kind.EDIT, "piscine ?", first.message)
            assert len(recorder.events) == 2

        asyncio.run(check())


def test_the_stream_wakes_a_channel_that_sleeps() -> None:
    """A resident does not wait for the next look when the instance tells at once."""
    with served() as net:

        async def check() -> None:
            async with serving(net, recorder := Recorder(), poll=3600.0):
                await until(lambda: net.streams == 1)
                net.mention("vite")
                await until(lambda: words(recorder) == ["vite"])

        asyncio.run(check())


def test_without_the_stream_polling_goes_on_and_nothing_turns_in_circles() -> None:
    """A stream that breaks at once, again and again, costs a few connections and no question."""
    with served() as net:
        net.junk({"no": "notification"})  # the stream tells it in a form that the library trips over, and ends

        async def check() -> None:
            async with serving(net, recorder := Recorder()):
                for number in range(20):
                    net.mention(f"q{number}")
                    await until(lambda number=number: len(recorder.events) > number)  # type: ignore[misc]
                await until(lambda: recorder.polls > 30)
            assert words(recorder) == [f"q{number}" for number in range(20)]

        asyncio.run(check())
        assert net.streams <= 2


def test_each_new_connection_is_followed_by_a_look() -> None:
    """What came while the stream was broken off is looked for as soon as it is back."""
    rung = threading.Semaphore(0)

    class Client:
        """Its stream says nothing, then stays open."""

        def stream_user_notifications(self, listener: Any, timeout: float) -> None:
            assert 0 < timeout <= 60
            listener.handle_stream(SimpleNamespace(iter_content=lambda **_: iter([b":)\n"])))
            closed.wait(20)

    closed = threading.Event()
    bell = Bell(lambda _: cast("Any", Client()), rung.release)
    bell.keep()
    assert rung.acquire(timeout=20)
    bell.close()
    closed.set()


def test_the_streams_thread_ends_with_the_channel() -> None:
    """A channel that is started again leaves no thread behind that holds a connection."""
    with served() as net:

        async def check() -> None:
            before = set(threading.enumerate())
            async with serving(net, Recorder(), poll=3600.0):
                await until(lambda: net.streams == 1)
            await until(lambda: not _of_ours(set(threading.enumerate()) - before))

        asyncio.run(check())


def test_an_instance_that_says_nothing_of_itself_costs_a_few_calls() -> None:
    """Where the instance's description fails the bot starts all the same, without the library's thousand requests."""
    with served() as net:
        net._instance = lambda **_: (500, {"error": "x"})  # type: ignore[method-assign]

        async def check() -> None:
            async with serving(net, recorder := Recorder(), poll=3600.0) as channel:
                net.mention("piscine ?")
                await until(lambda: bool(recorder.events))
                assert channel.limits.length == 500 - 48

        asyncio.run(check())
        assert net.requests < 12


def test_the_instance_says_how_long_a_post_may_be() -> None:
    """On an instance with long posts an answer is one post where it would be three elsewhere."""
    with served(most=5000) as net:

        async def check() -> None:
            async with serving(net, recorder := Recorder()) as channel:
                await until(lambda: recorder.polls > 0)
                assert channel.limits.length == 5000 - 48

        asyncio.run(check())


def test_looks_keep_to_their_share() -> None:
    """However often the stream rings, looks stay within their part of the instance's limit."""
    allowance = Allowance(20, 3.75)
    now = 0.0
    taken = 0
    while now < 300.0:
        now += allowance.wait(now)
        taken += 1
    assert 90 <= taken <= 101


def test_every_call_is_counted_against_it() -> None:
    """No call to the instance, for new messages or for edits, goes past the count."""
    counted: list[float] = []

    class Counting(Allowance):
        """Lets all pass."""

        def wait(self, now: float) -> float:
            counted.append(now)
            return 0.0

    async def check(net: FakeMastodon) -> None:
        settings = read_mastodon(setup_for(net).settings)
        thread = OwnThread("mastodon-test", lambda: connect(settings))
        reader, receiver = Reader(net.me["id"], Voice()), Recorder()
        poller = Poller(thread, reader, receiver, SetClock(datetime.now(UTC)), Counting(1, 1.0), 0.0, known(net))
        for number in range(70):
            net.mention(f"q{number}")
        await poller.look()
        await poller.look_again()
        await poller.look()
        thread.close()
        assert len(receiver.events) == 70

    with served() as net:
        net.mention("avant")
        asyncio.run(check(net))
        # Twice 40 mentions, 30 and none, the second time because they are not settled; and one look for edits.
        assert len(counted) == len(net.calls) == 7


def _of_ours(threads: set[threading.Thread]) -> list[str]:
    return [one.name for one in threads if one.name.startswith("mastodon-")]


def test_a_loop_with_a_program_is_cut(tmp_path: Path) -> None:
    """A program that never says it is one, and replies to every answer, is soon left talking to itself."""
    with served() as net:

        async def check() -> None:
            clock = SetClock(datetime.now(UTC))
            channel = channel_to(net)
            async with open_office(tmp_path / "mail.db", channel, clock=clock, manners=_FIVE) as desk:
                for number in range(1, 9):
                    net.mention(f"merci {number}", in_reply_to_id=net.shown[-1]["id"] if net.shown else None)
                    await until(lambda number=number: _settled(desk) == number)  # type: ignore[misc]
                await until(lambda: len(net.shown) == 5)
            assert len(net.shown) == 5

        asyncio.run(check())


def _settled(desk: Desk) -> int:
    return int(str(desk.rows("select count(*) from inbox where outcome is not null")[0][0]))
