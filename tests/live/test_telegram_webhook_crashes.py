"""``parvis run`` with a webhook, killed between what Telegram brought and what it was told: nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from botapi import TOKEN, BotApi
from fakenet import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

SUPPORT = Path(__file__).resolve().parents[1] / "support"
ROOT = SUPPORT.parents[1]
SECRET = "a-secret-of-Ville-d-Essai"  # noqa: S105 - of nobody
HEADER = "X-Telegram-Bot-Api-Secret-Token"
KILLS_OF_A_KIND = 3
PATIENCE = 120.0


class Town:
    """The Bot API in this process, ``parvis run`` in another."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.api, self.residents = folder, BotApi(), 0
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.bot: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start the bot, and wait until it has said where Telegram may bring updates."""
        self.api.webhook = None
        own = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
        settings = {
            "PYTHONPATH": str(ROOT),
            "PARVIS_BASE": str(ROOT / "tests" / "data" / "ville-dessai"),
            "PARVIS_CACHE": str(self.folder / "cache"),
            "PARVIS_DATA": str(self.folder / "data"),
            "PARVIS_SECRET": "the secret of Ville-d'Essai",
            "PARVIS_TELEGRAM_TOKEN": TOKEN,
            "PARVIS_TELEGRAM_API_URL": self.api.url,
            "PARVIS_TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{self.port}/parvis",
            "PARVIS_TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{self.port}",
            "PARVIS_TELEGRAM_WEBHOOK_SECRET": SECRET,
        }
        with (self.folder / "log").open("ab") as log:
            code = "import sys; from adapters.cli import main; sys.exit(main(['run']))"
            self.bot = subprocess.Popen([sys.executable, "-c", code], env=own | settings, stderr=log)
        await until(lambda: self.api.webhook is not None)

    def kill(self) -> None:
        """kill -9; from then on answers may leave."""
        assert self.bot is not None
        self.bot.kill()
        self.bot.wait()
        self.api.troubles_of.clear()

    def question(self) -> dict[str, Any]:
        """An update: a resident nobody has heard of yet asks something."""
        self.residents += 1
        person = {"id": 100 + self.residents, "is_bot": False, "first_name": "R"}
        chat = {"id": 100 + self.residents, "type": "private"}
        message = {"message_id": self.residents, "date": int(time.time()), "chat": chat, "from": person}
        self.api.add({"message": {**message, "text": "refaire ma carte d'identité"}})
        return self.api.queue.pop()

    async def bring(self, update: dict[str, Any], secret: str | None = SECRET) -> int:
        """Bring ``update`` to the bot; what it was answered."""
        headers = {HEADER: secret} if secret is not None else {}
        async with aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{self.port}/parvis"
            async with session.post(url, json=update, headers=headers) as reply:
                return reply.status

    async def send(self, update: dict[str, Any]) -> asyncio.StreamWriter:
        """Bring ``update`` and leave the answer unread; the bot had begun to read when this returns."""
        body = json.dumps(update).encode()
        head = f"Host: x\r\n{HEADER}: {SECRET}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"POST /parvis HTTP/1.1\r\nContent-Type: application/json\r\n{head}".encode())
        assert b"100" in await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.write(body)
        await writer.drain()
        return writer

    def kept(self) -> int:
        """How many updates the bot has on its disk."""
        with closing(sqlite3.connect(self.folder / "data" / "parvis.db", timeout=30)) as database:
            return int(database.execute("select count(*) from inbox").fetchone()[0])

    def noted(self) -> bool:
        """True once the bot knows that all it sent has arrived: killed before, it would send again, as it must."""
        with closing(sqlite3.connect(self.folder / "data" / "parvis.db", timeout=30)) as database:
            (waiting,) = database.execute("select count(*) from outbox where payload is not null").fetchone()
        return not waiting

    def answered(self) -> list[int]:
        """The residents who were answered, once for each answer."""
        return [int(one["chat_id"]) for one in self.api.shown]


def test_killed_before_and_after_it_acknowledged_everyone_is_answered_once(tmp_path: Path) -> None:
    """Nine kill -9 around the webhook's 200: what Telegram was told is on the disk, what it was not it brings again."""

    async def check(town: Town) -> None:
        assert await town.bring(town.question()) == 200
        await until(lambda: len(town.answered()) == 1 and town.noted())
        for kill in range(3 * KILLS_OF_A_KIND):
            before = town.kept()
            # No answer leaves while the bot is about to be killed: what came twice would then have been lost and found.
            town.api.troubles_of["sendMessage"] = Trouble.HANGING
            if kill % 3 == 0:
                await _killed_before_it_was_kept(town, before)
            elif kill % 3 == 1:
                await _killed_before_it_was_acknowledged(town, before)
            else:
                assert await town.bring(town.question()) == 200
                assert town.kept() == before + 1
                await _killed(town)
            await until(lambda: len(set(town.answered())) == town.residents and town.noted())
        assert sorted(town.answered()) == [100 + number for number in range(1, town.residents + 1)]
        assert town.residents == 1 + 3 * KILLS_OF_A_KIND

    _run(tmp_path, check)


