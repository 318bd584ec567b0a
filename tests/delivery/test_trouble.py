"""Networks, disks and clocks in trouble: nothing is lost, nothing turns in circles, nobody else suffers."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rigs import FakeRig, Trouble
from town import NOON, SetClock, open_office, until

from bot.mail import Rate
from bot.ports import Pace
from bot.rendering import Limits
from bot.standing import ChannelState

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

    from bot.mail import Part


@pytest.mark.parametrize(
    "trouble", [Trouble.DOWN, Trouble.BAD_GATEWAY, Trouble.PAUSED, Trouble.HANGING, Trouble.GARBAGE]
)
def test_a_network_in_trouble_for_an_hour(rig: FakeRig, tmp_path: Path, run: Run, trouble: Trouble) -> None:
    """Whatever befalls the network for an hour, all are answered once afterwards, and it was not hammered meanwhile."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await rig.write("avant")
            await until(lambda: len(rig.net.shown) == 1)
            for number in range(20):
                await rig.write(f"question {number}", chat=f"c{number}", asker=f"a{number}")
            await until(lambda: len(desk.town.asked) > 10)
            rig.befall(trouble)
            shown, requests = len(rig.net.shown), rig.net.requests
            await asyncio.sleep(3600)
            assert len(rig.net.shown) == shown
            # A well network is asked a few times a second; one in trouble less than once in three seconds.
            assert rig.net.requests - requests < 1200
            rig.befall(Trouble.NONE)
            await until(lambda: len(rig.net.shown) == 21)
            await rig.write("après")
            await until(lambda: len(rig.net.shown) == 22)
            await asyncio.sleep(600)
            assert desk.rows("select count(*) from outbox") == [(0,)]
        assert len(rig.net.shown) == 22

    run(check())


