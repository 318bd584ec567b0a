"""What every channel promises, whatever network it speaks to."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from rigs import Recorder, Trouble

from bot.errors import ChannelRevoked, SendError, SendFailed, SendPaused, SendRefused, StorageError
from bot.mail import Kind, Part
from bot.messages import Answer, Block, BlockKind, Choice, Outcome, Span
from bot.rendering import pages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from typing import Any

    from rigs import Rig

    from bot.ports import Channel

_PATIENCE = 20.0
_KEY = "0123456789abcdef0123456789abcdef"


def test_what_a_resident_writes_comes_in_once(rig: Rig) -> None:
    """Two messages of a resident come in, in order, with their text."""

    async def check() -> None:
        await rig.write("bonjour")
        async with _serving(rig, recorder := Recorder()):
            await rig.write("où est la mairie ?")
            await _until(lambda: len(recorder.events) == 2)
        assert recorder.texts == ["bonjour", "où est la mairie ?"]
        first, second = recorder.events
        assert first.chat == second.chat
        assert first.asker == second.asker
        assert first.id != second.id

    _run(rig, check())


def test_a_restart_goes_on_where_it_stopped(rig: Rig) -> None:
    """What was written while the bot was away comes in when it is back; what it had taken does not come again."""

    async def check() -> None:
        recorder = Recorder()
        await rig.write("un")
        async with _serving(rig, recorder):
            await _until(lambda: recorder.texts == ["un"])
        await rig.write("deux")
        back = Recorder(at=recorder.at)
        async with _serving(rig, back):
            await _until(lambda: "deux" in back.texts)
        assert [event.id for event in back.events if event.id in {one.id for one in recorder.events}] == []

    _run(rig, check())


def test_what_could_not_be_kept_is_not_acknowledged(rig: Rig) -> None:
    """A question that came while the disk was full comes again when there is room."""

    async def check() -> None:
        full = Recorder(full=True)
        await rig.write("un")
        with pytest.raises(StorageError):
            await asyncio.wait_for(rig.channel().serve(full), _PATIENCE)
        async with _serving(rig, recorder := Recorder(at=full.at)):
            await _until(lambda: recorder.texts == ["un"])

    _run(rig, check())


def test_what_is_no_event_holds_up_nobody(rig: Rig) -> None:
    """A resident is heard although something malformed came before."""

    async def check() -> None:
        async with _serving(rig, recorder := Recorder()):
            await rig.malformed()
            await rig.write("bonjour")
            await _until(lambda: recorder.texts == ["bonjour"])

    _run(rig, check())


def test_the_bot_does_not_hear_itself(rig: Rig) -> None:
    """The bot never answers its own words."""

    async def check() -> None:
        async with _serving(rig, recorder := Recorder()):
            await rig.write("bonjour")
            await _until(lambda: bool(recorder.events))
            await rig.write_as_bot("bonjour à vous")
            await rig.write("merci")
            await _until(lambda: "merci" in recorder.texts)
        assert recorder.texts == ["bonjour", "merci"]

    _run(rig, check())


def test_an_edit_names_the_message_it_rewrites(rig: Rig) -> None:
    """A resident who corrects a message is known to have corrected that one."""

    async def check() -> None:
        if not rig.edits:
            return
        async with _serving(rig, recorder := Recorder()):
            message = await rig.write("piscnie")
            await _until(lambda: len(recorder.events) == 1)
            await rig.rewrite(message, "piscine")
            await _until(lambda: len(recorder.events) == 2)
        first, second = recorder.events
        assert (second.kind, second.text) == (Kind.EDIT, "piscine")
        assert second.id != first.id
        assert (second.message or second.id) == (first.message or first.id)

    _run(rig, check())


def test_an_answer_is_shown_where_it_was_asked(rig: Rig) -> None:
    """The answer stands in the resident's chat, whole: words, choices and addresses of pages."""

    async def check() -> None:
        async with _asked(rig) as (channel, part):
            await channel.send(part)
            (shown,) = await rig.shown()
        for words in ("Carte d'identité", "Prenez rendez-vous", "https://exemple.fr/carte", "Renouveler", "Perdue"):
            assert words in shown

    _run(rig, check())


def test_a_long_answer_comes_in_parts_that_fit(rig: Rig) -> None:
    """No part of a very long answer is refused, and none of it is missing."""

    async def check() -> None:
        async with _asked(rig) as (channel, part):
            blocks = tuple(
                Block(BlockKind.PARAGRAPH, (Span(f"Paragraphe {n} é👪 " + "bla " * 40),)) for n in range(150)
            )
            cut = pages(Answer(Outcome.ANSWERED, "fr", blocks), channel.limits)
            for number, page in enumerate(cut):
                await channel.send(Part(f"{number:032x}", part.question, part.address, page, number, len(cut)))
            shown = "\n".join(await rig.shown())
        assert all(f"Paragraphe {n} é👪" in shown for n in range(150))

    _run(rig, check())


def test_sent_again_with_its_key_it_shows_once(rig: Rig) -> None:
    """After a crash an answer that had left is not shown twice, where the network honours keys."""

    async def check() -> None:
        async with _asked(rig) as (channel, part):
            first = await channel.send(part)
            again = await rig.channel().send(part)
            assert len(await rig.shown()) == (1 if rig.honours_keys else 2)
            assert not rig.honours_keys or first == again

    _run(rig, check())


