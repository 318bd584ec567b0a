"""The Mastodon of tests on a port of this machine; as a program, see ``fakemastodon``."""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from crashing import HELD
from fakemastodon import FakeMastodon, reset_after
from fakenet import Trouble

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

# A network's answer takes a moment: long enough that the bot is killed while it waits for one.
_LATENCY = 0.03


class MastodonServer:
    """Serves ``net`` over HTTP from threads of its own."""

    def __init__(self, net: FakeMastodon, late: Callable[[], None] = lambda: None) -> None:
        self.net = net
        self._sockets: set[socket.socket] = set()
        server = self

        class Handler(_Handler):
            """Knows its network."""

            fake = net
            wait = staticmethod(late)
            sockets = server._sockets

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        net.address = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it is reached."""
        return self.net.address

    def stop(self) -> None:
        """Close everything."""
        with self.net.changed:
            self.net.closed = True
            self.net.changed.notify_all()
        self._http.shutdown()
        self._http.server_close()
        for one in [*self._sockets]:
            _shut(one)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    fake: FakeMastodon
    wait: Callable[[], None]
    sockets: set[Any]

    def setup(self) -> None:
        super().setup()
        self.sockets.add(self.connection)

    def finish(self) -> None:
        self.sockets.discard(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        form = parse_qs(parts.query, keep_blank_values=True)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        form |= parse_qs(body.decode(), keep_blank_values=True)
        try:
            self._respond(parts.path, form)
        except OSError:
            self.close_connection = True  # the bot was killed while it waited, or wanted to hear no more

    do_GET = do_POST = do_PUT = do_PATCH = _serve  # noqa: N815

    def _respond(self, path: str, form: dict[str, list[str]]) -> None:
        net = self.fake
        if path.startswith("/test/"):
            self._json(200, self._tested(path, form))
            return
        with net.changed:
            net.requests += 1
            trouble = net.trouble
            if trouble is Trouble.HANGING:
                net.changed.wait_for(lambda: net.closed or net.trouble is not Trouble.HANGING)
        if trouble in (Trouble.DOWN, Trouble.HANGING) or net.closed:
            self.close_connection = True
            _shut(self.connection)
        elif trouble is Trouble.BAD_GATEWAY:
            self._send(502, b"<html>Bad Gateway</html>", "text/html")
        elif trouble is Trouble.PAUSED:
            self._json(429, {"error": "Too many requests"}, net.retry_after)
        elif trouble is Trouble.REVOKED:
            self._json(401, {"error": "The access token is invalid"})
        elif trouble is Trouble.GARBAGE:
            self._json(200, {"surprise": []})
        elif path.startswith("/api/v1/streaming/"):
            self._stream()
        else:
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            code, said = net.answer(self.command, path, form, self.headers.get("Idempotency-Key"), token)
            if self.command == "POST":
                self.wait()  # shown, but the bot does not know it yet
            self._json(code, said)

    def _tested(self, path: str, form: dict[str, list[str]]) -> dict[str, Any]:
        """What tests ask of a network in another process: ``/test/mention``."""
        if path != "/test/mention":
            return {}
        more = {name: value for name, (value,) in form.items() if name in ("visibility", "spoiler_text")}
        return self.fake.mention(form["words"][0], form["acct"][0], uri=form["name"][0], **more)

    def _stream(self) -> None:
        net = self.fake
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        with net.changed:
            net.streams += 1
            told = set(net.notifications)
        self.wfile.write(b":)\n")
        self.wfile.flush()
        while True:
            with net.changed:
                net.changed.wait_for(lambda: _over(net) or net.raw or set(net.notifications) - told)  # noqa: B023
                if _over(net):
                    return
                fresh = sorted(set(net.notifications) - told)
                told |= set(fresh)
                data = [json.dumps(net.notifications[one]) for one in fresh] or ['{"nothing": 1}']
            for one in data:
                self.wfile.write(f"event: notification\ndata: {one}\n\n".encode())
            self.wfile.flush()
            if not fresh:
                return

    def _json(self, code: int, said: Any, reset: float = 300.0) -> None:
        limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": reset_after(reset)}
        self._send(code, json.dumps(said).encode(), "application/json; charset=utf-8", limits)

    def _send(self, code: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def _over(net: FakeMastodon) -> bool:
    return net.closed or net.trouble is not Trouble.NONE


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(2)
    except OSError:
        connection.close()


def main(port_file: str, log: str, keys: str, held: str) -> None:
    """Serve until killed."""
    lines = Path(log).open("a", encoding="utf-8")  # noqa: SIM115 - as long as it runs

    def note(made: dict[str, Any]) -> None:
        asked = net.statuses.get(made["reply"] or "", {})
        status = made["status"]
        told = {"visibility": status["visibility"], "warning": status["spoiler_text"], "text": made["text"]}
        lines.write(json.dumps({"re": asked.get("uri"), "to": made["to"], "key": made["key"]} | told) + "\n")
        lines.flush()

    net = FakeMastodon(honours_keys=keys == "keys", most=5000, note=note)

    def late() -> None:
        end = time.monotonic() + HELD
        time.sleep(_LATENCY)
        while Path(held).exists() and time.monotonic() < end:
            time.sleep(_LATENCY)

    server = MastodonServer(net, late)
    made = Path(f"{port_file}.new")
    made.write_text(server.address, "utf-8")
    made.rename(port_file)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
