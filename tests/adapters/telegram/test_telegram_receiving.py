"""Receiving on Telegram: on the disk first, never twice as fast as needed, never from a forger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from fakenet import Trouble
from instant import run_at_once
from rigs import Recorder
from telegramrig import SECRET, TelegramRig
from town import until

from bot.errors import SendFailed, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from bot.mail import Event

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def with_rig(work: Callable[[TelegramRig], Awaitable[None]], monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """Do ``work`` with a server that runs, in a loop where pauses take no time."""

    async def whole() -> None:
        rig = TelegramRig(**settings)
        await rig.start()
        try:
            await work(rig)
        finally:
            await rig.stop()

    run_at_once(whole(), monkeypatch)


async def ended(task: asyncio.Future[None]) -> None:
    """Cancel ``task`` and wait for it."""
    task.cancel()
    await asyncio.wait({task})


def test_nothing_is_acknowledged_before_it_is_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram keeps a question until the bot's disk has it, and the bot asks for no more before."""

    async def check(rig: TelegramRig) -> None:
        seen: list[tuple[int, int]] = []

        class Slow(Recorder):
            async def take(self, events: Sequence[Event], cursor: str | None = None) -> int:
                if events:
                    seen.append((len(rig.api.called("getUpdates")), len(rig.api.queue)))
                    await asyncio.sleep(5)
                return await super().take(events, cursor)

        await rig.write("un")
        recorder = Slow()
        task = asyncio.ensure_future(rig.channel().serve(recorder))
        await until(lambda: recorder.texts == ["un"])
        assert seen == [(1, 1)]
        await until(lambda: rig.api.queue == [])
        assert [one.get("offset") for one in rig.api.called("getUpdates")][:2] == [None, 701]
        await ended(task)

    with_rig(check, monkeypatch)


def test_polls_ask_for_what_the_bot_reads_and_drop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot says which updates it wants, waits long after a first look, and never has what waits thrown away."""

    async def check(rig: TelegramRig) -> None:
        await rig.write("un")
        recorder = Recorder()
        task = asyncio.ensure_future(rig.channel().serve(recorder))
        await until(lambda: recorder.texts == ["un"] and len(rig.api.called("getUpdates")) == 2)
        await ended(task)
        first, second = rig.api.called("getUpdates")
        assert first["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
        assert (first.get("timeout", 0), second["timeout"]) == (0, 50)
        assert rig.api.called("deleteWebhook") == [{"drop_pending_updates": False}]

    with_rig(check, monkeypatch)


def test_after_a_quiet_week_a_new_message_is_still_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram may go on from a lower number after a week: once all is acknowledged no old offset is sent."""

    async def check(rig: TelegramRig) -> None:
        await rig.write("un")
        recorder = Recorder()
        task = asyncio.ensure_future(rig.channel().serve(recorder))
        await until(lambda: recorder.at == "0")
        rig.api.next_update = 3
        await rig.write("deux")
        await until(lambda: recorder.texts == ["un", "deux"])
        assert recorder.at == "4"
        await ended(task)

    with_rig(check, monkeypatch)


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_server_gone_mad_is_not_asked_in_circles(monkeypatch: pytest.MonkeyPatch, waiting: int) -> None:
    """A server that answers polls at once, with nothing or with the same again, is asked once a second at most."""

    async def check(rig: TelegramRig) -> None:
        rig.api.impatient = True
        for _ in range(waiting):
            await rig.write("un")
        recorder = Recorder()
        loop = asyncio.get_running_loop()
        task, began = asyncio.ensure_future(rig.channel().serve(recorder)), loop.time()
        await asyncio.sleep(60)
        assert len(rig.api.called("getUpdates")) <= loop.time() - began + 3
        assert len(rig.api.called("getUpdates")) > 10
        assert len(recorder.events) == waiting
        await ended(task)

    with_rig(check, monkeypatch)


