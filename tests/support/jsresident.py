"""A resident with matrix-js-sdk: a process that is told what to do and tells what it sees."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from synapse import sdk_folder


class JsResident:
    """One application of one resident, signed in."""

    def __init__(self, url: str, user: str, password: str, log: Path) -> None:
        script = Path(__file__).with_name("resident.mjs")
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                ["node", str(script), str(sdk_folder()), url, user, password],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        self.user = self._await("ready", 60)["user"]

    def room(self, invite: str, *, encrypted: bool) -> str:
        """A new room with ``invite``, who is in it when this returns."""
        room: str = self.order("room", invite=invite, encrypted=encrypted)["room"]
        end = time.monotonic() + 60
        while not self.order("joined", room=room, who=invite)["joined"]:
            assert time.monotonic() < end
            time.sleep(0.1)
        return room

    def write(self, room: str, text: str, **more: Any) -> str:
        """Write; the event's id."""
        return self.send(room, {"msgtype": "m.text", "body": text, **more})

    def send(self, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        """Send any event; its id."""
        name: str = self.order("send", room=room, type=kind, content=content)["event"]
        return name

    def order(self, name: str, **values: Any) -> dict[str, Any]:
        """Have it do something; what came of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": name, **values}) + "\n")
        self._process.stdin.flush()
        done = self._await("done", 60)
        assert "error" not in done, done
        return done

    def answer_to(self, question: str, seconds: float = 60) -> dict[str, Any]:
        """The content of the answer to the event ``question``, as the application shows it."""
        end = time.monotonic() + seconds
        while True:
            self._drain()
            for event in self.events:
                about = event["content"].get("m.relates_to", {})
                if about.get("m.in_reply_to", {}).get("event_id") == question and not event["failed"]:
                    return event
            assert time.monotonic() < end, [event for event in self.events if event["failed"]]
            time.sleep(0.05)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._listening.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _drain(self) -> None:
        while not self._told.empty():
            self._keep(self._told.get())

    def _keep(self, told: dict[str, Any]) -> None:
        if told["what"] == "event":
            self.events.append(told)

    def _await(self, what: str, seconds: float) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while True:
            told = self._told.get(timeout=max(end - time.monotonic(), 0.01))
            if told["what"] == what:
                return told
            self._keep(told)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith('{"what"'):
                self._told.put(json.loads(line))
