"""The channel against a Bot API: what goes out, what goes wrong, and what an operator reads of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from fakenet import Trouble
from rigs import Recorder
from telegramrig import TelegramRig
from town import open_office, until

from bot.errors import ChannelRevoked, SendFailed, SendPaused, SendRefused
from bot.mail import Part, Rate
from bot.messages import Answer, Block, BlockKind, Outcome, Span

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from adapters.telegram.channel import TelegramChannel


def with_rig(work: Callable[[TelegramRig], Awaitable[None]], **settings: Any) -> None:
    """Do ``work`` with a server that runs."""

    async def whole() -> None:
        rig = TelegramRig(**settings)
        await rig.start()
        try:
            await work(rig)
        finally:
            await rig.stop()

    asyncio.run(whole())


def part(text: str = "Oui.", chat: int = 5000, place: str | None = None, **address: str) -> Part:
    """An answer of one paragraph."""
    page = Answer(Outcome.ANSWERED, "fr", (Block(BlockKind.PARAGRAPH, (Span(text),)),), place_id=place)
    return Part("k" * 32, "a" * 32, {"chat": str(chat), **address}, page)


async def listen(channel: TelegramChannel, recorder: Recorder, what: Callable[[], bool]) -> None:
    """Serve until ``what``."""
    task = asyncio.ensure_future(channel.serve(recorder))
    try:
        await until(what, 10)
    finally:
        task.cancel()
        await asyncio.wait({task})


def test_the_pace_is_telegrams() -> None:
    """The town never writes faster than Telegram allows: 30 a second, 1 to a chat, 20 a minute to a group."""

    async def check(rig: TelegramRig) -> None:
        pace = rig.channel().pace
        assert pace.total == (Rate(30, 1.0),)
        assert pace.private == (Rate(1, 1.0),)
        assert pace.public == (Rate(1, 1.0), Rate(20, 60.0))

    with_rig(check)


def test_a_corrected_question_gets_its_answer_corrected(tmp_path: Path) -> None:
    """A resident who mends a typo sees the first answer change, and no second one."""

    async def check(rig: TelegramRig) -> None:
        async with open_office(tmp_path / "parvis.db", rig.channel()):
            message = await rig.write("piscnie")
            await until(lambda: len(rig.api.shown) == 1, 10)
            await rig.rewrite(message, "piscine")
            await until(lambda: "piscine" in rig.api.shown[0]["text"], 10)
        assert len(rig.api.shown) == 1
        assert rig.api.called("editMessageText")

    with_rig(check)


def test_an_opinion_reaches_the_town(tmp_path: Path) -> None:
    """A resident presses "no": it is counted, they are thanked and told of the desk, the buttons go."""

    async def check(rig: TelegramRig) -> None:
        async with open_office(tmp_path / "parvis.db", rig.channel()) as desk:
            await rig.write("piscine")
            await until(lambda: len(rig.api.shown) == 1, 10)
            (message,) = rig.api.shown
            ((_, no),) = message["reply_markup"]["inline_keyboard"]
            await rig.press(no["callback_data"], message)
            await until(lambda: rig.api.called("editMessageReplyMarkup"), 10)
            await until(lambda: desk.rows("select helpful from answers") == [(0,)], 10)
        (said,) = rig.api.called("answerCallbackQuery")
        assert "/humain" in said["text"]
        assert said["show_alert"]
        assert rig.api.shown[0]["reply_markup"] is None

    with_rig(check)


def test_who_asks_sees_that_an_answer_is_being_written() -> None:
    """A resident who asks sees "typing"; while Telegram asks to wait, no courtesies are sent."""

    async def check(rig: TelegramRig) -> None:
        rig.api.troubles_of["sendChatAction"] = Trouble.PAUSED
        channel, recorder = rig.channel(), Recorder()
        await rig.write("un")
        await listen(channel, recorder, lambda: rig.api.refused == 1)
        rig.api.troubles_of.clear()
        await rig.write("deux")
        await listen(channel, recorder, lambda: recorder.texts == ["un", "deux"])
        assert rig.api.called("sendChatAction") == []
        fresh = rig.channel()
        await rig.write("trois")
        await listen(fresh, recorder, lambda: bool(rig.api.called("sendChatAction")))
        assert rig.api.called("sendChatAction") == [{"chat_id": 5000, "action": "typing"}]

    with_rig(check)


def test_the_nearest_place_is_shown_on_a_map() -> None:
    """Who shared where they are gets a pin on the nearest place; without one the answer stands all the same."""

    async def check(rig: TelegramRig) -> None:
        channel = rig.channel()
        await channel.send(part(place="piscine-merles"))
        assert rig.api.called("sendVenue") == []
        await channel.send(part(place="piscine-merles", pin="1"))
        (venue,) = rig.api.called("sendVenue")
        assert (venue["title"], venue["latitude"]) == ("Piscine des Merles", 48.8276)
        await channel.send(part(place="piscine-merles", pin="1", topic="7"))
        assert rig.api.called("sendVenue").pop()["message_thread_id"] == 7  # in the topic where it was asked
        await channel.send(part(place="mairie-nord", pin="1"))
        rig.api.troubles_of["sendVenue"] = Trouble.BAD_GATEWAY
        assert await channel.send(part(place="piscine-merles", pin="1"))
        assert len(rig.api.called("sendVenue")) == 2

    with_rig(check)


def test_an_answer_in_a_group_stands_under_its_question() -> None:
    """In a group the answer quotes its question, in its topic, even if the question was deleted meanwhile."""

    async def check(rig: TelegramRig) -> None:
        await rig.channel().send(part(chat=-900, reply="10", topic="3"))
        (sent,) = rig.api.called("sendMessage")
        assert sent["reply_parameters"] == {"message_id": 10, "allow_sending_without_reply": True}
        assert sent["message_thread_id"] == 3
        assert "parse_mode" not in sent

    with_rig(check)


def test_a_group_that_moved_is_followed() -> None:
    """A group that became a supergroup gets its answers, at its new address from then on."""

    async def check(rig: TelegramRig) -> None:
        rig.api.moved[-900] = -1009
        channel = rig.channel()
        assert (await channel.send(part(chat=-900))).startswith("-1009:")
        assert (await channel.send(part(chat=-900))).startswith("-1009:")
        assert [one["chat_id"] for one in rig.api.called("sendMessage")] == [-900, -1009, -1009]

    with_rig(check)


def test_what_telegram_does_not_accept_is_not_sent_again(tmp_path: Path) -> None:
    """A message that Telegram calls bad is given up at once, and the reason kept quotes nobody."""

    async def check(rig: TelegramRig) -> None:
        rig.api.stumbles = True
        with pytest.raises(SendRefused) as caught:
            await rig.channel().send(part("texte"))
        assert not caught.value.gone
        assert "texte" not in caught.value.reason
        assert "5000" not in caught.value.reason
        before = len(rig.api.called("sendMessage"))
        async with open_office(tmp_path / "parvis.db", rig.channel()) as desk:
            await rig.write("bonjour")
            await until(lambda: desk.rows("select 1 from outbox where failed is not null") != [], 10)
        assert len(rig.api.called("sendMessage")) == before + 1

    with_rig(check)


def test_an_answer_whose_message_is_gone_is_sent_anew() -> None:
    """A resident who deleted the bot's answer still gets the corrected one."""

    async def check(rig: TelegramRig) -> None:
        name = await rig.channel().edit(part("Nouvelle"), "5000:1")
        assert [one["text"] for one in rig.api.shown] == ["Nouvelle"]
        assert name != "5000:1"

    with_rig(check)