def test_a_forger_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not know the secret brings nothing in, by whatever means; who does is heard, once it is on the disk."""

    async def check(rig: TelegramRig) -> None:
        recorder = Recorder()
        async for url in listening(rig, recorder):
            update = {"update_id": 1, "message": {**RAW, "text": "faux"}}
            for headers in ({}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {HEADER: SECRET + "x"}, {HEADER: "é"}):
                assert await post(url, update, headers) == 403
            assert recorder.events == []
            assert await post(url, update, {HEADER: SECRET}) == 200
            assert recorder.texts == ["faux"]

    with_rig(check, monkeypatch, webhook=True)


def test_an_update_that_cannot_be_read_does_not_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no update is left out and acknowledged: refused, it would hold up everyone."""

    async def check(rig: TelegramRig) -> None:
        recorder = Recorder()
        async for url in listening(rig, recorder):
            for body in ("?", [], {"update_id": "x"}, {"update_id": 1, "message": {"nothing": 1}}, None):
                assert await post(url, body, {HEADER: SECRET}) == 200
            assert recorder.events == []

    with_rig(check, monkeypatch, webhook=True)


def test_a_full_disk_sends_the_update_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that could not be kept is not acknowledged, and the channel says why it stopped."""

    async def check(rig: TelegramRig) -> None:
        task = asyncio.ensure_future(rig.channel().serve(Recorder(full=True)))
        await until(lambda: rig.api.webhook is not None)
        await rig.write("un")
        await asyncio.wait({task}, timeout=10)
        assert isinstance(task.exception(), StorageError)
        assert len(rig.api.queue) == 1

    with_rig(check, monkeypatch, webhook=True)


def test_the_webhook_is_set_with_its_secret_and_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram is told where to come and with which secret; the bot is well as long as it still would."""

    async def check(rig: TelegramRig) -> None:
        recorder = Recorder()
        task = asyncio.ensure_future(rig.channel().serve(recorder))
        await until(lambda: rig.api.webhook is not None)
        told = rig.api.called("setWebhook")[0]
        assert (told["secret_token"], told["max_connections"]) == (SECRET, 1)
        assert told["drop_pending_updates"] is False
        assert "my_chat_member" in told["allowed_updates"]
        polls = recorder.polls
        await asyncio.sleep(130)
        assert recorder.polls >= polls + 2
        rig.api.troubles_of["getWebhookInfo"] = Trouble.BAD_GATEWAY
        polls = recorder.polls
        await asyncio.sleep(130)
        assert not task.done()
        assert recorder.polls == polls
        rig.api.troubles_of.clear()
        rig.api.webhook = {**told, "url": "https://elsewhere.example/"}
        await asyncio.wait({task}, timeout=100)
        assert isinstance(task.exception(), SendFailed)

    with_rig(check, monkeypatch, webhook=True)


def test_a_port_that_is_taken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator whose port is in use reads which one."""

    async def check(rig: TelegramRig) -> None:
        channel, recorder = rig.channel(), Recorder()
        task = asyncio.ensure_future(channel.serve(recorder))
        await until(lambda: rig.api.webhook is not None)
        with pytest.raises(SendFailed, match=r"cannot listen on 127\.0\.0\.1:\d+"):
            await channel.serve(recorder)
        await ended(task)

    with_rig(check, monkeypatch, webhook=True)


RAW = {
    "message_id": 1,
    "date": 1,
    "chat": {"id": 9, "type": "private"},
    "from": {"id": 9, "is_bot": False, "first_name": "R"},
}


async def listening(rig: TelegramRig, recorder: Recorder) -> AsyncIterator[str]:
    """The webhook's address, as long as it is used."""
    task = asyncio.ensure_future(rig.channel().serve(recorder))
    await until(lambda: rig.api.webhook is not None)
    assert rig.api.webhook is not None
    yield rig.api.webhook["url"]
    await ended(task)


async def post(url: str, body: object, headers: dict[str, str]) -> int:
    """The status of the answer to ``body``."""
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as reply:
        return reply.status
