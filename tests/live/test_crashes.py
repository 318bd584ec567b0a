"""The bot killed at random moments, as a process, while residents write: nobody is forgotten, nobody is told twice."""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import TYPE_CHECKING

import pytest
from crashing import QUESTIONS, TOWN, in_order, start, stop, storm, wait_for
from fakechannel import socket_call

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

KILLS = 50
IN_FLIGHT = 8  # chats the bot writes to at once: bot.ports.Pace.at_once


class Net:
    """The fake network, in a process of its own."""

    def __init__(self, folder: Path, keys: str) -> None:
        self._folder, self._socket, self._log = folder, folder / "s", folder / "shown.jsonl"
        self.held = folder / "held"
        (folder / "data").mkdir()
        self._bots: list[subprocess.Popen[bytes]] = []
        self._process = start("fakenet.py", self._socket, self._log, keys, self.held)
        wait_for(self._socket.exists)
        self._call = socket_call(str(self._socket))

    def start_bot(self) -> subprocess.Popen[bytes]:
        """The bot, again."""
        arguments = self._socket, self._folder / "data", TOWN, self._folder / "cache"
        self._bots.append(start("crashbot.py", *arguments))
        return self._bots[-1]

    def ask(self, name: str, who: int, text: str) -> None:
        """Resident number ``who`` writes."""
        event = {"id": name, "asker": f"a{who}", "chat": f"c{who}", "text": text, "at": time.time()}
        asyncio.run(self._call({"do": "write", "event": event}))

    def answered(self) -> list[str]:
        """The questions whose answers the network shows, in order."""
        whole, _, _ = self._log.read_text("utf-8").rpartition("\n")  # the last line may be half written
        return [json.loads(line)["re"] for line in whole.splitlines()]

    def close(self) -> None:
        """End it."""
        for process in (self._process, *self._bots):
            process.kill()
            process.wait()


@pytest.fixture
def net(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Net]:
    """A network with nobody on it yet, which honours idempotency keys unless told otherwise."""
    net = Net(tmp_path, getattr(request, "param", "keys"))
    yield net
    net.close()


def test_killed_fifty_times_everyone_is_answered_once(net: Net) -> None:
    """While 500 questions arrive the bot is killed at 50 moments: 500 answers, each once, each chat in order."""
    answered = storm(net, KILLS, random.Random(4))  # noqa: S311 - no secret
    assert sorted(answered) == sorted(f"e{number}" for number in range(QUESTIONS))
    assert in_order(answered)


@pytest.mark.parametrize("net", ["nokeys"], indirect=True)
def test_without_keys_only_what_was_leaving_may_come_twice(net: Net) -> None:
    """Where the network has no idempotency keys all are answered, and at most what was in flight at a kill twice."""
    kills = 10
    answered = storm(net, kills, random.Random(7))  # noqa: S311 - no secret
    assert set(answered) == {f"e{number}" for number in range(QUESTIONS)}
    # Half the kills did hit an answer under way, or this would prove nothing.
    assert kills // 2 <= len(answered) - QUESTIONS <= kills * IN_FLIGHT


def test_asked_to_stop_it_stops_soon_and_well(net: Net) -> None:
    """An operator who stops the bot sees it end with 0 within ten seconds, with nothing lost for the next start."""
    bot = net.start_bot()
    net.ask("warm", 100, "bonjour")
    wait_for(lambda: len(net.answered()) == 1)
    for number in range(100):
        net.ask(f"e{number}", number, "bonjour")
    began = time.monotonic()
    stop(bot)
    assert time.monotonic() - began < 10
    bot = net.start_bot()
    wait_for(lambda: len(set(net.answered())) > 100)
    stop(bot)
    assert len(net.answered()) == 101
