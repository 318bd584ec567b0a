"""`parvis chat` on a real terminal: prompt, paste, Ctrl-C and Ctrl-D."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
# A town that repeats what it heard stands in for the trained one: the terminal is what is tried here.
CHILD = """
import fcntl, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
# Whoever runs the tests may ignore Ctrl-C, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
from types import SimpleNamespace
from adapters import cli
from adapters.commands import chat
from bot.knowledge.loading import content_version
from bot.messages import Answer, Block, BlockKind, Outcome, Span

class Echo:
    def __init__(self, base):
        self.snapshot = SimpleNamespace(base=SimpleNamespace(version=content_version(base)))

    def answer(self, question):
        said = Span(f"lu {question.text!r}", bold=True)
        return Answer(Outcome.SMALLTALK, "fr", (Block(BlockKind.PARAGRAPH, (said,)),))

city = SimpleNamespace(name="Ville-d'Essai", languages=["fr", "en"])
chat.open_bot = lambda words, settings, store: SimpleNamespace(
    desk=Echo(settings.base), base=SimpleNamespace(city=city, voice={})
)
sys.exit(cli.main(["chat"]))
"""


class Terminal:
    """A person's side of a terminal on which `parvis chat` runs."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._mine, its = pty.openpty()
        self.seen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **environment},
        )
        os.close(its)

    def type(self, keys: bytes) -> None:
        """Press ``keys``."""
        os.write(self._mine, keys)

    def wait_for(self, text: str) -> None:
        """Read the screen until ``text`` has come, once more than before."""
        wanted = text.encode()
        while wanted not in self.seen:
            ready, _, _ = select.select([self._mine], [], [], 20)
            assert ready, f"{text!r} never came: {self.seen!r}"
            self.seen += os.read(self._mine, 4096)
        self.seen = self.seen.partition(wanted)[2]

    def interrupt(self) -> int:
        """Press Ctrl-C, again if nothing happens, and tell how the program ended.

        Python's readline misses a Ctrl-C that comes between its prompt and its first wait.
        """
        for _ in range(40):
            self.type(b"\x03")
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(0.5)
        raise AssertionError("Ctrl-C ended nothing")

    def close(self) -> None:
        """Hang up."""
        self.process.kill()
        self.process.wait()
        os.close(self._mine)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder that passes for a base."""
    (tmp_path / "city.yaml").write_text("name: Ville-d'Essai\n", "utf-8")
    return tmp_path


@pytest.fixture
def terminal(base: Path) -> Iterator[Terminal]:
    """A chat that has greeted and waits."""
    opened = Terminal({"PARVIS_BASE": str(base)})
    opened.wait_for("Ville-d'Essai")
    opened.wait_for("> ")
    yield opened
    opened.close()


def test_a_question_is_answered_and_ctrl_d_ends(terminal: Terminal) -> None:
    """A person types a question, reads the answer, leaves with Ctrl-D and is wished a good day."""
    terminal.type("où est la mairie ?\n".encode())
    terminal.wait_for("\x1b[1mlu 'où est la mairie ?'\x1b[22m")
    terminal.wait_for("> ")
    terminal.type(b"\x04")
    terminal.wait_for("Au revoir")
    assert terminal.process.wait(20) == 0


def test_a_paste_is_one_message(terminal: Terminal) -> None:
    """A person who pastes three lines at once is answered once."""
    terminal.type(b"\x1b[200~un\ndeux\ntrois\x1b[201~\n")
    terminal.wait_for(r"lu 'un\ndeux\ntrois'")


def test_ctrl_c_ends_cleanly(terminal: Terminal) -> None:
    """A person who presses Ctrl-C gets their shell back, without a trace of the program."""
    assert terminal.interrupt() == 130
    assert b"Traceback" not in terminal.seen
    assert b"Error" not in terminal.seen


def test_bytes_that_are_no_text_are_survived(terminal: Terminal) -> None:
    """A terminal in another encoding, or a cat on the keyboard, does not end the chat."""
    terminal.type(b"caf\xe9 \xff\xfe\n")
    terminal.wait_for("lu 'caf")
    terminal.wait_for("> ")
    terminal.type(b"/quitter\n")
    assert terminal.process.wait(20) == 0
