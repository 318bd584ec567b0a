"""Those who edit a town's folder, and the bot that follows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from villedessai import TINY, StoppedClock, tiny_town

from bot.editions import read_base
from bot.errors import KnowledgeError
from bot.knowledge.faults import not_learned
from bot.knowledge.loading import load_base
from bot.living import LivingBase, News
from bot.servicebook import Order, ServiceBook

if TYPE_CHECKING:
    from pathlib import Path

    from bot.knowledge.base import KnowledgeBase

BROKEN = TINY.replace("sources", "sourcse")


@dataclass
class Served:
    """What a desk would answer from."""

    base: KnowledgeBase


@dataclass
class Staff:
    """A town's folder, those who edit it, and the bot that follows."""

    folder: Path
    clock: StoppedClock = field(default_factory=StoppedClock)
    loaded: list[Path] = field(default_factory=list)
    meanwhile: list[str] = field(default_factory=list)  # what is saved while the bot waits for an edit to settle
    pauses: int = 0
    told: list[News] = field(default_factory=list)  # at the starts
    short: bool = False  # of memory: nothing is loaded beside what serves

    def __post_init__(self) -> None:
        self.write(TINY)
        self.start()

    @property
    def root(self) -> Path:
        """The folder staff edit."""
        return self.folder / "town"

    @property
    def book(self) -> ServiceBook:
        """What is written of the service."""
        return ServiceBook(self.folder / "data")

    def write(self, entries: str) -> None:
        """Save the entries."""
        tiny_town(self.root, entries)

    def start(self) -> None:
        """Start the bot, or start it again."""
        self.living = LivingBase(self.root, self.folder / "data", self.clock, self._pause)
        self.living.open(self._load, self.told.append)

    def look(self, *, again: bool = False) -> list[str]:
        """Time passes, and the bot looks after the base; what it tells."""
        self.clock.move(minutes=1)
        return [news.key for news in self.living.look(self._reload, again=again)]

    def serves(self) -> str:
        """The version that answers."""
        return self.living.state.version

    def go_back(self) -> None:
        """`parvis rollback`."""
        entry = self.book.read()
        assert entry is not None
        before = entry.before(entry.state.version)
        assert before is not None
        self.book.give_order(Order(before, read_base(self.root).version))

    def _load(self, root: Path) -> Served:
        self.loaded.append(root)
        return Served(load_base(root))

    def _reload(self, root: Path) -> Served:
        if self.short:
            raise KnowledgeError((not_learned(),))
        return self._load(root)

    def _pause(self, _: float) -> None:
        self.pauses += 1
        if self.meanwhile:
            self.write(self.meanwhile.pop(0))
