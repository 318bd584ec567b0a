"""What reaches the bot, what does not, and that nothing is lost on the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from fakenet import Trouble
from homeserver import BOT, RESIDENT
from instant import run_at_once
from matrixtown import until
from rigs import Recorder

from bot.errors import ChannelRevoked, SendError
from bot.mail import Kind
from bot.messages import Visibility

if TYPE_CHECKING:
    from matrixtown import Town


def test_a_flood_in_one_room_comes_in_whole_and_in_order(town: Town) -> None:
    """A homeserver that tells ten events of a room and leaves 120 out has them asked for: all come, in order."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        town.say("!r", "0")
        async with town.serving():
            await town.hears("0")
        server.limit = 10
        for number in range(1, 131):
            town.say("!r", f"{number}")
        async with town.serving():
            await town.hears(*(f"{number}" for number in range(131)))

    town.run(check)


def test_what_was_said_before_the_bot_was_asked_in_is_not_answered(town: Town) -> None:
    """A resident who invites the bot and writes at once is answered; what was said before the invitation is not."""

    async def check() -> None:
        server = town.rig.server
        server.room("!first")
        town.say("!first", "bonjour")
        async with town.serving():
            await town.hears("bonjour")
            server.members["!r"] = {RESIDENT: "join", BOT: "invite"}
            town.say("!r", "entre nous")
            server.limit = 2
            server.add("!r", server.membership(BOT, "invite", RESIDENT))
            town.say("!r", "un")
            town.say("!r", "deux")
            await until(lambda: len(town.recorder.events) == 4)
        welcome, *asked = town.recorder.events[1:]
        assert (welcome.kind, welcome.text) == (Kind.SAY, "matrix.welcome")
        assert [event.text for event in asked] == ["un", "deux"]
        assert server.joins == ["!r"]

    town.run(check)


def test_a_first_start_does_not_answer_what_was_answered(town: Town) -> None:
    """A bot whose disk was lost goes on after its own last word in each room."""

    async def check() -> None:
        town.rig.server.room("!r")
        town.say("!r", "déjà répondu")
        await town.rig.write_as_bot("ailleurs")
        town.add("!r", {"msgtype": "m.notice", "body": "réponse"}, sender=BOT)
        town.say("!r", "nouvelle question")
        async with town.serving():
            await town.hears("nouvelle question")

    town.run(check)


def test_after_a_restart_rooms_are_known_as_before(town: Town) -> None:
    """Started again in the middle, the bot still knows which rooms are private and which have many people."""

    async def check() -> None:
        town.rig.server.room("!two")
        town.rig.server.room("!many", RESIDENT, "@other:essai")
        town.say("!two", "un")
        async with town.serving():
            await town.hears("un")
        town.say("!many", "pas pour le bot")
        town.say("!many", "@parvis:essai deux")
        town.say("!two", "trois")
        async with town.serving():
            await until(lambda: len(town.recorder.events) >= 3)
        assert sorted(town.recorder.texts) == ["deux", "trois", "un"]
        public = [event.text for event in town.recorder.events if event.visibility is Visibility.PUBLIC]
        assert public == ["deux"]

    town.run(check)


def test_a_third_person_makes_a_room_public(town: Town) -> None:
    """Once somebody else comes into a private room, the bot answers there only who mentions it."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        async with town.serving():
            town.say("!r", "un")
            await town.hears("un")
            server.members["!r"]["@other:essai"] = "join"
            server.add("!r", server.membership("@other:essai", "join", "@other:essai"))
            town.say("!r", "entre nous")
            town.say("!r", "parvis: deux", **{"m.mentions": {"user_ids": [BOT]}})
            _, second = await town.hears("un", "deux")
        assert second.visibility is Visibility.PUBLIC

    town.run(check)


def test_an_invitation_outlives_a_crash(town: Town) -> None:
    """An invitation that the homeserver put off is accepted after a restart, although it came only once."""

    async def check() -> None:
        server = town.rig.server
        server.room("!first")
        town.say("!first", "bonjour")
        async with town.serving():
            await town.hears("bonjour")
            server.refused = lambda _, where: (
                (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 600000}) if where.startswith("join") else None
            )
            server.room("!r", bot="invite")
            await until(lambda: "!r" not in (town.recorder.at or "") and "begun" in (town.recorder.at or ""))
        assert server.joins == []
        server.refused = None
        async with town.serving():
            await until(lambda: server.joins == ["!r"])
            await until(lambda: "begun" not in (town.recorder.at or ""))

    town.run(check)


def test_an_upgraded_room_is_followed(town: Town) -> None:
    """When a room is replaced, the bot goes into the new one and out of the old."""

    async def check() -> None:
        server = town.rig.server
        server.room("!old")
        server.members["!new"] = {RESIDENT: "join", BOT: "leave"}
        async with town.serving():
            town.add("!old", {"replacement_room": "!new"}, "m.room.tombstone", state_key="")
            await until(lambda: server.members["!old"][BOT] == "leave")
            town.say("!new", "bonjour")
            await until(lambda: "bonjour" in town.recorder.texts)

    town.run(check)


def test_a_sticker_gets_a_word(town: Town) -> None:
    """Who sends a sticker, which is no message to Matrix, is told that the bot reads text."""

    async def check() -> None:
        town.rig.server.room("!r")
        async with town.serving():
            town.say("!r", "bonjour")
            await town.hears("bonjour")
            town.add("!r", {"body": "Merci", "url": "mxc://essai/x", "info": {}}, kind="m.sticker")
            await town.hears("bonjour", "delivery.text_only")

    town.run(check)


def test_left_alone_the_bot_leaves(town: Town) -> None:
    """A room that everybody left is left by the bot too, and nothing of it is kept."""

    async def check() -> None:
        server = town.rig.server
        server.room("!r")
        async with town.serving() as channel:
            town.say("!r", "un")
            await town.hears("un")
            assert len(channel._rooms) == 1
            server.members["!r"][RESIDENT] = "leave"
            server.add("!r", server.membership(RESIDENT, "leave", RESIDENT, "join"))
            await until(lambda: server.members["!r"][BOT] == "leave")
            server.add("!r", {"type": "m.room.member", "sender": BOT, "state_key": BOT, "content": {}})
            await until(lambda: len(channel._rooms) == 0)

    town.run(check)


@pytest.mark.parametrize("trouble", [Trouble.BAD_GATEWAY, Trouble.GARBAGE, Trouble.DOWN])
def test_a_homeserver_in_trouble_is_asked_once(town: Town, trouble: Trouble) -> None:
    """One failed poll is one request: pausing is the supervisor's; and the bot goes on where it was."""

    async def check() -> None:
        town.rig.server.room("!r")
        town.say("!r", "un")
        async with town.serving():
            await town.hears("un")
        before, where = len(town.rig.server.requests), town.recorder.at
        town.rig.befall(trouble)
        with pytest.raises(SendError):
            await asyncio.wait_for(town.rig.channel().serve(town.recorder), 10)
        # An idempotent request may be made a second time on a connection that was cut.
        assert len(town.rig.server.requests) - before <= 2
        assert town.recorder.at == where

    town.run(check)


