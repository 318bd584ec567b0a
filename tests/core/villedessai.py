"""Ville-d'Essai as its staff write it (tests/data/ville-dessai), and a resident who writes to its desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering.emergency import shipped_detector
from bot.desk import Desk
from bot.messages import Answer, BlockKind, Outcome, Question
from bot.storage.memory import MemoryStore

if TYPE_CHECKING:
    from bot.answering.snapshot import Snapshot
    from bot.ports import Store

TOWN = Path(__file__).parents[1] / "data" / "ville-dessai"
# Thursday 20 November 2025, ten in the morning in Ville-d'Essai.
NOW = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)
PHONE = "01 99 00 00 01"
ANSWERED = (Outcome.ANSWERED, Outcome.ANSWERED_STALE)

CITY = """\
name: Ville-d'Essai
languages: [fr, en]
desk:
  name: Accueil
  phone: 01 99 00 00 01
  sources: [{title: Mairie}]
"""
TINY = """\
entries:
  - id: encombrants
    title: Les encombrants
    questions: [Comment jeter un canapé ?, Enlever un matelas, Jeter une armoire]
    answer: Prenez rendez-vous.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
"""
SECOND = """\
  - id: passeport
    title: Le passeport
    questions: [Refaire mon passeport, Passeport perdu, Voyager à l'étranger]
    answer: Venez à la mairie.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
"""


@dataclass
class StoppedClock:
    """Shows the same time until it is moved on."""

    moment: datetime = NOW

    def now(self) -> datetime:
        """The time it shows."""
        return self.moment

    def move(self, **time: float) -> None:
        """Let ``minutes=…`` pass."""
        self.moment += timedelta(**time)


@dataclass
class Resident:
    """Someone who writes to the desk, one message after another."""

    desk: Desk
    clock: StoppedClock
    name: str = "habitante"
    heard: list[Answer] = field(default_factory=list)

    def asks(self, *texts: str, **fields: Any) -> Answer:
        """Send ``texts`` one after the other; the answer to the last."""
        for text in texts:
            question = Question("q1", "terminal", self.name, self.name, text, self.clock.now(), **fields)
            self.heard.append(self.desk.answer(question))
        return self.heard[-1]

    def presses(self, target: str) -> Answer:
        """Press the button that stands for ``target``."""
        return self.asks("", choice=target)


def resident_of(snapshot: Snapshot, store: Store | None = None) -> Resident:
    """A resident nobody at that town's desk has heard of yet."""
    clock = StoppedClock()
    return Resident(Desk(snapshot, store or MemoryStore(), clock, shipped_detector()), clock)


def text_of(answer: Answer) -> str:
    """All the words of an answer, a block a line."""
    return "\n".join(block.text for block in answer.blocks)


def first_of(answer: Answer) -> str:
    """What the answer opens with."""
    return answer.blocks[0].text


def contacts_of(answer: Answer) -> list[str]:
    """The lines that name the humans to ask."""
    return [block.text for block in answer.blocks if block.kind is BlockKind.CONTACT]


def targets_of(answer: Answer) -> list[str]:
    """What the choices offered stand for."""
    return [choice.target for choice in answer.choices]


def tiny_town(folder: Path, entries: str = TINY, **files: str) -> Path:
    """A base of its own in ``folder``; ``files`` are others: name (``_`` for ``/`` in yaml names) to content."""
    (folder / "entries").mkdir(parents=True, exist_ok=True)
    (folder / "city.yaml").write_text(files.pop("city", CITY), "utf-8")
    (folder / "entries" / "tout.yaml").write_text(entries, "utf-8")
    for name, content in files.items():
        path = folder / f"{name.replace('_', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    return folder
