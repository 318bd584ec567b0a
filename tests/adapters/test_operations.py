"""What operators' programs read: alive, ready or why not, and figures; never a word of a resident's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from rigs import FakeRig, Trouble
from telegramrig import town as village
from town import NOON, SetClock, open_office

from adapters.cli import main
from adapters.commands.words import Words
from adapters.operations.knowledge import freshness_of
from adapters.operations.metrics import Figures
from adapters.operations.server import open_operations
from bot.errors import SettingsError, StorageError
from bot.knowledge.faults import Fault, Location
from bot.knowledge.state import KnowledgeState, Refused
from bot.messages import Answer, Match, Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from town import Desk

    from adapters.operations.server import Operations

ROOT = Path(__file__).resolve().parents[2]
WORDS = "Je suis Jeanne Essai, 01 99 00 12 34"
STATE = KnowledgeState("0123456789abcdef", NOON)
_PATIENCE = 60.0


@dataclass
class Watched:
    """An office on the fake network, with its pages."""

    desk: Desk
    rig: FakeRig
    operations: Operations

    @property
    def listen(self) -> str:
        """Where the pages are."""
        host, port = self.operations.address
        return f"{host}:{port}"

    async def get(self, path: str) -> tuple[int, str]:
        """A page, asked for from another thread as another program would."""
        return await asyncio.to_thread(_get, *self.operations.address, path)

    async def figures(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Each sample of /metrics by its name and labels."""
        _, text = await self.get("/metrics")
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    async def until(self, status: int, path: str = "/readyz") -> dict[str, Any]:
        """The page once it answers with ``status``."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                found, text = await self.get(path)
                if found == status:
                    read: dict[str, Any] = json.loads(text)
                    return read
                await asyncio.sleep(0.02)


def _get(host: str, port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@asynccontextmanager
async def watched(path: Path, knowledge: Callable[[], KnowledgeState] = lambda: STATE) -> AsyncIterator[Watched]:
    """What is watched, as long as the block runs."""
    rig, bot, clock = FakeRig(), SimpleNamespace(base=village()), SetClock()
    await rig.start()
    operations = open_operations(
        ("127.0.0.1", 0),
        "PARVIS_HEALTH_LISTEN",
        ("fakenet",),
        bot,
        knowledge,
        clock,
        Words("fr"),  # type: ignore[arg-type]
    )
    async with open_office(path / "p.db", rig.channel(), clock=clock, observer=operations.observer) as desk:
        serving = asyncio.ensure_future(operations.serve(desk.office))
        try:
            yield Watched(desk, rig, operations)
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
            operations.close()
            await rig.stop()


def test_a_bot_that_is_well_says_so(tmp_path: Path) -> None:
    """Monitoring reads that the process lives, that each network answers, and which knowledge is served."""

    async def check() -> None:
        async with watched(tmp_path) as seen:
            assert await seen.get("/healthz") == (200, "ok\n")
            await seen.rig.write("bonjour")
            told = await seen.until(200)
            assert (told["ready"], told["reasons"]) == (True, [])
            assert told["channels"]["fakenet"]["state"] == "well"
            assert told["channels"]["fakenet"]["seconds_since_last_poll"] < _PATIENCE
            assert told["knowledge"] == {
                "version": STATE.version,
                "since": "2025-11-20T12:00:00+00:00",
                "entries": len(village().entries),
                "rolled_back": False,
                "refused": None,
            }
            assert (await seen.get("/secret"))[0] == 404

    asyncio.run(check())


def test_before_the_network_has_answered_it_is_not_ready(tmp_path: Path) -> None:
    """Nobody is sent to a bot whose network has not been heard of yet; but it lives."""

    async def check() -> None:
        async with watched(tmp_path) as seen:
            seen.rig.befall(Trouble.DOWN)
            told = await seen.until(503)
            assert told["channels"]["fakenet"] == {"state": "starting", "seconds_since_last_poll": None}
            assert told["reasons"] == ["fakenet : le réseau n'a pas encore répondu"]
            assert (await seen.get("/healthz"))[0] == 200

    asyncio.run(check())


def test_a_revoked_token_is_a_reason(tmp_path: Path) -> None:
    """An operator whose token was revoked reads it; alone of all reasons, time does not mend it."""

    async def check() -> None:
        async with watched(tmp_path) as seen:
            seen.rig.befall(Trouble.REVOKED)
            async with asyncio.timeout(_PATIENCE):
                while (told := await seen.until(503))["channels"]["fakenet"]["state"] != "stopped":
                    await asyncio.sleep(0.02)
            assert told["reasons"] == [Words("fr")("operator.ready_stopped", channel="fakenet")]
            assert (await seen.figures())["parvis_channel_up", (("channel", "fakenet"),)] == 0

    asyncio.run(check())


@pytest.mark.parametrize("ready", [False, True])
def test_the_command_asks_the_one_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ready: bool
) -> None:
    """`parvis health` ends with 0 for a bot that lives; with --ready, with 1 and the reason while it is not ready."""
    arguments = ["health", *(["--ready"] if ready else [])]

    async def check() -> None:
        async with watched(tmp_path) as seen:
            monkeypatch.setenv("PARVIS_HEALTH_LISTEN", seen.listen)
            await seen.rig.write("bonjour")
            await seen.until(200)
            assert await asyncio.to_thread(main, arguments) == 0

            async def broken() -> None:
                raise StorageError("operator.store_broken", path="p.db", detail="x")

            monkeypatch.setattr(seen.desk.office, "tallies", broken)
            told = await seen.until(503)
            assert told["reasons"] == ["le fichier des messages ne peut pas être lu"]
            assert (await seen.get("/metrics"))[0] == 200
            assert await asyncio.to_thread(main, arguments) == (1 if ready else 0)

    asyncio.run(check())
    said = capsys.readouterr()
    assert ("le fichier des messages" in said.err) is ready
    assert ("Parvis est prêt." if ready else "Parvis tourne.") in said.out


def test_the_command_ends_with_one_when_nobody_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A health check ends with 1, never hangs: no setting, nobody there, or somebody who says nothing."""
    import socket

    monkeypatch.delenv("PARVIS_HEALTH_LISTEN", raising=False)
    assert main(["health"]) == 1
    assert "PARVIS_HEALTH_LISTEN" in capsys.readouterr().err
    monkeypatch.setattr("adapters.commands.health._SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("PARVIS_HEALTH_LISTEN", f"0.0.0.0:{mute.getsockname()[1]}")
        assert main(["health"]) == 1
    assert main(["health"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_loads_next_to_nothing() -> None:
    """A container's health check, run every few seconds, loads no base, no numbers and no network library."""
    code = (
        "import sys; from adapters.cli import main; main(['health']); "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    environment = {**os.environ, "PARVIS_HEALTH_LISTEN": "127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    heavy = {"numpy", "pydantic", "sqlite3", "structlog", "starlette", "uvicorn", "prometheus_client", "aiohttp"}
    assert set(done.stdout.split()) & heavy == set()


def test_figures_count_what_happened(tmp_path: Path) -> None:
    """A dashboard shows questions by how they ended, what waits, how sure the bot was and how long steps took."""

    async def check() -> None:
        async with watched(tmp_path) as seen:
            for text in ("bonjour", "urgence", "long"):
                await seen.rig.write(text, chat=text, asker=text)
            await seen.until(200)
            channel = ("channel", "fakenet")
            async with asyncio.timeout(_PATIENCE):
                while (found := await seen.figures()).get(("parvis_delivery_seconds_count", (channel,)), 0) < 3:
                    await asyncio.sleep(0.02)
            answered = (channel, ("language", "fr"), ("outcome", "answered"))
            emergency = (channel, ("language", "fr"), ("outcome", "emergency"))
            assert found["parvis_questions_total", answered] == 2
            assert found["parvis_questions_total", emergency] == 1
            assert found["parvis_received_total", (channel,)] == 3
            assert found["parvis_confidence_count", ()] == 3
            assert found["parvis_confidence_bucket", (("le", "0.8"),)] == 0
            assert found["parvis_confidence_bucket", (("le", "0.9"),)] == 3
            assert found["parvis_stage_seconds_count", (("stage", "other"),)] == 3  # the fake town's own step
            assert found["parvis_delivery_seconds_count", (channel,)] >= 3
            assert found["parvis_settling_seconds_count", (channel,)] == 3
            assert found["parvis_channel_up", (channel,)] == found["parvis_ready", ()] == 1
            assert found["parvis_inbox_depth", (channel,)] == found["parvis_outbox_depth", (channel,)] == 0

    asyncio.run(check())


def test_figures_show_what_waits_and_for_how_long(tmp_path: Path) -> None:
    """An answer that cannot leave for ten minutes is seen in the figures, with what the platform did not do."""

    async def check() -> None:
        async with watched(tmp_path) as seen:
            await seen.rig.write("bonjour")
            await seen.until(200)
            seen.rig.net.chat_trouble["late"] = Trouble.BAD_GATEWAY
            await seen.rig.write("bonjour", chat="late")
            channel = ("channel", "fakenet")
            async with asyncio.timeout(_PATIENCE):
                while (await seen.figures())["parvis_platform_errors_total", (channel, ("kind", "failed"))] < 1:
                    await asyncio.sleep(0.02)
            seen.desk.clock.at = replace(seen.desk.clock).at.replace(minute=10)
            found = await seen.figures()
            assert found["parvis_outbox_depth", (channel,)] == 1
            assert found["parvis_outbox_oldest_seconds", (channel,)] == 600
            assert found["parvis_knowledge_age_seconds", ()] == 600

    asyncio.run(check())


def test_nothing_of_a_resident_is_in_the_pages(tmp_path: Path) -> None:
    """Neither words, nor names, nor pseudonyms stand in what monitoring keeps for years."""

    async def check() -> None:
        async with watched(tmp_path) as seen:
            await seen.rig.write(WORDS, chat="Jeanne", asker="jeanne@essai.example")
            await seen.until(200)
            async with asyncio.timeout(_PATIENCE):
                while not seen.desk.rows("select 1 from sent"):
                    await asyncio.sleep(0.02)
            told = "".join([(await seen.get(page))[1] for page in ("/metrics", "/readyz", "/healthz")])
            kept = [
                str(value) for row in seen.desk.rows("select asker, chat, conversation, id from inbox") for value in row
            ]
            assert len(kept) == 4
            for word in ("Jeanne", "jeanne", "01 99", *kept):
                assert word not in told

    asyncio.run(check())


def test_labels_have_few_values() -> None:
    """Whatever comes in, the figures do not grow: what is not known beforehand is counted as other."""
    figures = Figures(("telegram",), ("fr", "en"))
    usual = Answer(Outcome.ANSWERED, "fr", (), matches=(Match("piscine", 1.0, 0.5),), timings={"read": 1.0})
    for number in range(100):
        odd = replace(usual, language=f"l{number}", timings={f"step{number}": 1.0})
        figures.received(f"channel{number}", 1)
        figures.settled(f"channel{number}", f"outcome{number}", odd, -1.0)
        figures.delivered(f"channel{number}", -1.0)
        figures.troubled(f"channel{number}", f"kind{number}")
        figures.gave_up(f"channel{number}", 1)
        figures.show_knowledge(replace(STATE, version=f"{number}"), freshness_of(village(), SetClock()), NOON)
    lines = figures.written().decode().splitlines()
    assert len(lines) < 250
    assert 'parvis_questions_total{channel="other",language="other",outcome="other"} 100.0' in lines
    assert 'parvis_knowledge_info{version="99"} 1.0' in lines
    assert 'parvis_knowledge_info{version="98"} 1.0' not in lines


def test_a_refused_edit_is_shown_with_its_place(tmp_path: Path) -> None:
    """Staff whose edit is refused read file and line in /readyz, and the figures raise an alert; it still is ready."""
    fault = Fault(Location(Path("entries/piscine.yaml"), 3), "file.encoding")
    refused = replace(STATE, refused=Refused(NOON, (fault,)))

    async def check() -> None:
        async with watched(tmp_path, lambda: refused) as seen:
            await seen.rig.write("bonjour")
            told = (await seen.until(200))["knowledge"]["refused"]
            assert told["at"] == NOON.isoformat()
            assert [(one["file"], one["line"]) for one in told["faults"]] == [("entries/piscine.yaml", 3)]
            assert told["faults"][0]["message"].startswith("entries/piscine.yaml:3 — ")
            assert (await seen.figures())["parvis_knowledge_edit_refused", ()] == 1

    asyncio.run(check())


def test_freshness_counts_what_check_warns_of() -> None:
    """Entries past their review are counted on the day they are looked at."""
    early, late = SetClock(), SetClock(NOON.replace(year=2040))
    assert freshness_of(village(), early).entries == len(village().entries)
    found = freshness_of(village(), late)
    assert found.past_review + found.expired + found.unverified == found.entries


def test_a_port_that_is_taken_is_told_before_anything_starts() -> None:
    """An operator reads which setting names an address that something else listens on."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = ("127.0.0.1", other.getsockname()[1])
        with pytest.raises(SettingsError) as caught:
            open_operations(listen, "PARVIS_HEALTH_LISTEN", (), None, lambda: STATE, SetClock(), Words("fr"))  # type: ignore[arg-type]
    said = Words("en")(caught.value.key, **caught.value.values)
    assert "PARVIS_HEALTH_LISTEN" in said
    assert str(listen[1]) in said
