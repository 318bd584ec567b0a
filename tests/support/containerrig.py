"""A container and the Telegram it talks to, for tests of the image: podman and runc, without any daemon."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botapi import TOKEN, BotApi

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

__all__ = ["USER", "Container", "Network", "free_port", "podman", "wait_for"]

USER = 10001
# Far beyond what anything here takes; a wait that ends says so.
PATIENCE = 120.0
# What an orchestrator would set for a town, and PLATFORMS' own: no daemon, so no network of containers.
HARDENED = (
    "--network=host",
    "--read-only",
    "--read-only-tmpfs=false",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--ulimit=nofile=4096:4096",
    "--ulimit=nproc=512:512",
    "--health-interval=disable",  # its timer is systemd's: `podman healthcheck run` asks instead
)


class Network:
    """The Bot API of ``botapi`` in a thread, so that a test can hold what it sends back."""

    def __init__(self) -> None:
        self.api = BotApi()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self.api.start())
        self.url = self.api.url
        self._written = 0

    def close(self) -> None:
        """Listen no more."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def write(self, resident: int, text: str) -> None:
        """A resident writes in private."""
        self._written += 1
        person = {"id": resident, "is_bot": False, "first_name": "R"}
        chat = {"id": resident, "type": "private"}
        now = int(time.time())
        message = {"message_id": self._written, "date": now, "chat": chat, "from": person, "text": text}
        self._do(self._add({"message": message}))

    def answers(self, resident: int) -> list[str]:
        """What was shown to one resident."""
        return [str(one["text"]) for one in list(self.api.shown) if one["chat_id"] == resident]

    def called(self, method: str) -> int:
        """How often ``method`` was asked for, whatever came of it."""
        return len(self.api.called(method))

    async def _end(self) -> None:
        await self.api.stop()
        # Polls are held open; nobody waits for them any more.
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _add(self, update: dict[str, Any]) -> None:
        self.api.add(update)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


