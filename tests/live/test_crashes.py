"""The bot killed at random moments, as a process, while residents write: nobody is forgotten, nobody is told twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakechannel import socket_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakechannel import Call

SUPPORT = Path(__file__).resolve().parents[1] / "support"
ROOT = SUPPORT.parents[1]
TOWN = ROOT / "tests" / "data" / "ville-dessai"
QUESTIONS, KILLS, ASKERS = 500, 50, 100
IN_FLIGHT = 8  # chats the bot writes to at once: bot.ports.Pace.at_once
TEXTS = ("horaires de la piscine ?", "refaire ma carte d'identité", "bonjour", "où jeter le verre", "2")


class Net:
    """The fake network, in a process of its own."""

    def __init__(self, folder: Path, keys: str) -> None:
        self.socket, self.log = folder / "s", folder / "shown.jsonl"
        self._process = _python("fakenet.py", self.socket, self.log, keys)
        while not self.socket.exists():
            time.sleep(0.01)
        self.call: Call = socket_call(str(self.socket))

    def shown(self) -> list[dict[str, str]]:
        """All the network shows of the bot's, in order."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def net(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Net]:
    """A network with nobody on it yet, which honours idempotency keys unless told otherwise."""
    net = Net(tmp_path, getattr(request, "param", "keys"))
    yield net
    net.close()


def test_killed_fifty_times_everyone_is_answered_once(net: Net, tmp_path: Path) -> None:
    """While 500 questions arrive the bot is killed at 50 moments: 500 answers, each once, each chat in order."""
    answered = _storm(net, tmp_path, KILLS, random.Random(4))  # noqa: S311 - no secret
    assert sorted(answered) == sorted(f"e{number}" for number in range(QUESTIONS))
    for chat in range(ASKERS):
        numbers = [int(name[1:]) for name in answered if int(name[1:]) % ASKERS == chat]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("net", ["nokeys"], indirect=True)
def test_without_keys_only_what_was_leaving_may_come_twice(net: Net, tmp_path: Path) -> None:
    """Where the network has no idempotency keys all are answered, and at most what was in flight at a kill twice."""
    kills = 20
    answered = _storm(net, tmp_path, kills, random.Random(7))  # noqa: S311 - no secret
    assert set(answered) == {f"e{number}" for number in range(QUESTIONS)}
    # The kills did hit answers under way, or this would prove nothing.
    assert 0 < len(answered) - QUESTIONS <= kills * IN_FLIGHT


def test_asked_to_stop_it_stops_soon_and_well(net: Net, tmp_path: Path) -> None:
    """An operator who stops the bot sees it end with 0 within ten seconds, with nothing lost for the next start."""
    bot = _bot(net, tmp_path)
    _await(lambda: _asked(net, "warm") and len(net.shown()) >= 1)
    asyncio.run(_write(net, range(100)))
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0
    assert time.monotonic() - began < 10
    bot = _bot(net, tmp_path)
    _await(lambda: len({message["re"] for message in net.shown()}) > 100)
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0
    assert len(net.shown()) == 101


def _storm(net: Net, folder: Path, kills: int, chance: random.Random) -> list[str]:
    """Questions arrive all along; the bot is killed ``kills`` times, at random; what was answered, in order."""
    bot, asked = _bot(net, folder), 0
    _await(lambda: _asked(net, "warm") and len(net.shown()) >= 1)  # the base is learned once, before the storm
    for kill in range(kills):
        portion = QUESTIONS * (kill + 1) // kills
        asyncio.run(_write(net, range(asked, portion)))
        asked = portion
        # From before it has started to well after it has begun to answer.
        time.sleep(chance.uniform(0.0, 1.6))
        bot.kill()
        bot.wait()
        bot = _bot(net, folder)
    _await(lambda: len({message["re"] for message in net.shown()}) > QUESTIONS)
    time.sleep(1.0)  # a second answer to someone would show by now
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0
    return [message["re"] for message in net.shown() if message["re"] != "warm"]


async def _write(net: Net, numbers: range) -> None:
    for number in numbers:
        await net.call({"do": "write", "event": _event(f"e{number}", number % ASKERS, TEXTS[number % len(TEXTS)])})


def _asked(net: Net, name: str) -> bool:
    """Ask once for all; true, so that it can stand before an "and"."""
    asyncio.run(net.call({"do": "write", "event": _event(name, ASKERS, "bonjour")}))
    return True


def _event(name: str, who: int, text: str) -> dict[str, object]:
    return {"id": name, "asker": f"a{who}", "chat": f"c{who}", "text": text, "at": time.time()}


def _await(what: object, seconds: float = 90.0) -> None:
    assert callable(what)
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def _bot(net: Net, folder: Path) -> subprocess.Popen[bytes]:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    return _python("crashbot.py", net.socket, data, TOWN, folder / "cache")


def _python(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    return subprocess.Popen(
        [sys.executable, str(SUPPORT / program), *map(str, arguments)], env=environment, stderr=subprocess.DEVNULL
    )
