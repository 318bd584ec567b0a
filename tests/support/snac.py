"""snac2 from Debian: a small, real server of the fediverse, on loopback, with accounts of its own."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from synapse import free_port, tools

_FOLDER = "snac2-bookworm-backports"
_SUITE = "http://deb.debian.org/debian bookworm-backports main"
_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_AWAY = "urn:ietf:wg:oauth:2.0:oob"


class NotInstallable(Exception):  # noqa: N818 - says what it is
    """This machine cannot have snac2; the message says why."""


def snac() -> Path:
    """The program, fetched with apt once and unpacked: nothing of the system changes. Raises NotInstallable."""
    folder = tools() / _FOLDER
    program = folder / "root" / "usr" / "bin" / "snac"
    if not program.exists():
        (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        if not _KEYS.exists():
            raise NotInstallable(f"no Debian archive keys ({_KEYS})")
        (folder / "sources.list").write_text(f"deb [signed-by={_KEYS}] {_SUITE}\n", "utf-8")
        values = {
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::lists": folder / "lists",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            "Acquire::Retries": 1,
            "Acquire::http::Timeout": 20,
        }
        options = [piece for name, value in values.items() for piece in ("-o", f"{name}={value}")]
        _done(folder, "apt-get", *options, "update")
        _done(folder, "apt-get", *options, "download", "snac2")
        *_, package = sorted(folder.glob("snac2_*.deb"))
        _done(folder, "dpkg-deb", "-x", package, folder / "root")
    _done(folder, program)  # its libraries are there
    return program


def _done(folder: Path, *command: object) -> None:
    try:
        done = subprocess.run(
            [str(piece) for piece in command], capture_output=True, text=True, cwd=folder, timeout=120, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstallable(f"{command[0]}: {error}") from None
    if done.returncode not in (0, 1):  # snac says 1 when it is given nothing to do
        raise NotInstallable(f"{command[0]} ({done.returncode}): {done.stderr[-500:]}")


class Snac:
    """One server with its files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.port, self._program, self._data = free_port(), snac(), folder / "snac"
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self._log = folder / "snac.log"
        answers = f"127.0.0.1\n{self.port}\n{self.host}\n\n\n"
        subprocess.run([self._program, "init", self._data], input=answers, text=True, capture_output=True, check=True)
        settings = json.loads((self._data / "server.json").read_text("utf-8"))
        settings |= {"protocol": "http", "num_threads": 8}
        (self._data / "server.json").write_text(json.dumps(settings), "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([self._program, "httpd", self._data], stdout=log, stderr=log)
        end = time.monotonic() + 60
        while True:
            try:
                self.call("GET", "/api/v1/instance")
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def register(self, name: str) -> str:
        """A new account; a token for it, by the way residents' applications and ``parvis mastodon-setup`` go."""
        made = subprocess.run(
            [self._program, "adduser", self._data, name], input="", text=True, capture_output=True, check=True
        )
        found = re.search(r"password is (\S+)", made.stdout + made.stderr)
        assert found is not None
        app = self.call("POST", "/api/v1/apps", client_name="test", redirect_uris=_AWAY, scopes="read write")
        login = {"login": name, "passwd": found[1], "redir": _AWAY, "cid": app["client_id"], "state": ""}
        code = self._open("POST", "/oauth/x-snac-login", login).decode().strip()
        told = self.call(
            "POST",
            "/oauth/token",
            grant_type="authorization_code",
            client_id=app["client_id"],
            client_secret=app["client_secret"],
            redirect_uri=_AWAY,
            code=code,
        )
        token: str = told["access_token"]
        return token

    def call(self, method: str, path: str, token: str | None = None, **form: str) -> Any:
        """One call of the API; raises OSError."""
        return json.loads(self._open(method, path, form, token))

    def _open(self, method: str, path: str, form: dict[str, str] | None = None, token: str | None = None) -> bytes:
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            read: bytes = answer.read()
            return read