async def _killed(town: Town) -> None:
    town.kill()
    await town.start()


async def _killed_before_it_was_kept(town: Town, before: int) -> None:
    """The database is held: the bot has the update and can neither keep it nor say so."""
    update = town.question()
    with closing(sqlite3.connect(town.folder / "data" / "parvis.db", isolation_level=None, timeout=30)) as holder:
        holder.execute("begin immediate")
        writer = await town.send(update)
        town.kill()
        writer.close()
        holder.execute("rollback")
    assert town.kept() == before
    await town.start()
    assert await town.bring(update) == 200  # Telegram brings again what was not acknowledged
    assert town.kept() == before + 1


async def _killed_before_it_was_acknowledged(town: Town, before: int) -> None:
    """The update is on the disk; Telegram never hears so, and brings it again."""
    update = town.question()
    writer = await town.send(update)
    await until(lambda: town.kept() == before + 1)
    town.kill()
    writer.close()
    await town.start()
    assert await town.bring(update) == 200
    assert town.kept() == before + 1


def test_who_has_not_the_secret_is_refused_unread(tmp_path: Path) -> None:
    """A forged update gets 403, before its body is even read, and leaves nothing; the true one is answered."""

    async def check(town: Town) -> None:
        forged, true = town.question(), town.question()
        for secret in ("", "another-secret-of-nobody", SECRET[:-1], SECRET + "x", None):
            assert await town.bring(forged, secret) == 403
        reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
        head = f"POST /parvis HTTP/1.1\r\nHost: x\r\n{HEADER}: wrong\r\nContent-Length: 100000\r\n\r\n"
        writer.write(head.encode())  # and no body: nobody waits for it
        assert b"403" in await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()
        assert town.kept() == 0
        assert await town.bring(true) == 200
        await until(lambda: town.answered() == [102])
        assert town.kept() == 1

    _run(tmp_path, check)


def _run(folder: Path, check: Callable[[Town], Any]) -> None:
    """Run ``check`` on a town whose bot is up; nothing it did broke the Bot API's rules or told a secret."""

    async def whole() -> None:
        town = Town(folder)
        await town.api.start()
        try:
            await town.start()
            await check(town)
            assert town.api.problems == []
        finally:
            if town.bot is not None and town.bot.poll() is None:
                town.kill()
            await town.api.stop()

    (folder / "data").mkdir()
    asyncio.run(whole())
    log = (folder / "log").read_bytes()
    assert b"Traceback" not in log
    assert TOKEN.encode() not in log
    assert SECRET.encode() not in log


async def until(what: Callable[[], bool]) -> None:
    """Until ``what``; fails after a long while."""
    async with asyncio.timeout(PATIENCE):
        while not what():
            await asyncio.sleep(0.02)
