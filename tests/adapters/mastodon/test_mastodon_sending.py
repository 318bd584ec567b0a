"""Answers on an instance, over HTTP: where they should stand, once, and nothing told that should not be."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import replace
from typing import Any, cast

import pytest
from fakemastodon import ME, TOKEN, FakeMastodon
from fakenet import Trouble
from mastodonrig import channel_to, page, part_for, served, serving, setup_for, until
from rigs import Recorder

from adapters.mastodon.channel import MastodonChannel
from adapters.mastodon.client import connect
from adapters.mastodon.ownthread import OwnThread
from adapters.mastodon.settings import read_mastodon
from bot.errors import SendPaused, SendRefused, SettingsError

_PATIENCE = 20.0


def test_each_role_has_its_own_thread_and_client() -> None:
    """The library's clients, which may not be shared, are each used by one thread; a call given up frees its place."""
    used: list[tuple[int, object]] = []

    async def check() -> None:
        thread: OwnThread[object] = OwnThread("mastodon-test", object)
        for _ in range(3):
            await thread.call(lambda client: used.append((threading.get_ident(), client)))
        gate = threading.Event()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(thread.call(lambda _: gate.wait(_PATIENCE)), 0.05)
        await thread.call(lambda client: used.append((threading.get_ident(), client)))
        gate.set()
        thread.close()

    asyncio.run(check())
    assert len(set(used[:3])) == 1
    assert used[3] not in used[:3]
    assert used[0][0] != threading.get_ident()


def test_an_answer_is_posted_as_it_should_be() -> None:
    """The answer replies to the question, for those who may read it, in its language, under its warning."""
    with served() as net:
        part = part_for(net)
        part = replace(part, address={**part.address, "warning": "Santé", "visibility": "direct"})

        async def check() -> None:
            channel = channel_to(net)
            assert await channel.send(part) == net.shown[0]["id"]
            await channel.close()

        asyncio.run(check())
        (made,) = net.shown
        status = made["status"]
        assert (status["visibility"], status["language"], status["spoiler_text"]) == ("direct", "fr", "Santé")
        assert (made["reply"], made["key"], made["to"]) == (part.address["reply"], part.key, [part.address["to"]])


def test_pages_stand_in_a_thread() -> None:
    """Each page replies to the one before; after a restart between two, to the question."""
    with served() as net:
        first = part_for(net, 0, 3)
        second, third = (
            replace(first, key=f"{number:032x}", number=number, page=page(f"Page {number}")) for number in (1, 2)
        )

        async def check() -> None:
            channel = channel_to(net)
            await channel.send(first)
            await channel.send(second)
            await channel.close()
            again = channel_to(net)
            await again.send(third)
            await again.close()

        asyncio.run(check())
        asked, one = first.address["reply"], net.shown[0]["id"]
        assert [made["reply"] for made in net.shown] == [asked, one, asked]
        assert [made["text"][-5:] for made in net.shown] == ["(1/3)", "(2/3)", "(3/3)"]


def test_a_question_taken_back_is_answered_in_private() -> None:
    """A resident who deletes a question with personal data in it still gets the answer, which nobody else reads."""
    with served() as net:
        part = part_for(net)
        del net.statuses[part.address["reply"]]

        async def check() -> None:
            channel = channel_to(net)
            await channel.send(part)
            await channel.send(part)
            await channel.close()

        asyncio.run(check())
        (made,) = net.shown
        assert (made["reply"], made["status"]["visibility"]) == (None, "direct")


def test_what_the_instance_refuses_for_good_is_not_tried_again() -> None:
    """A post that an instance will never take is given up with a reason that names nobody."""
    with served() as net:
        part = part_for(net)
        net.most = 5

        async def check() -> None:
            channel = channel_to(net)
            with pytest.raises(SendRefused) as caught:
                await channel.send(part)
            await channel.close()
            assert not caught.value.gone
            assert caught.value.reason == "not accepted by the instance (422)"

        asyncio.run(check())