def test_a_homeserver_that_answers_nothing_at_once_is_not_hammered(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A homeserver that does not wait for news is asked twice a second, not a thousand times."""

    async def check() -> None:
        await town.rig.start()
        town.rig.server._sync = _empty  # type: ignore[method-assign]
        loop = asyncio.get_running_loop()
        async with town.serving():
            began, before = loop.time(), len(town.rig.server.requests)
            await asyncio.sleep(30)
            asked = len(town.rig.server.requests) - before
            assert 10 <= asked <= 2.5 * (loop.time() - began) + 5
        await town.rig.stop()

    async def _empty(request: Any, _: list[str]) -> tuple[int, dict[str, Any]]:
        return 200, {"next_batch": "s7"}

    run_at_once(check(), monkeypatch)


def test_a_first_poll_that_never_ends_is_left(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first poll, which tells of every room, is given up when the homeserver hangs."""

    async def check() -> None:
        await town.rig.start()
        channel = town.rig.channel()
        await channel._known()
        town.rig.befall(Trouble.HANGING)
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(SendError):
            await channel.serve(Recorder())
        assert loop.time() - began < 180
        await town.rig.stop()

    run_at_once(check(), monkeypatch)


def test_a_homeserver_put_back_to_an_older_day_is_begun_anew(town: Town) -> None:
    """A homeserver that no longer knows where the bot was gets a first poll, not the same question for ever."""

    async def check() -> None:
        town.rig.server.room("!r")
        town.say("!r", "un")
        town.recorder.at = '{"since": "unknown"}'
        async with town.serving():
            await town.hears("un")

    town.run(check)


def test_a_restart_is_the_same_device(town: Town) -> None:
    """The bot logs in once: its login is kept, sealed, and readable by its owner alone."""

    async def check() -> None:
        town.rig.server.room("!r")
        for _ in range(3):
            await town.rig.channel()._known()
        assert town.rig.server.logins == 1
        file = town.rig.folder / "login"
        assert file.stat().st_mode & 0o077 == 0
        assert b"token-of-the-bot" not in file.read_bytes()
        assert "token-of-the-bot" not in repr(await town.rig.channel()._known())

    town.run(check)


def test_a_login_that_was_ended_is_made_anew_at_the_next_start(town: Town) -> None:
    """A token that was revoked ends the channel with a clear word; started again it logs in with the password."""

    async def check() -> None:
        await town.rig.channel()._known()
        town.rig.befall(Trouble.REVOKED)
        with pytest.raises(ChannelRevoked):
            await town.rig.channel().serve(town.recorder)
        town.rig.befall(Trouble.NONE)
        await town.rig.channel()._known()
        assert town.rig.server.logins == 2

    town.run(check)


def test_a_wrong_password_is_said_at_once(town: Town) -> None:
    """A password that the homeserver refuses stops the channel and names the setting."""

    async def check() -> None:
        town.rig.settings["PARVIS_MATRIX_PASSWORD"] = "another"  # noqa: S105 - of nobody
        with pytest.raises(ChannelRevoked) as caught:
            await town.rig.channel().serve(town.recorder)
        assert caught.value.values["setting"] == "PARVIS_MATRIX_PASSWORD"
        assert "another" not in str(caught.value)

    town.run(check)