def test_an_edit_made_twice_is_made() -> None:
    """After a crash an edit that had reached Telegram counts as made."""

    async def check(rig: TelegramRig) -> None:
        channel = rig.channel()
        name = await channel.send(part())
        assert await channel.edit(part(), name) == name

    with_rig(check)


def test_one_slip_does_not_end_the_channel_but_a_revoked_token_does() -> None:
    """A single 401 is asked about again; a token that is refused twice is renewed by the operator."""

    async def check(rig: TelegramRig) -> None:
        channel = rig.channel()
        rig.api.slips = 1
        with pytest.raises(SendFailed):
            await channel.send(part())
        await channel.send(part())
        rig.api.slips = 2
        with pytest.raises(ChannelRevoked):
            await channel.send(part())

    with_rig(check)


def test_a_proxys_page_is_not_a_revoked_token() -> None:
    """A 404 that is not Telegram's own, however long it lasts, does not end the channel."""

    async def check(rig: TelegramRig) -> None:
        rig.settings["PARVIS_TELEGRAM_API_URL"] = f"{rig.api.url}/elsewhere"
        with pytest.raises(SendFailed):
            await rig.channel().send(part())

    with_rig(check)


def test_a_pause_is_telegrams_own() -> None:
    """When Telegram asks to wait seven seconds, it is seven seconds, for sending and for receiving."""

    async def check(rig: TelegramRig) -> None:
        rig.api.retry_after, rig.api.trouble = 7, Trouble.PAUSED
        for call in (rig.channel().send(part()), rig.channel().serve(Recorder())):
            with pytest.raises(SendPaused) as caught:
                await call  # type: ignore[misc]
            assert caught.value.retry_after == 7

    with_rig(check)