def test_a_pause_for_one_chat_is_its_own(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A chat that the network asks to leave alone for a while waits; the others are answered at once."""

    async def check() -> None:
        rig.net.chat_trouble["slow"] = Trouble.PAUSED
        rig.net.retry_after = 500.0
        async with open_office(tmp_path / "p.db", rig.channel()):
            loop = asyncio.get_running_loop()
            began = loop.time()
            await rig.write("un", chat="slow")
            await rig.write("deux", chat="slow")
            for number in range(50):
                await rig.write("bonjour", chat=f"c{number}", asker=f"a{number}")
            await until(lambda: len(rig.net.shown) == 50)
            assert loop.time() - began < 60
            assert await rig.shown("slow") == []
            rig.net.chat_trouble.clear()
            await until(lambda: len(rig.net.shown) == 52)
            assert loop.time() - began > 490
        assert [text[12:16] for text in await rig.shown("slow")] == ["un (", "deux"]

    run(check())


def test_a_message_no_network_takes_holds_up_nobody(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A part that always fails while others pass is given up, counted with its reason; its chat goes on."""

    async def check() -> None:
        channel = rig.channel()
        sent = channel.send

        async def send(part: Part) -> str:
            if "poison" in part.page.blocks[0].text:
                raise RuntimeError("a defect of the channel's")
            return await sent(part)

        channel.send = send  # type: ignore[method-assign]
        async with open_office(tmp_path / "p.db", channel) as desk:
            await rig.write("poison")
            await rig.write("après")
            await rig.write("bonjour", chat="other", asker="other")
            await until(lambda: len(_shown(rig, "other")) == 1, 60)
            await until(lambda: len(_shown(rig, "chat")) == 1)
            (failure,) = await desk.mailbox.failures()
            assert (failure.reason, failure.number) == ("RuntimeError", 1)
            assert desk.rows("select payload, chat, asker from outbox") == [(None, None, None)]

    run(check())


def test_who_blocked_the_bot_is_written_to_no_more(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """All that waits for a resident who blocked the bot is given up at once, with one call."""

    async def check() -> None:
        rig.block()
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            rig.befall(Trouble.NONE)
            for number in range(5):
                await rig.write(f"question {number}")
            await until(lambda: desk.rows("select count(*) from outbox where failed is not null") == [(5,)])
            (tally,) = await desk.mailbox.tallies()
            assert (tally.unanswered, tally.waiting, tally.failed) == (0, 0, 5)

    run(check())


def test_who_blocked_the_bot_and_comes_back_is_answered(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """An answer to who blocked the bot costs one call, and counts once; when they write again they are answered."""

    async def check() -> None:
        rig.block()
        channel = rig.channel()
        channel.limits = Limits(300)  # type: ignore[misc]
        async with open_office(tmp_path / "p.db", channel) as desk:
            await rig.write("long")
            await until(lambda: desk.rows("select count(*) from outbox where failed is not null") != [(0,)])
            (failed,) = desk.rows("select count(*) from outbox where failed is not null")[0]
            assert isinstance(failed, int)
            assert failed > 1  # as many as the answer had parts
            desk.clock.at += timedelta(hours=1)
            await asyncio.sleep(3600)
            assert rig.net.sends == 1
            assert [(one.reason, one.number) for one in await desk.mailbox.failures()] == [("403", failed)]

            rig.net.blocked.clear()
            await rig.write("me revoilà", at=int(desk.clock.at.timestamp()))
            await until(lambda: len(_shown(rig, "chat")) == 1)
            assert "me revoilà" in _shown(rig, "chat")[0]
            (tally,) = await desk.mailbox.tallies()
            assert (tally.unanswered, tally.waiting, tally.failed) == (0, 0, failed)

    run(check())


def test_a_revoked_channel_stops_and_the_others_go_on(tmp_path: Path, run: Run) -> None:
    """When one network no longer takes the token its channel stops, with the setting named; the other answers on."""

    async def check() -> None:
        lost, well = FakeRig(), FakeRig()
        first, second = lost.channel(), well.channel()
        first.name, second.name = "lost", "well"  # type: ignore[misc]
        async with open_office(tmp_path / "p.db", first, second) as desk:
            await lost.write("bonjour")
            await until(lambda: len(lost.net.shown) == 1)
            lost.befall(Trouble.REVOKED)
            await lost.write("et moi ?")
            await until(lambda: desk.office.lines["lost"].supervisor.revoked is not None)
            await asyncio.sleep(60)  # an answer that was about to leave is tried once
            requests = lost.net.requests
            await well.write("bonjour")
            await until(lambda: len(well.net.shown) == 1)
            await asyncio.sleep(3600)
            assert lost.net.requests == requests
            revoked = desk.office.lines["lost"].supervisor.revoked
            assert revoked is not None
            assert revoked.key == "operator.channel_revoked"

    run(check())


def test_a_token_revoked_while_sending_keeps_the_answer(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """An answer that could not leave because the token was revoked leaves once it is renewed."""

    async def check() -> None:
        rig.net.chat_trouble["chat"] = Trouble.REVOKED
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await rig.write("bonjour")
            await until(lambda: desk.office.lines["fakenet"].supervisor.revoked is not None)
        rig.net.chat_trouble.clear()
        async with open_office(tmp_path / "p.db", rig.channel()):
            await until(lambda: len(rig.net.shown) == 1)

    run(check())


def test_a_full_disk_loses_nothing(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """While the disk is full nothing is acknowledged and nothing is sent twice; then all are answered once."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await rig.write("avant")
            await until(lambda: len(rig.net.shown) == 1)
            desk.file.run(_fill)
            acknowledged = rig.net.acknowledged
            for number in range(200):
                await rig.write(f"question {number} " + "é" * 500, chat=f"c{number % 20}", asker=f"a{number}")
            requests = rig.net.requests
            await asyncio.sleep(1800)
            assert acknowledged <= rig.net.acknowledged < 201
            assert len(rig.net.shown) < 201
            assert rig.net.requests - requests < 1800
            desk.file.run(lambda database: database.execute("pragma max_page_count = 1000000").fetchall())
            await until(lambda: len(rig.net.shown) == 201)
            await asyncio.sleep(600)
        assert len({message["re"] for message in rig.net.shown}) == len(rig.net.shown) == 201

    run(check())


def test_another_program_that_holds_the_file_is_waited_for(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A backup that locks the file for a while delays answers and loses none."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            await rig.write("avant")
            await until(lambda: len(rig.net.shown) == 1)
            other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            await rig.write("pendant")
            await asyncio.sleep(120)
            assert len(rig.net.shown) == 1
            other.execute("ROLLBACK")
            other.close()
            await until(lambda: len(rig.net.shown) == 2)

    run(check())


def test_a_file_that_cannot_be_read_for_a_while_spoils_no_answer(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """While the file cannot be read a resident waits for the right answer rather than being told that there is none."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await rig.write("un")
            await until(lambda: len(rig.net.shown) == 1)
            desk.town.states._store._file.run(  # type: ignore[attr-defined]
                lambda database: database.execute("alter table conversations rename to away")
            )
            desk.town.swallows = True
            await rig.write("deux")
            await until(lambda: len(desk.town.asked) > 3)
            desk.file.run(lambda database: database.execute("alter table away rename to conversations"))
            await until(lambda: len(rig.net.shown) == 2)
        assert (await rig.shown())[1] == "Réponse à : deux (2)"

    run(check())


def test_half_a_character_breaks_nothing(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A message with half an emoji in it, as some networks let through, is answered like another."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            await rig.write("piscine \ud83d ?", chat="c\ud83d", asker="a\ud83d")
            await until(lambda: len(rig.net.shown) == 1)

    run(check())


def test_a_clock_set_back_changes_nothing(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A clock that jumps back a year, or on by an hour, neither delays an answer nor repeats one."""

    async def check() -> None:
        clock = SetClock()
        async with open_office(tmp_path / "p.db", rig.channel(), clock=clock):
            for shift in (timedelta(0), timedelta(days=-365), timedelta(hours=1)):
                clock.at = NOON + shift
                await rig.write("bonjour")
                count = len(rig.net.shown) + 1
                await until(lambda count=count: len(rig.net.shown) == count, 5.0)  # type: ignore[misc]
            await asyncio.sleep(600)
        assert len(rig.net.shown) == 3

    run(check())


def test_a_channel_that_falls_silent_is_started_again(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A connection that hangs without an error is given up after three minutes, and the next one works."""

    async def check() -> None:
        rig.befall(Trouble.HANGING)
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await asyncio.sleep(100)
            (standing,) = desk.office.standings()
            assert (standing.state, standing.age) == (ChannelState.STARTING, None)
            rig.befall(Trouble.NONE)
            await rig.write("bonjour")
            await until(lambda: len(rig.net.shown) == 1, 200)
            (standing,) = desk.office.standings()
            assert standing.state is ChannelState.WELL
            assert standing.age is not None
            assert standing.age < 60
            rig.befall(Trouble.DOWN)
            await asyncio.sleep(400)
            (standing,) = desk.office.standings()
            assert standing.state is ChannelState.SILENT  # however often it was started again meanwhile

    run(check())


def test_the_pace_of_the_network_is_kept(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """However many wait, a chat gets at most one message a second, a group 20 a minute, all together 30 a second."""

    async def check() -> None:
        channel = rig.channel()
        channel.pace = Pace((Rate(30, 1.0),), (Rate(1, 1.0),), (Rate(1, 1.0), Rate(20, 60.0)))
        times: list[tuple[str, float]] = []
        sent = channel.send

        async def send(part: Part) -> str:
            times.append((part.address["chat"], asyncio.get_running_loop().time()))
            return await sent(part)

        channel.send = send  # type: ignore[method-assign]
        async with open_office(tmp_path / "p.db", channel):
            for number in range(40):
                await rig.write("bonjour", chat="group", asker=f"a{number}", visibility="public")
            for number in range(100):
                await rig.write("bonjour", chat=f"c{number % 50}", asker=f"b{number}")
            await until(lambda: len(times) == 140)
        every = [at for _, at in times]
        group = [at for chat, at in times if chat == "group"]
        assert _most_within(1.0, every) <= 30
        assert _most_within(60.0, group) <= 20
        assert all(_most_within(1.0, [at for chat, at in times if chat == f"c{c}"]) == 1 for c in range(50))
        assert group[-1] - group[0] < 130  # and no slower than it may be

    run(check())


def test_a_defect_of_the_desk_holds_up_nobody(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A letter that always breaks something is given up after a few tries; the next ones are answered."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            desk.town.breaks = True
            await rig.write("un")
            await until(lambda: desk.rows("select outcome from inbox") == [("broken",)])
            desk.town.breaks = False
            await rig.write("deux")
            await until(lambda: len(rig.net.shown) == 1)

    run(check())


@pytest.mark.parametrize("trouble", [Trouble.NONE, Trouble.HANGING])
def test_a_stop_takes_less_than_ten_seconds(rig: FakeRig, tmp_path: Path, run: Run, trouble: Trouble) -> None:
    """Asked to stop with answers under way, the bot ends within ten seconds on any network, and loses none."""

    async def check() -> None:
        loop = asyncio.get_running_loop()
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            for number in range(40):
                await rig.write("bonjour", chat=f"c{number}", asker=f"a{number}")
            await until(lambda: len(desk.town.asked) > 10)
            rig.befall(trouble)
            began = loop.time()
        assert loop.time() - began < 10
        rig.befall(Trouble.NONE)
        async with open_office(tmp_path / "p.db", rig.channel()):
            await until(lambda: len(rig.net.shown) == 40)

    run(check())


def _shown(rig: FakeRig, chat: str) -> list[str]:
    return [message["text"] for message in rig.net.shown if message["chat"] == chat]


def _fill(database: object) -> None:
    """Leave the file room for a few pages only."""
    conn = database.conn  # type: ignore[attr-defined]
    (pages,) = conn.execute("pragma page_count").fetchone()
    conn.execute(f"pragma max_page_count = {pages + 3}").fetchall()


def _most_within(seconds: float, times: list[float]) -> int:
    # A twentieth of a second is this machine's: what it takes from counting a call to making it.
    return max(sum(at <= other < at + seconds - 0.05 for other in times) for at in times)