def test_an_answer_is_edited_in_its_place(rig: Rig) -> None:
    """The corrected answer stands where the first one stood; or after it, where a network has no edits."""

    async def check() -> None:
        async with _asked(rig) as (channel, part):
            message = await channel.send(part)
            page = Answer(Outcome.ANSWERED, "fr", (Block(BlockKind.PARAGRAPH, (Span("Autre réponse"),)),))
            await channel.edit(Part("f" * 32, part.question, part.address, page), message)
            shown = await rig.shown()
        assert "Autre réponse" in shown[-1]
        assert len(shown) == (1 if rig.edits else 2)

    _run(rig, check())


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (Trouble.DOWN, SendFailed),
        (Trouble.BAD_GATEWAY, SendFailed),
        (Trouble.GARBAGE, SendFailed),
        (Trouble.PAUSED, SendPaused),
        (Trouble.REVOKED, ChannelRevoked),
    ],
)
def test_each_trouble_of_sending_has_its_name(rig: Rig, trouble: Trouble, expected: type[Exception]) -> None:
    """What must wait, what must be tried again and what is over are told apart; then the answer goes out."""

    async def check() -> None:
        async with _asked(rig) as (channel, part):
            rig.befall(trouble)
            with pytest.raises(expected) as caught:
                await channel.send(part)
            if isinstance(caught.value, SendPaused):
                assert 0 < caught.value.retry_after < 3600
            rig.befall(Trouble.NONE)
            assert await rig.shown() == []
            await channel.send(part)
            assert len(await rig.shown()) == 1

    _run(rig, check())


def test_a_resident_who_blocked_the_bot_is_left_alone(rig: Rig) -> None:
    """Who wants to hear no more is written to no more, and the reason kept names nobody."""

    async def check() -> None:
        async with _asked(rig) as (channel, part):
            rig.block()
            with pytest.raises(SendRefused) as caught:
                await channel.send(part)
        assert caught.value.gone
        assert not [value for value in part.address.values() if value and value in caught.value.reason]

    _run(rig, check())


def test_a_network_that_hangs_can_be_left(rig: Rig) -> None:
    """A call without an answer can be given up, and the next one works."""

    async def check() -> None:
        async with _asked(rig) as (channel, part):
            rig.befall(Trouble.HANGING)
            with pytest.raises((TimeoutError, SendError)):
                await asyncio.wait_for(channel.send(part), 0.3)
            rig.befall(Trouble.NONE)
            await channel.send(part)
            assert len(await rig.shown()) >= 1

    _run(rig, check())


def test_a_revoked_token_ends_receiving(rig: Rig) -> None:
    """When the network no longer takes the token, receiving ends and says which setting to renew."""

    async def check() -> None:
        rig.befall(Trouble.REVOKED)
        with pytest.raises(ChannelRevoked) as caught:
            await asyncio.wait_for(rig.channel().serve(Recorder()), _PATIENCE)
        assert str(caught.value.values["setting"]).startswith("PARVIS_")

    _run(rig, check())


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.BAD_GATEWAY, Trouble.PAUSED, Trouble.GARBAGE])
def test_trouble_while_receiving_is_left_to_the_supervisor(rig: Rig, trouble: Trouble) -> None:
    """A channel in trouble raises, so that it never turns in circles by itself; later it goes on."""

    async def check() -> None:
        rig.befall(trouble)
        served = asyncio.ensure_future(rig.channel().serve(recorder := Recorder()))
        await asyncio.wait({served}, timeout=_PATIENCE)
        assert served.done()
        error = served.exception()
        assert error is not None
        assert not isinstance(error, ChannelRevoked)
        assert recorder.polls == 0
        rig.befall(Trouble.NONE)
        await rig.write("bonjour")
        async with _serving(rig, recorder):
            await _until(lambda: recorder.texts == ["bonjour"])

    _run(rig, check())


def _run(rig: Rig, work: Coroutine[Any, Any, None]) -> None:
    async def whole() -> None:
        await rig.start()
        try:
            await work
        finally:
            await rig.stop()

    asyncio.run(whole())


@asynccontextmanager
async def _serving(rig: Rig, recorder: Recorder) -> AsyncIterator[Channel]:
    """A channel that receives as long as the block runs, and ends at once when told to."""
    channel = rig.channel()
    task = asyncio.ensure_future(channel.serve(recorder))
    try:
        yield channel
    finally:
        task.cancel()
        # A trouble of the test's may have ended it before.
        with suppress(asyncio.CancelledError, SendError, ChannelRevoked):
            await asyncio.wait_for(task, 5)
        await channel.close()


@asynccontextmanager
async def _asked(rig: Rig) -> AsyncIterator[tuple[Channel, Part]]:
    """A resident has asked; the channel, and an answer ready to be sent."""
    async with _serving(rig, recorder := Recorder()) as channel:
        await rig.write("carte d'identité ?")
        await _until(lambda: bool(recorder.events))
        blocks = (
            Block(BlockKind.TITLE, (Span("Carte d'identité", bold=True),)),
            Block(BlockKind.PARAGRAPH, (Span("Prenez rendez-vous.", url="https://exemple.fr/carte"),)),
            Block(BlockKind.CHOICES, (Span("Laquelle ?"),)),
        )
        choices = (Choice(1, "Renouveler", "renouveler"), Choice(2, "Perdue", "perdue"))
        page = Answer(Outcome.CLARIFY, "fr", blocks, choices=choices)
        yield channel, Part(_KEY, "a" * 32, recorder.events[0].address, page)


async def _until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not what():
            await asyncio.sleep(0.005)
