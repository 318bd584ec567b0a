"""Secrets and personal data are fed in everywhere; then all that came out is searched: log, screen, files, pages."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from botapi import TOKEN
from fakenet import Trouble
from logrig import opened_log
from parrot import Parrot
from rigs import FakeRig
from telegramrig import TelegramRig
from town import open_office, until

from bot.errors import ChannelRevoked, SendFailed, SendRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakechannel import FakeChannel

    from bot.mail import Part
    from bot.ports import Receiver

ROOT = Path(__file__).resolve().parents[2]
TOWN = ROOT / "tests" / "data" / "ville-dessai"
ADDRESS = f"https://api.exemple.fr/bot{TOKEN}/sendMessage?phone=0199001234"
PERSONAL = ("Jeanne", "jeanne@essai.example", "01 99 00 12 34", "0199001234", "12 rue des Essais", "@jeanne:essai")
WORDS = (
    "Zanzibar ! Je m'appelle Jeanne Essaidenom, 01 99 00 12 34, jeanne@essai.example, j'habite 12 rue des Essais,"
    " mon compte est @jeanne:essai.example. C'est urgentissime."
)
SECRETS = {
    "PARVIS_SECRET": "la phrase secrète de l'essai",
    "PARVIS_TELEGRAM_TOKEN": TOKEN,
    "PARVIS_MATRIX_PASSWORD": "mot/de passe+matrix",
    "PARVIS_MATRIX_ENCRYPTION_KEY": "une-cle-de-chiffrement",
    "PARVIS_MASTODON_TOKEN": "un-jeton-de-mastodon",
}
_PATIENCE = 120.0


class Failure(Exception):  # noqa: N818 - of a library's
    """An error that carries what it should not, in its words and in its values."""


@pytest.fixture(params=["json", "console"])
def log(request: pytest.FixtureRequest) -> Iterator[Any]:
    """What is written at the most talkative."""
    with opened_log([*SECRETS.values()], request.param, "debug") as written:
        yield written


def _fails(channel: FakeChannel, errors: list[Exception]) -> None:
    """``serve`` and ``send`` raise each of ``errors`` in turn, then work."""
    serve, send = channel.serve, channel.send
    serving, sending = [*errors], [*errors]

    async def bad_serve(receiver: Receiver) -> None:
        if serving:
            secret = ADDRESS  # in the frame's values as well
            try:
                raise Failure(secret, WORDS)
            except Failure as error:
                raise serving.pop(0) from error
        await serve(receiver)

    async def bad_send(part: Part) -> str:
        if sending:
            raise sending.pop(0) from Failure(ADDRESS, part.address)
        return await send(part)

    channel.serve = bad_serve  # type: ignore[method-assign]
    channel.send = bad_send  # type: ignore[method-assign]


def test_errors_inside_a_channel_tell_nothing(log: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a library raises, with a token or a resident's words in it, the log tells its kind and no more."""
    from instant import run_at_once

    errors: list[Exception] = [
        Failure(ADDRESS, WORDS),
        ValueError(f"{ADDRESS} {WORDS}"),
        ExceptionGroup(WORDS, [Failure(ADDRESS)]),
        SendFailed("502"),
        OSError(5, WORDS, ADDRESS),
    ]

    async def check() -> None:
        rig = FakeRig()
        channel = rig.channel()
        _fails(channel, errors)
        async with open_office(tmp_path / "p.db", channel) as desk:
            await rig.write(WORDS, chat="Jeanne", asker="jeanne@essai.example")
            await until(lambda: len(rig.net.shown) == 1)
            desk.town.breaks = True
            await rig.write(WORDS, chat="Jeanne", asker="jeanne@essai.example")
            await until(lambda: bool(desk.rows("select 1 from inbox where outcome = 'broken'")))

    run_at_once(check(), monkeypatch)
    said = log.getvalue()
    assert "Failure" in said
    assert "RuntimeError" in said
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir()).decode("latin-1")
    for word in (*_forms(*SECRETS.values()), ADDRESS, "exemple.fr/bot", *PERSONAL):
        assert word not in said, word
        assert word not in kept, word
    assert "Zanzibar" not in said


