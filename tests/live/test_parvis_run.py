"""``parvis run`` as an operator has it: a process, its settings, its signals, and the commands typed beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botapi import TOKEN

from bot.servicebook import Entry, ServiceBook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUPPORT = Path(__file__).resolve().parents[1] / "support"
ROOT = SUPPORT.parents[1]
PATIENCE = 120.0
PARVIS = "import sys; from adapters.cli import main; sys.exit(main(sys.argv[1:]))"
CITY = """\
name: Ville-d'Essai
languages: [fr, en]
desk: {name: Accueil, phone: 01 99 00 00 01, sources: [{title: Mairie}]}
"""
ENTRIES = """\
entries:
  - id: encombrants
    title: Les encombrants
    questions: [Comment jeter un canapé ?, Enlever un matelas, Jeter une armoire]
    answer: Prenez rendez-vous.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
  - id: passeport
    title: Le passeport
    questions: [Refaire mon passeport, Passeport perdu, Voyager à l'étranger]
    answer: Venez au guichet numéro un.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
"""
BETTER = ENTRIES.replace("guichet numéro un", "guichet numéro deux")
BROKEN = BETTER.replace("    sources: [{title: Mairie}]\n    verified_on", "    verified_on", 1)
QUESTION = "refaire mon passeport"


class Town:
    """A town, its folder, Telegram in a process of its own, and the bot in another."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.base = folder, folder / "base"
        (self.base / "entries").mkdir(parents=True)
        (self.base / "city.yaml").write_text(CITY, "utf-8")
        self.write(ENTRIES)
        self.settings = {
            "PYTHONPATH": os.pathsep.join([str(SUPPORT), str(ROOT)]),
            "PARVIS_BASE": str(self.base),
            "PARVIS_CACHE": str(folder / "cache"),
            "PARVIS_DATA": str(folder / "data"),
            "PARVIS_SECRET": "the secret of Ville-d'Essai",
            "PARVIS_TELEGRAM_TOKEN": TOKEN,
            "PARVIS_HEALTH_LISTEN": f"127.0.0.1:{_free_port()}",
        }
        self._api: subprocess.Popen[bytes] | None = None
        self.bot: subprocess.Popen[bytes] | None = None
        self.asked = 0

    def open_telegram(self) -> None:
        """Bring Telegram up."""
        self._api = subprocess.Popen([sys.executable, SUPPORT / "botapi.py", self.folder], env=self._environment())
        wait_for(lambda: (self.folder / "port").exists() and (self.folder / "port").read_text("utf-8") != "")
        self.settings["PARVIS_TELEGRAM_API_URL"] = (self.folder / "port").read_text("utf-8")

    def run(self) -> None:
        """Start the bot; what it logs goes to a file."""
        with (self.folder / "log").open("ab") as log:
            arguments = [sys.executable, "-c", PARVIS, "run"]
            self.bot = subprocess.Popen(arguments, env=self._environment(), stderr=log, stdin=subprocess.DEVNULL)

    def parvis(self, *arguments: object, **settings: str) -> tuple[int, str]:
        """What a command typed beside it ends with and says."""
        done = subprocess.run(
            [sys.executable, "-c", PARVIS, *map(str, arguments)],
            env=self._environment() | settings,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def send(self, number: signal.Signals) -> None:
        """A signal to the bot."""
        assert self.bot is not None
        self.bot.send_signal(number)

    def ended(self) -> int:
        """What the bot ended with."""
        assert self.bot is not None
        return self.bot.wait(timeout=15)

    def close(self) -> None:
        """End all of it."""
        for process in (self.bot, self._api):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def write(self, entries: str) -> None:
        """Staff save the entries, as editors do: under another name first."""
        new = self.base / "entries" / ".tout.yaml.new"
        new.write_text(entries, "utf-8")
        new.replace(self.base / "entries" / "tout.yaml")

    def log(self) -> str:
        """What the bot has logged."""
        return (self.folder / "log").read_text("utf-8") if (self.folder / "log").exists() else ""

    def page(self) -> Entry:
        """What serves, as the bot wrote it down; it has."""
        found = ServiceBook(self.folder / "data" / "editions").read()
        assert found is not None
        return found

    def readyz(self) -> dict[str, Any]:
        """What monitoring reads of the base."""
        url = f"http://{self.settings['PARVIS_HEALTH_LISTEN']}/readyz"
        with urllib.request.urlopen(url, timeout=10) as page:
            told: dict[str, Any] = json.loads(page.read())["knowledge"]
            return told

    def ask(self, text: str) -> str:
        """A new resident asks, and gets an answer."""
        self.asked += 1
        person = {"id": self.asked, "is_bot": False, "first_name": "R"}
        chat = {"id": self.asked, "type": "private"}
        message = {"message_id": self.asked, "date": int(time.time()), "chat": chat, "from": person, "text": text}
        url, body = f"{self.settings['PARVIS_TELEGRAM_API_URL']}/told", json.dumps({"message": message}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - loopback
        wait_for(lambda: self._answers() != [])
        return self._answers()[0]

    def _answers(self) -> list[str]:
        file = self.folder / "shown.jsonl"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        shown = [json.loads(line) for line in lines if line.endswith("}")]
        return [str(one["text"]) for one in shown if one["chat_id"] == self.asked]

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
        return own | self.settings


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town whose bot does not run yet."""
    town = Town(tmp_path)
    try:
        yield town
    finally:
        town.close()


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Until ``what``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_day_in_the_life_of_a_town(town: Town) -> None:
    """One network is set up, staff edit the base, break it, go back: residents are always answered from what serves."""
    town.open_telegram()
    town.run()
    assert "numéro un" in town.ask(QUESTION)
    first = town.page().state.version
    for name, setting in (("matrix", "PARVIS_MATRIX_SERVER"), ("mastodon", "PARVIS_MASTODON_TOKEN")):
        assert any(name in line and setting in line for line in town.log().splitlines())

    code, said = town.parvis("run")
    assert (code, "déjà avec le dossier" in said) == (2, True), said
    assert "Traceback" not in said

    town.write(BETTER)
    wait_for(lambda: town.page().state.version != first)
    assert "numéro deux" in town.ask(QUESTION)
    second = town.page().state.version

    town.write(BROKEN)
    wait_for(lambda: town.page().state.refused is not None)
    assert "numéro deux" in town.ask(QUESTION)
    code, said = town.parvis("status")
    assert (code, said.splitlines()[0]) == (0, "Parvis est en marche.")
    assert "entries/tout.yaml:2 — " in said
    assert second in said
    told = town.readyz()
    assert (told["version"], told["rolled_back"]) == (second, False)
    assert [(fault["file"], fault["line"]) for fault in told["refused"]["faults"]] == [("entries/tout.yaml", 2)]
    town.send(signal.SIGHUP)  # tried again, told again, and nobody is harmed
    wait_for(lambda: town.log().count("entries/tout.yaml:2 — ") == 2)

    code, said = town.parvis("rollback")
    assert (code, f"La version {first} répond maintenant." in said) == (0, True), said
    assert "numéro un" in town.ask(QUESTION)
    assert (town.readyz()["version"], town.readyz()["rolled_back"]) == (first, True)
    assert town.parvis("backup", town.folder / "copy.db")[0] == 0

    town.send(signal.SIGKILL)
    town.ended()
    town.run()
    assert "numéro un" in town.ask(QUESTION)
    code, said = town.parvis("rollback", "--undo")
    assert (code, f"La version {second} répond maintenant." in said) == (0, True), said
    assert "numéro deux" in town.ask(QUESTION)

    town.send(signal.SIGTERM)
    assert town.ended() == 0
    assert town.parvis("status")[1].startswith("Parvis n'est pas en marche.")
    assert town.parvis("restore", town.folder / "copy.db")[0] == 0
    # All that was kept is kept elsewhere: the folder may be one that nobody but staff can write to.
    files = sorted(path.relative_to(town.base).as_posix() for path in town.base.rglob("*") if path.is_file())
    assert files == ["city.yaml", "entries/tout.yaml"]
    assert "Traceback" not in town.log()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"PARVIS_TELEGRAM_TOKEN": ""}, "PARVIS_TELEGRAM_TOKEN"),
        ({"PARVIS_RETENTION_DAYS": "0"}, "PARVIS_RETENTION_DAYS"),
        ({"PARVIS_SECRET": "short"}, "16"),
        ({"PARVIS_BASE": "nowhere"}, "nowhere"),
        ({"PARVIS_TELEGRAM_API_URL": "gopher://"}, "PARVIS_TELEGRAM_API_URL"),
    ],
)
def test_a_bad_setting_ends_it_before_anything_is_received(town: Town, settings: dict[str, str], named: str) -> None:
    """An operator who starts it with something wrong reads what, and gets exit code 2."""
    code, said = town.parvis("run", **settings)
    assert (code, named in said, "Traceback" in said) == (2, True, False), said


def test_a_broken_base_ends_it_with_its_faults(town: Town) -> None:
    """At the first start there is no good version to fall back on: the faults are told, with exit code 2."""
    town.write(BROKEN)
    code, said = town.parvis("run")
    assert (code, "entries/tout.yaml:2 — " in said, "Traceback" in said) == (2, True, False), said


def test_a_stop_while_the_base_is_being_learned_ends_it_at_once(town: Town) -> None:
    """SIGTERM before anything could be received ends it with 0, and with it the process that learns."""
    town.settings["PARVIS_BASE"] = str(ROOT / "tests" / "data" / "ville-dessai")
    town.run()
    assert town.bot is not None
    children = Path(f"/proc/{town.bot.pid}/task/{town.bot.pid}/children")
    seen: list[str] = []
    wait_for(lambda: bool(seen.extend(children.read_text("utf-8").split()) or seen))
    town.send(signal.SIGTERM)
    assert town.ended() == 0
    assert [learner for learner in seen if Path(f"/proc/{learner}").exists()] == []
    assert "Traceback" not in town.log()
