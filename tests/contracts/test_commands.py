"""A command that a resident types means the same on every network."""

from __future__ import annotations

import asyncio
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from mastodonrig import MastodonRig
from matrixrig import MatrixRig
from rigs import Recorder
from telegramrig import TelegramRig

from bot.commands import NAMES, Command, command_named
from bot.mail import Kind
from bot.voice import shipped_texts

if TYPE_CHECKING:
    from rigs import Rig

    from bot.mail import Event

_PATIENCE = 20.0
_ASKED_FOR = {
    Command.HELP: "help",
    Command.LANGUAGE: "language",
    Command.PRIVACY: "privacy",
    Command.OFFICIAL: "official",
}
_VARIANTS = ("CONFIDENTIALITÉ", unicodedata.normalize("NFD", "confidentialité"), "Aide", "oubliér")


@pytest.mark.parametrize("make", [TelegramRig, MatrixRig, MastodonRig])
def test_every_name_of_a_command_does_the_same_everywhere(make: type[Rig]) -> None:
    """A resident who learned a command on one network, accents or not, finds it on the others."""
    names = [name for names in NAMES.values() for name in names] + list(_VARIANTS)
    for name, event in zip(names, _heard(make(), [f"/{name}" for name in names]), strict=True):
        command = command_named(name)
        assert command is not None, name
        if command is Command.FORGET:
            assert (event.kind, event.text) == (Kind.FORGET, ""), name
        elif command is Command.HUMAN:
            assert event.kind is Kind.ASK
            assert event.text in {shipped_texts("fr")["delivery.ask_human"], "<delivery.ask_human fr>"}
        else:
            assert event.kind is Kind.SAY, name
            assert event.text in shipped_texts("fr")
            said = event.text.partition(".")[2]
            assert said == _ASKED_FOR.get(command, said)


@pytest.mark.parametrize("make", [TelegramRig, MatrixRig, MastodonRig])
def test_what_follows_a_command_counts_everywhere(make: type[Rig]) -> None:
    """A language, a question after /aide and a question with a slash too many reach the desk alike."""
    written = ["/langue en", "/aide où est la piscine", "/horaires_piscine demain"]
    events = _heard(make(), written)
    assert [event.text for event in events] == ["langue en", "où est la piscine", "horaires piscine demain"]
    assert {event.kind for event in events} == {Kind.ASK}


def test_no_word_calls_two_commands() -> None:
    """A name stands for one thing."""
    names = [name for names in NAMES.values() for name in names]
    assert len(names) == len(set(names))
    assert set(NAMES) == set(Command)


def _heard(rig: Rig, written: list[str]) -> list[Event]:
    """What the bot makes of each of ``written``, in order."""
    recorder = Recorder()

    async def check() -> None:
        await rig.start()
        channel = rig.channel()
        try:
            for text in written:
                await rig.write(text)
            serving = asyncio.ensure_future(channel.serve(recorder))
            async with asyncio.timeout(_PATIENCE):
                while len(_commands(recorder)) < len(written):
                    await asyncio.sleep(0.01)
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
        finally:
            await channel.close()
            await rig.stop()

    asyncio.run(check())
    return _commands(recorder)


def _commands(recorder: Recorder) -> list[Event]:
    """What was taken, without the greeting of a room that the bot has just entered."""
    return [event for event in recorder.events if not (event.text == "matrix.welcome" and not event.address["reply"])]
