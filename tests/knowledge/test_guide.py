"""The guide for staff (docs/guide-redaction.md) shows nothing that is not so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bot.answering.emergency import shipped_detector
from bot.answering.normalise import fold
from bot.assembly import prepare
from bot.checking.checker import check_base
from bot.checking.findings import Case
from bot.checking.style import private_data, questions, sentences
from bot.desk import Desk
from bot.knowledge.faults import render
from bot.knowledge.hours_check import checked
from bot.knowledge.loading import inspect_base, load_base
from bot.knowledge.model import Entry, Review
from bot.messages import Question
from bot.rendering import plain_text
from bot.storage.memory import MemoryStore
from bot.voice import shipped_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.answering.snapshot import Snapshot

    Town = Callable[[dict[str, str]], Path]

GUIDE = Path(__file__).parents[2] / "docs" / "guide-redaction.md"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# What the line above a block says it is.
FILE = re.compile(r"Fichier `([^`]+)`(, à corriger|, à améliorer)? :")
PART = re.compile(r"Dans (une fiche|`city\.yaml`) :")
ASKED = re.compile(r'`parvis ask "([^"]+)" --base ville-dessai` répond :')
# What an entry cannot be without: put around an excerpt that shows something else.
NEEDED = {
    "title": "title: Une fiche d'essai",
    "questions": "questions: [une question d'essai]",
    "answer": "answer: Une réponse d'essai.",
    "sources": "sources: [{title: Ville-d'Essai}]",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the line above it, its text, and where it is in the guide."""

    language: str
    above: str
    text: str
    line: int

    @property
    def file(self) -> str:
        """The file it is said to be; empty for an excerpt."""
        match = FILE.fullmatch(self.above)
        return match.group(1) if match else ""

    @property
    def fate(self) -> str:
        """``shown`` as sound, ``, à corriger``, ``, à améliorer``, or empty for an excerpt."""
        match = FILE.fullmatch(self.above)
        return (match.group(2) or "shown") if match else ""


def read_blocks() -> Iterator[Block]:
    above, fence, kept, start = "", "", list[str](), 0
    for number, line in enumerate(GUIDE.read_text("utf-8").splitlines(), 1):
        if not fence and line.startswith("```"):
            fence, kept, start = line.removeprefix("```"), [], number
        elif line == "```":
            yield Block(fence, above, "".join(f"{text}\n" for text in kept), start)
            above, fence = "", ""
        elif fence:
            kept.append(line)
        elif line.strip():
            above = line.strip()


BLOCKS = tuple(read_blocks())
WRITTEN = tuple(block for block in BLOCKS if block.language in {"yaml", "csv"})
PARTS = tuple(block for block in WRITTEN if PART.fullmatch(block.above))
# A faulty example, and what the guide says the machine says of it.
FAULTY = tuple(
    (block, BLOCKS[number + 1])
    for number, block in enumerate(BLOCKS)
    if block.fate in {", à corriger", ", à améliorer"}
)
SOUND = {block.file: block.text for block in WRITTEN if block.fate == "shown"}


def table(heading: str) -> list[list[str]]:
    """The cells of the table that starts with ``heading``, row by row."""
    text = GUIDE.read_text("utf-8")
    assert heading in text
    rows = text.partition(heading)[2].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows]


def with_part(block: Block) -> dict[str, str]:
    """The guide's base with an excerpt of it put where it says."""
    if "city" in block.above:
        key = block.text.partition(":")[0]
        return SOUND | {"city.yaml": re.sub(rf"(?m)^{key}:.*\n", block.text, SOUND["city.yaml"])}
    said = set(re.findall(r"(?m)^(\w+):", block.text))
    lines = [*(text for key, text in NEEDED.items() if key not in said), *block.text.splitlines()]
    indented = "".join(f"    {line}\n" for line in lines)
    return SOUND | {"entries/extrait.yaml": f"entries:\n  - id: extrait\n{indented}"}


def lines_of(faults: Any) -> str:
    return "".join(f"{render(fault, 'fr')}\n" for fault in faults)


def case_of(root: Path) -> Case:
    """The base of a folder for checks that need no trained model."""
    untrained: Any = None
    return Case(load_base(root), untrained, NOW.date())


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Writes the files of a base; its folder."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path_factory.mktemp("ville")
        for name, text in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, "utf-8")
        return root

    return write


@pytest.fixture(scope="module")
def snapshot(town: Town) -> Snapshot:
    """The guide's town, ready to answer."""
    return prepare(town(SOUND), cache=None, target_precision=0.95)


def test_every_example_says_what_it_is() -> None:
    """Staff always know into which file an example goes, so each one can be tried."""
    unknown = [block.line for block in WRITTEN if not block.file and block not in PARTS]
    assert unknown == []
    assert min(len(PARTS), len(FAULTY)) >= 7
    assert len(WRITTEN) == len(SOUND) + len(PARTS) + len(FAULTY)
    assert {name.partition("/")[0] for name in SOUND} == {
        "city.yaml",
        "entries",
        "places.yaml",
        "calendars",
        "vocabulary",
        "voice.yaml",
        "golden.yaml",
    }


def test_every_file_begins_with_the_line_the_editor_needs() -> None:
    """An example that is copied keeps the editor's help."""
    for name, text in SOUND.items():
        if name.endswith(".yaml"):
            kind = "calendar" if name.startswith("calendars/") else re.split(r"[/.]", name)[0]
            up = "../" if "/" in name else ""
            assert text.startswith(f"# yaml-language-server: $schema={up}schema/{kind}.schema.json\n"), name


