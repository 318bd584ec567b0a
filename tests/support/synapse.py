"""Synapse itself, in its own virtual environment, on loopback; and accounts on it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

VERSION, SDK_VERSION = "1.163", "37.5"
_SHARED = "a secret of this test"
_LIMITS = ("message", "registration", "joins", "invites", "admin_redaction", "federation", "room_creation", "login")


def tools() -> Path:
    """Where what is installed once is kept: PARVIS_TEST_TOOLS, or beside other caches."""
    named = os.environ.get("PARVIS_TEST_TOOLS")
    return Path(named) if named else Path.home() / ".cache" / "parvis-tests"


def synapse_python() -> Path:
    """The Python that has Synapse, installed if need be."""
    folder = tools() / f"synapse-{VERSION}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        _checked(python, "-m", "pip", "install", "--quiet", f"matrix-synapse=={VERSION}.*")
        (folder / "ready").touch()
    return python


def sdk_folder() -> Path:
    """The folder whose node_modules has matrix-js-sdk, installed if need be."""
    folder = tools() / f"matrix-js-sdk-{SDK_VERSION}"
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}", "utf-8")
        _checked("npm", "install", "--silent", "--prefix", folder, f"matrix-js-sdk@{SDK_VERSION}")
        (folder / "ready").touch()
    return folder


def _checked(*command: object, folder: Path | None = None) -> None:
    done = subprocess.run([str(piece) for piece in command], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Homeserver:
    """One Synapse with its files in ``folder``; it can be stopped and started again."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        python = synapse_python()
        made = [python, "-m", "synapse.app.homeserver", "--generate-config", "-H", "localhost", "--report-stats", "no"]
        _checked(
            *made, "-c", folder / "base.yaml", "--config-directory", folder, "--data-directory", folder, folder=folder
        )
        free = {"per_second": 100000, "burst_count": 100000}
        more: dict[str, Any] = {
            "pid_file": str(folder / "pid"),
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "resources": [{"names": ["client"]}],
                }
            ],
            "registration_shared_secret": _SHARED,
            "federation_domain_whitelist": [],
            "trusted_key_servers": [],
            "bcrypt_rounds": 4,
            "enable_set_displayname": True,
            **{f"rc_{name}": free for name in _LIMITS},
            "rc_joins": {"local": free, "remote": free},
            "rc_login": {"address": free, "account": free, "failed_attempts": free},
            "rc_invites": {"per_room": free, "per_user": free, "per_issuer": free},
            "rc_federation": {},
            **settings,
        }
        # JSON is YAML too.
        (folder / "more.yaml").write_text(json.dumps(more), "utf-8")

    def start(self) -> None:
        """Run it until it answers."""
        files = ["-c", str(self.folder / "base.yaml"), "-c", str(self.folder / "more.yaml")]
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                [str(synapse_python()), "-m", "synapse.app.homeserver", *files],
                cwd=self.folder,
                stdout=out,
                stderr=out,
                env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            )
        end = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "out").read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < end
            time.sleep(0.1)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_matrix/client/versions", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def register(self, name: str, password: str) -> Person:
        """A new account, by the shared-secret way of Synapse's own tools."""
        where = f"{self.url}/_synapse/admin/v1/register"
        nonce = call("GET", where)["nonce"]
        words = b"\0".join(piece.encode() for piece in (nonce, name, password, "notadmin"))
        mac = hmac.new(_SHARED.encode(), words, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac}
        told = call("POST", where, body)
        return Person(self.url, told["user_id"], told["access_token"])


@dataclass
class Person:
    """A resident with a plain application: calls by hand, no library."""

    url: str
    user: str
    token: str
    number: int = 0

    def call(self, method: str, where: str, body: Any = None) -> Any:
        """One call of the client-server API."""
        return call(method, f"{self.url}/_matrix/client/v3/{where}", body, self.token)

    def room(self, *invited: str, **more: Any) -> str:
        """A new room."""
        told = self.call("POST", "createRoom", {"invite": list(invited), **more})
        room: str = told["room_id"]
        return room

    def write(self, room: str, text: str, **more: Any) -> str:
        """Write; the event's id."""
        return self.send(room, {"msgtype": "m.text", "body": text, **more})

    def send(self, room: str, content: Any, kind: str = "m.room.message") -> str:
        """Send any event; its id."""
        self.number += 1
        told = self.call("PUT", f"rooms/{quote(room)}/send/{kind}/t{self.number}", content)
        name: str = told["event_id"]
        return name

    def events(self, room: str) -> list[dict[str, Any]]:
        """All that happened in ``room``, in order."""
        found: list[dict[str, Any]] = []
        start = ""
        for _ in range(100):
            told = self.call("GET", f"rooms/{quote(room)}/messages?dir=b&limit=500{start}")
            found += told["chunk"]
            if "end" not in told:
                break
            start = f"&from={told['end']}"
        return found[::-1]

    def read(self, room: str, who: str) -> list[dict[str, Any]]:
        """What ``who`` wrote in ``room``, in order."""
        return [
            event
            for event in self.events(room)
            if event["sender"] == who and event["type"] == "m.room.message" and event["content"]
        ]


def call(method: str, where: str, body: Any = None, token: str | None = None) -> Any:
    """One call; raises urllib.error.HTTPError."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(where, data, headers, method=method)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())


class Parvis:
    """``parvis run`` on a Synapse, as a process to be killed."""

    def __init__(self, url: str, user: str, password: str, folder: Path, **settings: str) -> None:
        root = Path(__file__).resolve().parents[2]
        self.folder, self.user = folder, user
        (folder / "data").mkdir(parents=True, exist_ok=True)
        own = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
        self._environment = own | {
            "PYTHONPATH": str(root),
            "PARVIS_BASE": str(root / "tests" / "data" / "ville-dessai"),
            "PARVIS_CACHE": str(folder / "cache"),
            "PARVIS_DATA": str(folder / "data"),
            "PARVIS_SECRET": "the secret of Ville-d'Essai",
            "PARVIS_QUESTIONS_PER_MINUTE": "600",
            "PARVIS_MATRIX_SERVER": url,
            "PARVIS_MATRIX_USER": user,
            "PARVIS_MATRIX_PASSWORD": password,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run."""
        with (self.folder / "log").open("ab") as log:
            code = "import sys; from adapters.cli import main; sys.exit(main(['run']))"
            self._process = subprocess.Popen([sys.executable, "-c", code], env=self._environment, stderr=log)

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=20)

    def ended(self) -> int:
        """The exit code, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(timeout=60)

    def move(self, url: str, user: str) -> None:
        """To an account on another homeserver."""
        self.user = user
        self._environment |= {"PARVIS_MATRIX_SERVER": url, "PARVIS_MATRIX_USER": user}

    def close(self) -> None:
        """End it if it runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log").read_text("utf-8")


def wait_for(what: Any, seconds: float = 60.0) -> Any:
    """What ``what`` gives once it is true; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end
        time.sleep(0.05)