def test_two_programs_with_one_token_are_told_to_the_operator() -> None:
    """When another program receives in the bot's place the log says so."""

    async def check(rig: TelegramRig) -> None:
        first, second = (asyncio.ensure_future(rig.channel().serve(Recorder())) for _ in range(2))
        done, _ = await asyncio.wait({first, second}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        assert "another program" in str(done.pop().exception())
        second.cancel()
        first.cancel()
        await asyncio.wait({first, second})

    with_rig(check)


def test_menus_are_shown_in_each_language_and_once() -> None:
    """A resident's menu is in their language; a menu that cannot be set holds up no question."""

    async def check(rig: TelegramRig) -> None:
        rig.api.troubles_of["setMyCommands"] = Trouble.BAD_GATEWAY
        await rig.write("un")
        recorder, channel = Recorder(), rig.channel()
        await listen(channel, recorder, lambda: recorder.texts == ["un"])
        rig.api.troubles_of.clear()
        channel = rig.channel()
        for number in (2, 3):
            await rig.write("encore")
            await listen(channel, recorder, lambda number=number: len(recorder.events) == number)  # type: ignore[misc]
        menus = {one.get("language_code"): one["commands"] for one in rig.api.called("setMyCommands")}
        assert len(rig.api.called("setMyCommands")) == 3
        assert menus.keys() == {"fr", "en", None}
        assert [one["command"] for one in menus["en"]][:2] == ["help", "language"]
        assert menus[None] == menus["fr"]

    with_rig(check)


def test_who_blocked_the_bot_is_forgotten(tmp_path: Path) -> None:
    """After a resident blocked the bot nothing of them is left to be read, and no one is written to for ever."""

    async def check(rig: TelegramRig) -> None:
        async with open_office(tmp_path / "parvis.db", rig.channel()) as desk:
            await rig.write("piscine")
            await until(lambda: len(rig.api.shown) == 1, 10)
            rig.block()
            bot = {"id": 123456, "is_bot": True, "first_name": "V", "username": "VilleDEssaiBot"}
            rig.api.add(
                {
                    "my_chat_member": {
                        "chat": {"id": 5000, "type": "private"},
                        "from": {"id": 5000, "is_bot": False, "first_name": "R"},
                        "date": 1763640060,
                        "old_chat_member": {"user": bot, "status": "member"},
                        "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
                    }
                }
            )
            await until(lambda: desk.rows("select 1 from outbox where failed is not null") != [], 10)
            assert desk.rows("select 1 from answers") == []
        assert len(rig.api.called("sendMessage")) == 2

    with_rig(check)