def test_the_whole_files_make_a_base(town: Town) -> None:
    """The examples put together are a town's base without one fault."""
    base, faults = inspect_base(town(SOUND))
    assert lines_of(faults) == ""
    assert base is not None
    assert len(base.entries) >= 5


@pytest.mark.parametrize("block", PARTS, ids=lambda block: f"line {block.line}")
def test_each_excerpt_fits_where_it_is_said_to(town: Town, block: Block) -> None:
    """A few lines copied from the guide into an entry or into city.yaml are read as they stand."""
    files = with_part(block)
    assert files != SOUND
    assert lines_of(inspect_base(town(files))[1]) == ""


@pytest.mark.parametrize(("block", "told"), FAULTY, ids=lambda block: f"line {block.line}")
def test_faults_are_told_in_the_guides_own_words(town: Town, block: Block, told: Block) -> None:
    """Staff who make one of these mistakes read exactly what the guide prepared them for."""
    root = town(SOUND | {block.file: block.text})
    base, faults = inspect_base(root)
    if block.fate == ", à améliorer":
        assert (base is None, faults) == (False, ())
        case = case_of(root)
        found = [*questions(case), *sentences(case), *private_data(case)]
        faults = tuple(sorted(found, key=lambda fault: fault.location.line))
    assert told.language == "text"
    assert told.text == lines_of(faults)
    assert told.text.startswith(f"{block.file}:")


def test_the_guide_follows_its_own_advice(snapshot: Snapshot) -> None:
    """`parvis check` has nothing to mend in what the guide gives as an example."""
    faults = check_base(snapshot.base, snapshot.ranker, NOW.date())
    assert lines_of(fault for fault in faults if fault.severity != "note") == ""


def test_the_answer_shown_is_the_answer_given(snapshot: Snapshot) -> None:
    """A resident who asks what the guide asks reads what the guide shows."""
    shown = [(match.group(1), block.text) for block in BLOCKS if (match := ASKED.fullmatch(block.above))]
    assert shown
    desk = Desk(snapshot, MemoryStore(), SimpleNamespace(now=lambda: NOW), shipped_detector())
    for text, answer in shown:
        given = desk.answer(Question("q1", "terminal", "a", "a", text, NOW))
        assert plain_text(given) + "\n" == answer


def test_hours_shown_can_be_written() -> None:
    """Every way of writing opening hours in the guide is one the loader takes."""
    rows = table("| À écrire | Ce que cela veut dire |")
    assert len(rows) >= 8
    for expression, _ in rows:
        checked(expression.strip("`"))


def test_review_periods_are_those_of_the_service() -> None:
    """The guide says as it is how long each kind of fact is trusted."""
    shown = {row[0].strip("`"): row[2] for row in table("| `kind` | Pour | À relire tous les |")}
    assert shown == Review().model_dump()


def test_phrases_that_can_be_changed_exist() -> None:
    """A town that wants its own greeting finds the right name for it in the guide."""
    names = [row[0].strip("`") for row in table("| Nom | Quand le service la dit |")]
    assert len(names) >= 5
    assert set(names) <= set(shipped_texts("fr"))


def test_every_field_of_an_entry_is_listed() -> None:
    """Staff find in the guide each line they may write in an entry, and no other."""
    rows = table("| Champ | Ce qu'on y met |")
    assert [row[0].strip("`") for row in rows] == list(Entry.model_fields)
    required = {row[0].strip("`") for row in rows if "(obligatoire)" in row[1]}
    needed = {name for name, field in Entry.model_fields.items() if field.is_required()}
    assert required == needed


def test_the_plain_versions_are_plain(town: Town) -> None:
    """No 'after' of the guide holds a word of the administration or a sentence that is too long."""
    rows = table("| Avant | Après |")
    assert len(rows) >= 10
    answer = "".join(f"      {after}\n\n" for _, after in rows)
    entry = Block("yaml", "Dans une fiche :", f"answer: |\n{answer.replace('      ', '  ')}", 0)
    assert lines_of(sentences(case_of(town(with_part(entry))))) == ""


def test_what_is_made_up_is_seen_to_be() -> None:
    """No phone number of the guide can be anyone's, and no address leads to a real site."""
    # Numbers for fiction (Arcep, décision 2018-0881), and a top-level domain nobody can have (RFC 2606).
    text = GUIDE.read_text("utf-8")
    numbers = re.findall(r"\b0[1-9](?: ?\d\d){4}\b", text)
    assert [number for number in numbers if not number.startswith(("01 99 00 ", "06 39 98 "))] == []
    assert [
        url for url in re.findall(r"https?://([^\s/)`]+)", text) if url not in {"…", "www.ville-dessai.example"}
    ] == []


def test_golden_questions_are_not_copied_from_entries() -> None:
    """The guide keeps the rule it gives: a golden question is never one of an entry."""
    asked = {fold(line) for name, text in SOUND.items() if name.startswith("entries/") for line in text.splitlines()}
    golden = re.findall(r"- question: (.+)", SOUND["golden.yaml"])
    assert len(golden) >= 5
    assert not {fold(f"      - {question}") for question in golden} & asked


def test_links_lead_somewhere() -> None:
    """Every link of the guide leads to one of its headings, or to a file that exists."""
    text = GUIDE.read_text("utf-8")
    headings = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"(?m)^#+ (.+)$", text)}
    for target in re.findall(r"\]\(([^)…]+)\)", text):
        name, _, anchor = target.partition("#")
        assert (GUIDE.parent / name).exists(), target
        assert not anchor or anchor in headings, target
