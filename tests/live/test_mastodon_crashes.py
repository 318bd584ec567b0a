"""The bot on Mastodon, as processes: killed at random moments, asked to stop, and asked in public what is private."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUPPORT = Path(__file__).resolve().parents[1] / "support"
ROOT = SUPPORT.parents[1]
TOWN = ROOT / "tests" / "data" / "ville-dessai"
QUESTIONS, KILLS, ASKERS = 500, 50, 100
TEXTS = ("horaires de la piscine ?", "refaire ma carte d'identité", "bonjour", "où jeter le verre", "2")


class Net:
    """The instance, in a process of its own."""

    def __init__(self, folder: Path, keys: str) -> None:
        port, self.log = folder / "port", folder / "shown.jsonl"
        self._process = _python("mastodonserver.py", port, self.log, keys)
        self.bots: list[subprocess.Popen[bytes]] = []
        _await(port.exists)
        self.address = port.read_text("utf-8")

    def write(self, name: str, words: str, acct: str, **more: str) -> None:
        """``acct`` writes to the bot."""
        form = urllib.parse.urlencode({"name": name, "words": words, "acct": acct, **more}).encode()
        with urllib.request.urlopen(f"{self.address}/test/mention", form, timeout=20) as reply:  # noqa: S310 - ours
            reply.read()

    def shown(self) -> list[dict[str, Any]]:
        """All the bot posted, in order."""
        written = self.log.read_text("utf-8") if self.log.exists() else ""
        whole, _, _ = written.rpartition("\n")  # the last line may be half written
        return [json.loads(line) for line in whole.splitlines()]

    def close(self) -> None:
        """End it."""
        for process in (self._process, *self.bots):
            process.kill()
            process.wait()


@pytest.fixture
def net(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Net]:
    """An instance with nobody on it yet, which honours idempotency keys unless told otherwise."""
    net = Net(tmp_path, getattr(request, "param", "keys"))
    yield net
    net.close()


def test_killed_fifty_times_everyone_is_answered_once(net: Net, tmp_path: Path) -> None:
    """While 500 questions arrive the bot is killed at 50 moments: 500 answers, each once, each resident's in order."""
    answered = _storm(net, tmp_path, KILLS, random.Random(4))  # noqa: S311 - no secret
    assert sorted(answered) == sorted(f"e{number}" for number in range(QUESTIONS))
    for asker in range(ASKERS):
        numbers = [int(name[1:]) for name in answered if int(name[1:]) % ASKERS == asker]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("net", ["nokeys"], indirect=True)
def test_without_keys_only_what_was_leaving_may_come_twice(net: Net, tmp_path: Path) -> None:
    """Where the server ignores keys all are answered, and at most the one in flight at each kill comes twice."""
    kills = 20
    answered = _storm(net, tmp_path, kills, random.Random(7))  # noqa: S311 - no secret
    assert set(answered) == {f"e{number}" for number in range(QUESTIONS)}
    # The kills did hit answers under way, or this would prove nothing.
    assert 0 < len(answered) - QUESTIONS <= kills


def test_asked_to_stop_it_stops_soon_and_well(net: Net, tmp_path: Path) -> None:
    """An operator who stops the bot sees it end with 0 within ten seconds, with nothing lost for the next start."""
    bot = _bot(net, tmp_path)
    net.write("warm", "bonjour", "a@ailleurs.example")
    _await(lambda: len(net.shown()) >= 1)
    for number in range(60):
        net.write(f"e{number}", "bonjour", f"a{number}@ailleurs.example")
    began = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0
    assert time.monotonic() - began < 10
    bot = _bot(net, tmp_path)
    _await(lambda: len({message["re"] for message in net.shown()}) > 60)
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0
    assert len(net.shown()) == 61


def test_what_is_private_is_not_repeated_in_public(net: Net, tmp_path: Path) -> None:
    """Who writes a name and a number where all can read gets an answer without them, and the private way."""
    bot = _bot(net, tmp_path)
    words = "bonjour je suis Jeanne Barbotin, mon numéro est 01 99 00 12 34, horaires de la piscine ?"
    net.write("open", words, "jeanne@ailleurs.example", visibility="public", spoiler_text="Jeanne, 01 99 00 12 34")
    net.write("closed", words, "jeanne@ailleurs.example", visibility="direct")
    _await(lambda: len({message["re"] for message in net.shown()}) == 2)
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0
    in_public = [message for message in net.shown() if message["re"] == "open"]
    in_private = [message for message in net.shown() if message["re"] == "closed"]
    assert {message["visibility"] for message in in_public} == {"unlisted"}
    assert {message["visibility"] for message in in_private} == {"direct"}
    told = " ".join(message["text"] + message["warning"] for message in in_public)
    assert "en message privé" in told
    assert not [word for word in ("Barbotin", "12 34") if word in told]
    assert "en message privé" not in " ".join(message["text"] for message in in_private)
    assert {account for message in net.shown() for account in message["to"]} == {"jeanne@ailleurs.example"}


def _storm(net: Net, folder: Path, kills: int, chance: random.Random) -> list[str]:
    """Questions arrive all along; the bot is killed ``kills`` times, at random; what was answered, in order."""
    bot, asked = _bot(net, folder), 0
    net.write("warm", "bonjour", "warm@ailleurs.example")
    _await(lambda: len(net.shown()) >= 1)  # the base is learned once, before the storm
    for kill in range(kills):
        portion = QUESTIONS * (kill + 1) // kills
        for number in range(asked, portion):
            net.write(f"e{number}", TEXTS[number % len(TEXTS)], f"a{number % ASKERS}@ailleurs.example")
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


def _await(what: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def _bot(net: Net, folder: Path) -> subprocess.Popen[bytes]:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    net.bots.append(_python("mastodonbot.py", net.address, data, TOWN, folder / "cache"))
    return net.bots[-1]


def _python(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    return subprocess.Popen(
        [sys.executable, str(SUPPORT / program), *map(str, arguments)], env=environment, stderr=subprocess.DEVNULL
    )