def test_a_pause_is_as_long_as_the_instance_asks() -> None:
    """Over its limits the bot waits until the moment that the instance named, on the whole instance."""
    with served(retry_after=120.0) as net:
        part = part_for(net)
        net.befall(Trouble.PAUSED)

        async def check() -> None:
            channel = channel_to(net)
            with pytest.raises(SendPaused) as caught:
                await channel.send(part)
            await channel.close()
            assert 110 < caught.value.retry_after <= 121
            assert caught.value.everywhere

        asyncio.run(check())


def test_a_server_without_edits_shows_the_new_answer_after_the_old() -> None:
    """Where posts cannot be rewritten the corrected answer is posted."""
    with served(edits=False) as net:
        part = part_for(net)

        async def check() -> None:
            channel = channel_to(net)
            message = await channel.send(part)
            other = replace(part, key="b" * 32, page=page("Autre"))
            assert await channel.edit(other, message) == net.shown[1]["id"]
            await channel.close()

        asyncio.run(check())
        assert "Autre" in net.shown[1]["text"]


def test_nothing_secret_or_personal_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, no log and no error shows the token, an account or what someone wrote."""
    caplog.set_level(logging.DEBUG, logger="parvis")
    raised: list[str] = []
    with served() as net:
        part = part_for(net, acct="jeanne@ailleurs.example")

        async def check() -> None:
            channel = channel_to(net)
            for trouble in (Trouble.DOWN, Trouble.BAD_GATEWAY, Trouble.GARBAGE, Trouble.REVOKED):
                net.befall(trouble)
                for work in (channel.send(part), channel.edit(part, "1"), channel.serve(Recorder())):
                    result = (await asyncio.gather(work, return_exceptions=True))[0]
                    assert isinstance(result, Exception)
                    raised.append(repr((result, result.__cause__, result.__context__)))
            raised.append(repr(channel) + repr(channel._settings))
            await channel.close()

        asyncio.run(check())
        net.befall(Trouble.NONE)
        net.junk(
            {"id": "9", "type": "mention", "account": {"id": "8", "acct": "jeanne"}, "status": {"content": "Page 0"}}
        )

        async def listen() -> None:
            async with serving(net, recorder := Recorder()):
                await until(lambda: recorder.polls > 3)

        asyncio.run(listen())
    told = caplog.text + "".join(raised)
    assert not [secret for secret in (TOKEN, "jeanne", "Page 0", ME + "@") if secret in told]


def test_the_pace_is_what_the_instance_allows() -> None:
    """The bot keeps to 300 posts in three hours and, its looks included, to 300 calls in five minutes."""
    pace = MastodonChannel(setup_for(FakeMastodon()), read_mastodon(setup_for(FakeMastodon()).settings)).pace
    assert [(rate.count, rate.seconds) for rate in pace.total] == [(300, 10800.0), (200, 300.0)]
    assert pace.at_once == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARVIS_MASTODON_SERVER", "http://social.exemple.fr"),
        ("PARVIS_MASTODON_SERVER", "https://social.exemple.fr/@ville"),
        ("PARVIS_MASTODON_SERVER", "https://[oops"),
        ("PARVIS_MASTODON_TOKEN", "deux mots"),
        ("PARVIS_MASTODON_POLL_SECONDS", "5"),
        ("PARVIS_MASTODON_POSTS_PER_3_HOURS", "beaucoup"),
        ("PARVIS_MASTODON_CALLS_PER_5_MINUTES", "0"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    """An operator reads which setting is wrong; a token is never shown, nor sent without encryption."""
    settings = {"PARVIS_MASTODON_SERVER": "social.exemple.fr", "PARVIS_MASTODON_TOKEN": "abc"}
    assert read_mastodon(settings).server == "https://social.exemple.fr"
    with pytest.raises(SettingsError) as caught:
        read_mastodon(settings | {name: value})
    assert caught.value.values["setting"] == name
    assert "deux mots" not in str(caught.value)


def test_the_library_is_held_on_a_short_lead() -> None:
    """The library never waits by itself, never for ever, never asks for versions, and never prints the token."""
    client = cast("Any", connect(read_mastodon({"PARVIS_MASTODON_SERVER": "a.example", "PARVIS_MASTODON_TOKEN": "t"})))
    assert (client.ratelimit_method, client.request_timeout, client.debug_requests) == ("throw", 20.0, False)
    assert client._Mastodon__version_check_tried is True