def test_refusals_and_revocations_tell_nothing(log: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat that is gone and a token that is over are logged by setting and reason."""
    from instant import run_at_once

    async def check() -> None:
        rig = FakeRig()
        channel = rig.channel()
        _fails(channel, [])
        refused = [SendRefused("blocked by the resident", gone=True), ChannelRevoked("fakenet", "PARVIS_FAKENET_TOKEN")]

        async def send(part: Part) -> str:
            raise refused.pop(0) from Failure(ADDRESS, part.address)

        channel.send = send  # type: ignore[method-assign]
        async with open_office(tmp_path / "p.db", channel):
            await rig.write(WORDS, chat="Jeanne")
            await until(lambda: len(refused) == 1)
            await rig.write(WORDS, chat="Jean")
            await until(lambda: not refused)

    run_at_once(check(), monkeypatch)
    assert "blocked by the resident" in log.getvalue()
    for word in (*_forms(*SECRETS.values()), *PERSONAL, "Zanzibar"):
        assert word not in log.getvalue(), word


def test_a_question_is_followed_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its receipt to its delivery, and in the desk's own thread, all that is logged of a question names it."""
    from instant import run_at_once

    async def check() -> None:
        rig = FakeRig()
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            answer = desk.town.answer

            def speaking(question: Any) -> Any:
                logging.getLogger("parvis.desk").warning("thinking")
                return answer(question)

            monkeypatch.setattr(desk.town, "answer", speaking)
            for chat in ("a", "b"):
                await rig.write("bonjour", chat=chat, asker=chat)
            await until(lambda: len(rig.net.shown) == 2)
            await until(lambda: not desk.rows("select 1 from outbox"))

    with opened_log([]) as log:
        run_at_once(check(), monkeypatch)
    events: dict[str, list[str]] = {}
    for line in log.getvalue().splitlines():
        told = json.loads(line)
        if "question" in told:
            events.setdefault(told["question"], []).append(told["event"])
    assert [sorted(one) for one in events.values()] == [["delivered", "received", "settled", "thinking"]] * 2
    assert all(len(question) == 32 for question in events)


def test_all_that_a_run_leaves_behind_is_searched(tmp_path: Path) -> None:
    """A bot on three networks, fed with secrets and lives, leaves none of them in log, screen, files, pages."""
    out, error, pages = asyncio.run(_live(tmp_path))
    assert out == ""
    assert error.splitlines()
    assert all(line.startswith("{") for line in error.splitlines())
    events = [json.loads(line)["event"] for line in error.splitlines()]
    assert {"received", "settled", "delivered"} <= set(events)
    assert any(event.startswith("matrix: ") for event in events)
    assert any(event.startswith("mastodon: ") for event in events)
    files = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert any(file.name == "parvis.db" for file in files)
    kept = b"".join(file.read_bytes() for file in files)
    for word in (*_forms(*SECRETS.values()), *PERSONAL, "Essaidenom"):
        assert word not in error, word
        assert word not in pages, word
        assert word.encode() not in kept, word
    for word in ("Zanzibar", "urgentissime"):
        assert word not in error + pages


async def _live(folder: Path) -> tuple[str, str, str]:
    """Run the bot; what it wrote on its two streams, and what its pages said."""
    words = f"{WORDS} {' '.join(SECRETS.values())}"
    rig, parrots = TelegramRig(), (Parrot(words), Parrot(words))
    await rig.start()
    for parrot in parrots:
        await parrot.start()
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    environment |= SECRETS | {
        "PARVIS_BASE": str(TOWN),
        "PARVIS_DATA": str(folder / "data"),
        "PARVIS_CACHE": str(folder / "cache"),
        "PARVIS_TELEGRAM_API_URL": rig.api.url,
        "PARVIS_MATRIX_SERVER": parrots[0].url,
        "PARVIS_MATRIX_USER": "@bot:exemple.fr",
        "PARVIS_MASTODON_SERVER": parrots[1].url,
        "PARVIS_HEALTH_LISTEN": f"127.0.0.1:{port}",
        "PARVIS_LOG_LEVEL": "debug",
    }
    code = "import sys; from adapters.cli import main; sys.exit(main(['run']))"
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, env=environment, stdout=-1, stderr=-1
    )
    talking = asyncio.ensure_future(bot.communicate())
    try:
        await _feed(rig, parrots, port)
        pages = "".join([await asyncio.to_thread(_get, port, page) for page in ("/metrics", "/readyz")])
        bot.send_signal(signal.SIGTERM)
        out, error = await asyncio.wait_for(asyncio.shield(talking), _PATIENCE)
    finally:
        if bot.returncode is None:
            bot.kill()
        await talking
        await rig.stop()
        for parrot in parrots:
            await parrot.stop()
    assert bot.returncode == 0, error
    return out.decode(), error.decode(), pages


async def _feed(rig: TelegramRig, parrots: tuple[Parrot, Parrot], port: int) -> None:
    """Residents write of themselves; Telegram falls from one trouble into the next; the others' servers repeat all."""
    person = {
        "id": 5000,
        "is_bot": False,
        "first_name": "Jeanne",
        "last_name": "Essaidenom",
        "username": "jeanne_essai",
    }
    name = await rig.write(WORDS, **{"from": person})
    await _until(lambda: len(rig.api.shown) >= 1)
    await rig.rewrite(name, f"{WORDS} !")
    await rig.malformed()
    for number, trouble in enumerate((Trouble.BAD_GATEWAY, Trouble.GARBAGE, Trouble.PAUSED), 1):
        rig.api.troubles_of["sendMessage"] = trouble
        await rig.write(WORDS, chat=f"trouble {number}", **{"from": person})
        async with asyncio.timeout(_PATIENCE):
            # The bot's own figures say when it has met the trouble.
            while await asyncio.to_thread(_troubles, port) < number:
                await asyncio.sleep(0.05)
    rig.api.troubles_of.clear()
    await _until(lambda: len(rig.api.shown) >= 4)
    await _until(lambda: all(parrot.said > 3 for parrot in parrots))


def _troubles(port: int) -> float:
    """How many sendings to Telegram have failed or were told to wait."""
    lines = _get(port, "/metrics").splitlines()
    names = [f'parvis_platform_errors_total{{channel="telegram",kind="{kind}"}}' for kind in ("failed", "paused")]
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(tuple(names)))


async def _until(what: Any) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not what():
            await asyncio.sleep(0.02)


def _forms(*secrets: str) -> list[str]:
    """Each secret as it is, as it stands in addresses and as it stands in JSON."""
    return [form for one in secrets for form in (one, quote(one, safe=""), json.dumps(one)[1:-1])]


def _get(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
