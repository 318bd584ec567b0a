"""A base edited all day long under load: nobody goes without an answer, nobody gets one half of two versions."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from rigs import FakeRig
from town import NOON, SECRET, SetClock, until

from bot.answering.emergency import shipped_detector
from bot.assembly import build
from bot.delivery.office import PostOffice, Rules
from bot.delivery.states import HeldStates
from bot.desk import Desk
from bot.living import LivingBase
from bot.messages import Outcome, Question
from bot.reloading import Reloader
from bot.sealing import Sealer
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox
from bot.storage.memory import MemoryStore
from bot.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.answering.snapshot import Snapshot
    from bot.messages import Answer
    from bot.ports import ConversationState

SWAPS, AT_ONCE = 200, 5
NAMES = ("Aubépine", "Bruyère")
# Every fact of one version stands nowhere in the other: names, numbers, dates, sources and what the bot itself says.
PHONES = {"Aubépine": "01 99 00 00 01", "Bruyère": "01 99 00 00 02"}
DATES = {"Aubépine": "24 octobre 2025", "Bruyère": "3 novembre 2025"}
FILES = {
    "city.yaml": """\
name: Ville-d'Essai-{name}
languages: [fr, en]
desk:
  name: Accueil {name}
  phone: {phone}
  sources: [{{title: Mairie {name}}}]
emergency_notes: ["Le poste {name} répond la nuit."]
""",
    "entries/tout.yaml": """\
entries:
  - id: encombrants
    title: Les encombrants à {name}
    questions: [Comment jeter un canapé ?, Enlever un matelas, Jeter une armoire]
    answer: Prenez rendez-vous avec {name}.
    cost: "{cost} euros, dit {name}"
    sources: [{{title: Mairie {name}}}]
    verified_on: {day}
  - id: passeport
    title: Le passeport à {name}
    questions: [Refaire mon passeport, Passeport perdu, Voyager à l'étranger]
    answer: Venez à {name}.
    sources: [{{title: Mairie {name}}}]
    verified_on: {day}
""",
    "voice.yaml": """\
fr:
  smalltalk.greeting: "Bonjour de {name}."
  delivery.privacy: "Rien n'est gardé à {name}."
""",
}
QUESTIONS = (
    "comment jeter un canapé",
    "refaire mon passeport",
    "combien ça coûte",
    "passeport perdu",
    "quelle est la capitale de la Mongolie",
    "au secours, il y a le feu chez moi",
    "bonjour",
)


def write(root: Path, name: str) -> None:
    """Save the version ``name`` of the base."""
    other = NAMES.index(name)
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        day = ("2025-10-24", "2025-11-03")[other]
        said = text.format(name=name, phone=PHONES[name], day=day, cost=(20, 35)[other])
        new = root / path.replace("/", ".")
        new.with_suffix(".new").write_text(said, "utf-8")
        new.with_suffix(".new").replace(root / path)


def marks(text: str) -> set[str]:
    """Which versions a text has something of."""
    return {name for name in NAMES if name in text or PHONES[name] in text or DATES[name] in text}


def test_an_answer_under_way_keeps_its_version(tmp_path: Path) -> None:
    """What was begun with one version is finished with it, although another one serves by then."""
    first, second = (_snapshot(tmp_path / name, name) for name in NAMES)
    store = _SlowMemory()
    desk = Desk(first, store, SetClock(), shipped_detector())
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(desk.answer(_question("refaire mon passeport"))))
    asking.start()
    assert store.begun.wait(60)
    desk.swap(second)
    store.may_go_on.set()
    asking.join(60)
    answers.append(desk.answer(_question("refaire mon passeport")))
    assert [marks("\n".join(block.text for block in answer.blocks)) for answer in answers] == [{name} for name in NAMES]


def test_two_hundred_edits_under_load(tmp_path: Path) -> None:
    """While staff publish 200 versions, each resident gets one answer, wholly of one of them, and none fails."""
    asyncio.run(asyncio.wait_for(_two_hundred(tmp_path), 600))


async def _two_hundred(folder: Path) -> None:
    root, rig, clock = folder / "town", FakeRig(), SetClock()
    write(root, NAMES[0])
    with closing(SqliteFile(folder / "parvis.db")) as file:
        states = HeldStates(SqliteStore(file))
        living = LivingBase(root, folder / "editions", clock, lambda _: None)
        bot = living.open(lambda base: build(base, cache=folder / "cache", clock=clock, store=states), lambda _: None)
        reloader = Reloader(bot.desk, root, cache=folder / "cache", target_precision=0.95)
        rules = Rules(SECRET, timedelta(days=30), timedelta(days=1), lambda: 0.5)
        mailbox = SqliteMailbox(file, Sealer(SECRET))
        office = PostOffice([rig.channel()], bot.desk, bot.desk, states, mailbox, clock, rules)
        stop = asyncio.Event()
        running = asyncio.ensure_future(office.run(stop))
        served = []
        for swap in range(SWAPS):
            write(root, NAMES[(swap + 1) % 2])
            edit = asyncio.ensure_future(asyncio.to_thread(lambda: [*living.look(reloader.reload)]))
            for number in range(AT_ONCE):
                asked = swap * AT_ONCE + number
                # Some write twice and lean on an answer that may be of the version before.
                await rig.write(QUESTIONS[asked % len(QUESTIONS)], chat=f"chat {asked // 3}", asker=f"{asked // 3}")
            served.append([news.key for news in await edit])
        await until(lambda: len(rig.net.shown) == SWAPS * AT_ONCE, 300)
        outcomes = file.run(
            lambda database: {row[0] for row in database.execute("select outcome from inbox").fetchall()}
        )
        stop.set()
        await running
    assert served == [["terminal.base_changed", "terminal.base_reloaded"]] * SWAPS
    assert Outcome.ERROR.value not in outcomes
    assert {"answered", "emergency", "unknown"} <= outcomes
    told = [marks(message["text"]) for message in rig.net.shown]
    assert [message["text"] for message, of in zip(rig.net.shown, told, strict=True) if len(of) != 1] == []
    assert {name for of in told for name in of} == set(NAMES)


class _SlowMemory(MemoryStore):
    """Recalls nothing until the test lets it: an answer stays under way for as long."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def recall(self, conversation: str, now: datetime) -> ConversationState | None:
        """The state, once the test says so."""
        self.begun.set()
        assert self.may_go_on.wait(60)
        return super().recall(conversation, now)


def _snapshot(root: Path, name: str) -> Snapshot:
    write(root, name)
    return build(root, cache=None, clock=SetClock(), store=MemoryStore()).desk.snapshot


def _question(text: str) -> Question:
    return Question("q", "terminal", "a", "c", text, NOON)