class Container:
    """One container and its volume. Its secrets are files, as in compose.yaml."""

    def __init__(self, image: str, folder: Path, telegram: str, port: int) -> None:
        self._image, self.folder, self._port = image, folder, port
        self.data = folder / "data"
        self.name = f"parvis-{os.getpid()}-{port}"
        self.settings = {
            "PARVIS_SECRET_FILE": "/run/secrets/secret",
            "PARVIS_TELEGRAM_TOKEN_FILE": "/run/secrets/token",
            "PARVIS_TELEGRAM_API_URL": telegram,
            "PARVIS_HEALTH_LISTEN": f"127.0.0.1:{port}",
        }
        self.options: list[str] = []
        self._fill()

    def run(self, *command: str) -> None:
        """Start it; ``command`` as for `docker run`."""
        podman("run", "--detach", f"--name={self.name}", *self._all_options(), self._image, *command)

    def once(self, *command: str, typed: str = "") -> str:
        """What a command of the image writes, in a container that ends with it."""
        return podman("run", "--rm", "--interactive", *self._all_options(), self._image, *command, typed=typed)

    def once_python(self, code: str) -> str:
        """What Python code writes, in a container of its own."""
        options = [*self._all_options(), "--entrypoint=/opt/parvis/bin/python"]
        return podman("run", "--rm", *options, self._image, "-c", code)

    def start(self) -> None:
        """Start it again, with the same volume."""
        podman("start", self.name)

    def stop(self, seconds: int = 10) -> float:
        """As `docker stop`: SIGTERM, and SIGKILL after ``seconds``; how long it took, in seconds."""
        begin = time.monotonic()
        podman("stop", f"--time={seconds}", self.name)
        return time.monotonic() - begin

    def kill(self) -> None:
        """kill -9."""
        podman("kill", "--signal=KILL", self.name)
        podman("wait", self.name)

    def python(self, code: str) -> str:
        """What Python code writes, run beside Parvis by the same user."""
        return podman("exec", self.name, "/opt/parvis/bin/python", "-c", code)

    def healthy(self) -> bool:
        """What the image's own health check says."""
        return subprocess.run(["podman", "healthcheck", "run", self.name], capture_output=True).returncode == 0

    def ready(self) -> bool:
        """What /readyz says."""
        return self.page("readyz")[0] == 200

    def page(self, name: str) -> tuple[int, str]:
        """Status and text of a page of operations; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{name}", timeout=5) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def state(self) -> dict[str, Any]:
        """What podman knows of it."""
        state: dict[str, Any] = json.loads(self.inspected("{{json .State}}"))
        return state

    def inspected(self, form: str) -> str:
        """What podman knows of it, in this form."""
        return podman("inspect", f"--format={form}", self.name)

    def waiting(self) -> int:
        """How many parts of answers are on the disk and have not been delivered."""
        with closing(sqlite3.connect(self.data / "parvis.db", timeout=10)) as database:
            found: int = database.execute("select count(*) from outbox where payload is not null").fetchone()[0]
            return found

    def commands(self) -> str:
        """What each of its processes was started as."""
        lines = [Path(f"/proc/{pid}/cmdline") for pid in self._pids()]
        return " ".join(line.read_text().replace("\0", " ") for line in lines if line.exists())

    def zombies(self) -> int:
        """How many of its processes have ended without anyone taking leave of them."""
        stats = [Path(f"/proc/{pid}/stat") for pid in self._pids()]
        return sum(stat.read_text().rpartition(")")[2].split()[0] == "Z" for stat in stats if stat.exists())

    def kept_waiting(self) -> float:
        """Seconds its first process was ready to run and had no processor."""
        # Documentation/scheduler/sched-stats.rst: the second number, in nanoseconds.
        return int(Path(f"/proc/{self.state()['Pid']}/schedstat").read_text().split()[1]) / 1e9

    def own_mebibytes(self) -> int:
        """The memory of its first process that is its own, in MiB."""
        rollup = Path(f"/proc/{self.state()['Pid']}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in rollup if line.startswith("Anonymous")) >> 10

    def memory(self) -> str:
        """Its own memory, and the most the limit counted, in MiB."""
        pid = self.state()["Pid"]
        groups = [line.split(":", 2) for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()]
        folders = [Path(f"/sys/fs/cgroup/memory{path}") for _, kinds, path in groups if kinds == "memory"]
        folders += [Path(f"/sys/fs/cgroup{path}") for _, kinds, path in groups if not kinds]
        files = [one / name for one in folders for name in ("memory.max_usage_in_bytes", "memory.peak")]
        most = [int(file.read_text()) >> 20 for file in files if file.exists()]
        return f"own {self.own_mebibytes()} MiB, most counted {most[0] if most else 'unknown'} MiB"

    def remove(self) -> None:
        """Take the container away; its volume stays."""
        subprocess.run(["podman", "rm", "--force", "--time=0", "--ignore", self.name], capture_output=True)

    def log(self) -> str:
        """All it wrote."""
        done = subprocess.run(["podman", "logs", self.name], capture_output=True, text=True)
        return done.stdout + done.stderr

    def close(self) -> None:
        """Take it away, with its volume."""
        self.remove()
        for folder in ("data", "secrets"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)

    def _pids(self) -> list[str]:
        return podman("top", self.name, "hpid").split()[1:]

    def _all_options(self) -> list[str]:
        folders = [f"--volume={self.folder}/data:/data", f"--volume={self.folder}/secrets:/run/secrets:ro"]
        return [*HARDENED, *folders, *(f"--env={name}={value}" for name, value in self.settings.items()), *self.options]

    def _fill(self) -> None:
        for name in ("data", "secrets"):
            (self.folder / name).mkdir(mode=0o700)
            os.chown(self.folder / name, USER, USER)
        for name, content in (("secret", "the secret of Ville-d'Essai"), ("token", TOKEN)):
            file = self.folder / "secrets" / name
            file.write_text(content + "\n", "utf-8")
            os.chown(file, USER, USER)


def podman(*arguments: str, typed: str = "") -> str:
    """What podman writes; raises CalledProcessError, with what it says, if it fails."""
    command: Sequence[str] = ("podman", f"--runtime={shutil.which('runc')}", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, input=typed, timeout=PATIENCE)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(ready: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until ``ready``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
