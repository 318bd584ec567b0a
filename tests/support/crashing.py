"""What tests that kill the bot share: programs started, moments awaited, one storm of questions and kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

SUPPORT = Path(__file__).resolve().parent
ROOT = SUPPORT.parents[1]
TOWN = ROOT / "tests" / "data" / "ville-dessai"
QUESTIONS, ASKERS = 500, 100
TEXTS = ("horaires de la piscine ?", "refaire ma carte d'identité", "bonjour", "où jeter le verre", "2")
# Seconds for which a network that is told to holds back its reply: a busy machine kills the bot within it.
HELD = 5.0


class Net(Protocol):
    """A network in a process of its own, and the bot in another."""

    @property
    def held(self) -> Path:
        """While this file is there, the network shows what is sent but is slow to say so."""

    def start_bot(self) -> subprocess.Popen[bytes]:
        """The bot, again."""

    def ask(self, name: str, who: int, text: str) -> None:
        """Resident number ``who`` writes."""

    def answered(self) -> list[str]:
        """The names of the questions whose answers were shown, in order."""


def storm(net: Net, kills: int, chance: random.Random) -> list[str]:
    """500 questions arrive while the bot is killed ``kills`` times; the questions answered, in order.

    Every other kill comes at a random moment, from before the bot has started to well after it
    has begun to answer; the others when the network shows an answer that the bot does not know to have left.
    """
    bot, asked = net.start_bot(), 0
    net.ask("warm", ASKERS, "bonjour")
    wait_for(lambda: bool(net.answered()))  # the base is learned once, before the storm
    for kill in range(kills):
        under_way, last = kill % 2 == 1, QUESTIONS * (kill + 1) // kills - 1
        for number in range(asked, last):
            net.ask(f"e{number}", number % ASKERS, TEXTS[number % len(TEXTS)])
        if under_way:
            net.held.touch()
        before = len(net.answered())
        net.ask(f"e{last}", last % ASKERS, TEXTS[last % len(TEXTS)])
        asked = last + 1
        if under_way:
            wait_for(lambda before=before: len(net.answered()) > before)  # type: ignore[misc]
        else:
            time.sleep(chance.uniform(0.0, 1.6))
        bot.kill()
        bot.wait()
        net.held.unlink(missing_ok=True)
        bot = net.start_bot()
    wait_for(lambda: len(set(net.answered())) > QUESTIONS)
    time.sleep(1.0)  # a second answer to someone would show by now
    stop(bot)
    return [name for name in net.answered() if name != "warm"]


def stop(bot: subprocess.Popen[bytes]) -> None:
    """SIGTERM: the bot ends well, and soon."""
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0


def start(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    """One of the programs beside this file."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)])}
    return subprocess.Popen(
        [sys.executable, str(SUPPORT / program), *map(str, arguments)], env=environment, stderr=subprocess.DEVNULL
    )


def wait_for(what: Callable[[], bool], seconds: float = 180.0) -> None:
    """Until ``what``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def in_order(answered: list[str]) -> bool:
    """Whether every resident's questions were answered in the order they came."""
    return all(_rising([int(name[1:]) for name in answered if int(name[1:]) % ASKERS == who]) for who in range(ASKERS))


def _rising(numbers: list[int]) -> bool:
    return numbers == sorted(numbers)
