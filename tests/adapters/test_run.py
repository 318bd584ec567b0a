"""`parvis run` and `parvis outbox`: what an operator reads."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.cli import main
from adapters.serving import Keeping, find_channels, open_channel
from adapters.setup import CHANNELS, ChannelKind
from bot.clock import SystemClock
from bot.errors import SettingsError
from bot.mailbox import Letter, Outgoing, Settlement
from bot.operating import read_operation
from bot.registry import Kind, Setting
from bot.voice import Voice

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
PHRASE = "a secret of Ville-d'Essai"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """No channel is set, and all that is kept goes to a folder of its own."""
    for kind in CHANNELS:
        for name in (*kind.required, *kind.optional):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(f"{name}_FILE", raising=False)
    settings = {"PARVIS_SECRET": PHRASE, "PARVIS_DATA": str(tmp_path / "data")}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.mark.parametrize("language", ["fr", "en"])
def test_without_any_channel_all_that_is_missing_is_named(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """An operator who starts the bot with no settings reads which ones each network needs."""
    assert main(["run", "--lang", language]) == 2
    said = capsys.readouterr().err
    for kind in CHANNELS:
        assert kind.name in said
        assert all(name in said for name in kind.required)
    assert "Traceback" not in said


def test_half_the_settings_are_not_enough(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator who forgot one setting of a network reads that one's name, and not those that are given."""
    monkeypatch.setenv("PARVIS_MASTODON_SERVER", "https://exemple.fr")
    assert main(["run"]) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("mastodon")]
    assert "PARVIS_MASTODON_TOKEN" in line
    assert "PARVIS_MASTODON_SERVER" not in line


def test_the_secret_is_asked_for_before_anything_starts(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a secret nothing is received: residents' data would not be protected."""
    monkeypatch.delenv("PARVIS_SECRET")
    monkeypatch.setenv("PARVIS_TELEGRAM_TOKEN", "1:x")
    assert main(["run"]) == 2
    assert "PARVIS_SECRET" in capsys.readouterr().err


def test_a_library_that_is_missing_is_named(environment: dict[str, str]) -> None:
    """An operator who set up a network without its library reads how to install it."""
    (setting,) = (Setting("PARVIS_NOWHERE", Kind.TEXT, "nowhere", required=True),)
    (found,) = find_channels((ChannelKind("nowhere", (setting,)),), {"PARVIS_NOWHERE": "x"})
    with pytest.raises(SettingsError) as caught:
        open_channel(found, read_operation(environment), None, SystemClock())  # type: ignore[arg-type]
    assert 'python -m pip install ".[nowhere]"' in Voice().say(caught.value.key, "fr", **caught.value.values)


def test_the_outbox_counts_and_tells_nothing(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """An operator reads how many messages wait and failed, and why; not whose they are nor what they say."""
    keeping = Keeping(read_operation(environment))
    assert main(["outbox"]) == 0
    assert capsys.readouterr().out == "Rien n'attend et rien n'a échoué.\n"
    asyncio.run(_fill(keeping))
    keeping.close()
    assert main(["outbox"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "telegram : questions à traiter : 1. Réponses à envoyer : 1. Réponses abandonnées : 2.",
        "telegram : 2 fois : 403 blocked (la dernière : 2025-11-20 12:00 UTC)",
    ]


def test_another_secret_is_refused(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator who lost the secret is told so, and nothing is overwritten."""
    Keeping(read_operation(environment)).close()
    monkeypatch.setenv("PARVIS_SECRET", "quite another secret")
    assert main(["outbox"]) == 2
    assert "PARVIS_SECRET" in capsys.readouterr().err


async def _fill(keeping: Keeping) -> None:
    letters = [Letter(f"{n:032x}", "telegram", "a", f"c{n}", "v", NOON, NOON, "payload") for n in range(4)]
    await keeping.mailbox.take("telegram", letters, "7")
    parts = [
        Outgoing(f"k{n}", letters[n].id, "telegram", "a", f"c{n}", "s", 0, False, False, NOON, "p") for n in range(3)
    ]
    for letter, part in zip(letters, parts, strict=False):
        await keeping.mailbox.settle(Settlement(letter, "answered", NOON, parts=(part,)))
    for part in parts[:2]:
        await keeping.mailbox.give_up(part, "403 blocked", NOON)
