"""The bot on Mastodon, as processes: killed at random moments, asked to stop, and asked in public what is private."""

from __future__ import annotations

import json
import random
import time
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from crashing import QUESTIONS, TOWN, in_order, start, stop, storm, wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

KILLS = 50


class Net:
    """The instance, in a process of its own."""

    def __init__(self, folder: Path, keys: str) -> None:
        port, self._log = folder / "port", folder / "shown.jsonl"
        self._folder, self.held = folder, folder / "held"
        (folder / "data").mkdir()
        self._process = start("mastodonserver.py", port, self._log, keys, self.held)
        self._bots: list[subprocess.Popen[bytes]] = []
        wait_for(port.exists)
        self.address = port.read_text("utf-8")

    def start_bot(self) -> subprocess.Popen[bytes]:
        """The bot, again."""
        self._bots.append(start("mastodonbot.py", self.address, self._folder / "data", TOWN, self._folder / "cache"))
        return self._bots[-1]

    def ask(self, name: str, who: int, text: str) -> None:
        """Resident number ``who`` writes."""
        self.write(name, text, f"a{who}@ailleurs.example")

    def write(self, name: str, words: str, acct: str, **more: str) -> None:
        """``acct`` writes to the bot."""
        form = urllib.parse.urlencode({"name": name, "words": words, "acct": acct, **more}).encode()
        with urllib.request.urlopen(f"{self.address}/test/mention", form, timeout=20) as reply:  # noqa: S310 - ours
            reply.read()

    def answered(self) -> list[str]:
        """The questions whose answers were shown, in order."""
        return [message["re"] for message in self.shown()]

    def shown(self) -> list[dict[str, Any]]:
        """All the bot posted, in order."""
        whole, _, _ = self._log.read_text("utf-8").rpartition("\n")  # the last line may be half written
        return [json.loads(line) for line in whole.splitlines()]

    def close(self) -> None:
        """End it."""
        for process in (self._process, *self._bots):
            process.kill()
            process.wait()


@pytest.fixture
def net(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Net]:
    """An instance with nobody on it yet, which honours idempotency keys unless told otherwise."""
    net = Net(tmp_path, getattr(request, "param", "keys"))
    yield net
    net.close()


def test_killed_fifty_times_everyone_is_answered_once(net: Net) -> None:
    """While 500 questions arrive the bot is killed at 50 moments: 500 answers, each once, each resident's in order."""
    answered = storm(net, KILLS, random.Random(4))  # noqa: S311 - no secret
    assert sorted(answered) == sorted(f"e{number}" for number in range(QUESTIONS))
    assert in_order(answered)


@pytest.mark.parametrize("net", ["nokeys"], indirect=True)
def test_without_keys_only_what_was_leaving_may_come_twice(net: Net) -> None:
    """Where the server ignores keys all are answered, and at most the one in flight at each kill comes twice."""
    kills = 10
    answered = storm(net, kills, random.Random(7))  # noqa: S311 - no secret
    assert set(answered) == {f"e{number}" for number in range(QUESTIONS)}
    # Half the kills did hit an answer under way, or this would prove nothing.
    assert kills // 2 <= len(answered) - QUESTIONS <= kills


def test_asked_to_stop_it_stops_soon_and_well(net: Net) -> None:
    """An operator who stops the bot sees it end with 0 within ten seconds, with nothing lost for the next start."""
    bot = net.start_bot()
    net.write("warm", "bonjour", "a@ailleurs.example")
    wait_for(lambda: len(net.shown()) >= 1)
    for number in range(60):
        net.write(f"e{number}", "bonjour", f"a{number}@ailleurs.example")
    began = time.monotonic()
    stop(bot)
    assert time.monotonic() - began < 10
    bot = net.start_bot()
    wait_for(lambda: len({message["re"] for message in net.shown()}) > 60)
    stop(bot)
    assert len(net.shown()) == 61


def test_what_is_private_is_not_repeated_in_public(net: Net) -> None:
    """Who writes a name and a number where all can read gets an answer without them, and the private way."""
    bot = net.start_bot()
    words = "bonjour je suis Jeanne Barbotin, mon numéro est 01 99 00 12 34, horaires de la piscine ?"
    net.write("open", words, "jeanne@ailleurs.example", visibility="public", spoiler_text="Jeanne, 01 99 00 12 34")
    net.write("closed", words, "jeanne@ailleurs.example", visibility="direct")
    wait_for(lambda: len({message["re"] for message in net.shown()}) == 2)
    stop(bot)
    in_public = [message for message in net.shown() if message["re"] == "open"]
    in_private = [message for message in net.shown() if message["re"] == "closed"]
    assert {message["visibility"] for message in in_public} == {"unlisted"}
    assert {message["visibility"] for message in in_private} == {"direct"}
    told = " ".join(message["text"] + message["warning"] for message in in_public)
    assert "en message privé" in told
    assert not [word for word in ("Barbotin", "12 34") if word in told]
    assert "en message privé" not in " ".join(message["text"] for message in in_private)
    assert {account for message in net.shown() for account in message["to"]} == {"jeanne@ailleurs.example"}
