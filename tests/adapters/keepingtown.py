"""A town whose bot is set up, for the tests of an operator's commands."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from adapters.cli import main
from adapters.serving import Keeping
from adapters.setup import CHANNELS
from bot.clock import SystemClock
from bot.delivery.codec import pack_event
from bot.delivery.names import Names
from bot.knowledge.loading import load_base
from bot.living import LivingBase
from bot.mail import Event
from bot.mailbox import Record, Settlement
from bot.messages import Answer, Block, BlockKind, Match, Outcome, Span
from bot.operating import read_operation

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from bot.knowledge.base import KnowledgeBase

PHRASE = "a secret of Ville-d'Essai"
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
"""


class Town:
    """A town whose bot is set up, with its folders in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.base = folder / "base"
        self.settings = {"PARVIS_SECRET": PHRASE, "PARVIS_DATA": str(folder / "data"), "PARVIS_BASE": str(self.base)}
        (self.base / "entries").mkdir(parents=True)
        (self.base / "city.yaml").write_text(CITY, "utf-8")
        self.write(ENTRIES)

    def set_up(self, monkeypatch: pytest.MonkeyPatch) -> Self:
        """No channel is set, and all that is kept goes to the town's own folder."""
        for kind in CHANNELS:
            for name in kind.required:
                monkeypatch.delenv(name, raising=False)
                monkeypatch.delenv(f"{name}_FILE", raising=False)
        for name, value in self.settings.items():
            monkeypatch.setenv(name, value)
        return self

    def write(self, entries: str) -> None:
        """Staff save the entries."""
        (self.base / "entries" / "tout.yaml").write_text(entries, "utf-8")

    def keeping(self) -> Keeping:
        """What is on the disk."""
        return Keeping(read_operation(self.settings))

    def live(self) -> LivingBase:
        """The base as `parvis run` follows it, without a bot."""
        living = LivingBase(self.base, read_operation(self.settings).editions, SystemClock(), lambda _: None)
        living.open(stand_in, lambda _: None)
        return living

    def ask(self, account: str, text: str, *, answered: bool = True, days: int = 0) -> None:
        """A resident of Telegram writes, so many days ago."""
        now = datetime.now(UTC) - timedelta(days=days)
        event = Event(f"{account}/{text}", account, account, now, text=text)
        letter = Names("telegram", PHRASE.encode()).letter(event, pack_event(event), now)
        answer = Answer(
            Outcome.ANSWERED,
            "fr",
            (Block(BlockKind.PARAGRAPH, (Span("Venez."),)),),
            entry_id="encombrants",
            matches=(Match("encombrants", 1.0, 0.97),),
        )
        with closing(self.keeping()) as keeping:
            asyncio.run(keeping.mailbox.take("telegram", [letter], None))
            if answered:
                record = Record("private", text, answer)
                asyncio.run(keeping.mailbox.settle(Settlement(letter, "answered", now, record=record)))


class Served:
    """What a bot would answer from."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base


def stand_in(root: Path) -> Served:
    """A base loaded, without a bot that learns it."""
    return Served(load_base(root))


def say(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command says when it ends with ``code``."""
    assert main(arguments) == code
    shown = capsys.readouterr()
    return shown.err if code else shown.out
