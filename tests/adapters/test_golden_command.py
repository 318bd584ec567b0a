"""`parvis test`: golden questions of one base or more, and the page on quality."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faketown import POOL, UNKNOWN, StoppedClock

from adapters.cli import main
from adapters.commands.assessing import ask_golden, assess, shown_path
from adapters.commands.golden import has_regressed, report_text
from adapters.commands.quality_page import page
from adapters.commands.ready import settings_for
from adapters.commands.words import Words
from bot.assessment import Assessment
from bot.knowledge.model import GoldenQuestion
from bot.quality import Judged, judge
from bot.storage.memory import MemoryStore

if TYPE_CHECKING:
    from faketown import FakeTown

TOWN = Path(__file__).parents[1] / "data" / "ville-dessai"
GOLDEN = (
    GoldenQuestion(question="piscine", expect="piscine"),
    GoldenQuestion(question="laquelle", clarify=["piscine", "ecole"]),
    GoldenQuestion(question="horaires de\nl'école", expect="ecole", language="fr"),
)
# A question the town answers; one of which only the vocabulary knows the word; and one that nothing answers.
FILE = """\
golden:
  - {question: se débarrasser de mes encombrants, expect: encombrants, tags: [familiar]}
  - {question: réverbère, expect: lampadaire, tags: [keyword]}
  - {question: xyzzy plugh, expect: none}
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what is learned of the towns is kept from one test to the next."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def bases(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of two towns, one of which fails its questions, with a stopped clock."""
    for name, golden in (("bonne", FILE), ("mauvaise", "golden: [{question: xyzzy plugh, expect: encombrants}]")):
        shutil.copytree(TOWN, tmp_path / name)
        (tmp_path / name / "golden.yaml").write_text(golden, "utf-8")
    for name in ("PARVIS_BASE", "PARVIS_LANG", "PARVIS_TARGET_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PARVIS_CACHE", str(models))
    monkeypatch.setattr("bot.clock.SystemClock", StoppedClock)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_figures_name_what_went_wrong(
    town: FakeTown, clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Staff read each question that failed, what was expected and what came."""
    judged = ask_golden(Words("fr"), GOLDEN, town, MemoryStore(), clock)
    text = report_text(Words("fr"), judged, {})
    assert "« horaires de l'école » — attendu : ecole ; obtenu : unknown (refus à tort)" in text
    assert "la bonne fiche est donnée directement" in text
    assert capsys.readouterr().err == ""


def test_without_limits_every_question_must_succeed(town: FakeTown, clock: StoppedClock) -> None:
    """A new base fails on its first wrong answer; one with limits fails when it falls below them."""
    judged = ask_golden(Words("fr"), GOLDEN, town, MemoryStore(), clock)
    assert has_regressed(judged, {})
    assert not has_regressed(judged[:2], {})
    assert not has_regressed(judged, {"right_said": 0.5})
    assert has_regressed(judged, {"right_said": 0.51})
    assert "Limite dépassée" in report_text(Words("fr"), judged, {"right_said": 0.51})


def test_a_base_without_golden_questions_is_told_so() -> None:
    """Staff who have written no golden question are encouraged to, and nothing fails."""
    assert "golden.yaml" in report_text(Words("fr"), [], {})
    assert not has_regressed([], {})


def test_the_worth_of_the_vocabulary_is_measured(bases: Path, clock: StoppedClock) -> None:
    """The same town, asked again as if it had no vocabulary, no longer knows a word that only the vocabulary holds."""
    assessed = assess(Words("fr"), settings_for("bonne"), clock, plainly=True)
    assert (assessed.town, assessed.concepts, assessed.entries) == ("Ville-d'Essai", 9, 19)
    firsts = [[one.ranking[:1] for one in judged] for judged in (assessed.judged, assessed.plain)]
    assert [first[0] for first in firsts] == [("encombrants",), ("encombrants",)]
    assert [first[1] == ("lampadaire",) for first in firsts] == [True, False]


def test_the_page_is_written_for_every_base_even_when_one_fails(
    bases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever publishes the quality of two towns gets one page, always the same, and a failure that machines notice."""
    arguments = ["test", "--base", "bonne", "--base", "mauvaise", "--report", "qualite.md"]
    assert main(arguments) == 1
    text = Path("qualite.md").read_text("utf-8")
    assert "    parvis test --base bonne --base mauvaise --report qualite.md\n" in text
    assert "Mesuré le 20 novembre 2025." in text
    assert "| une fiche y répond | 2 |" in text
    assert "| la bonne fiche vient en premier | 100,0 % | 50,0 % | +50,0 pt, mieux | 93,0 % au moins | oui |" in text
    assert "| la bonne fiche vient en premier | 0,0 % | 0,0 % | 0,0 pt | 93,0 % au moins | **non** |" in text
    assert "| `keyword` | 1 | 100,0 % |" in text
    assert str(bases) not in text
    shown = capsys.readouterr().out
    assert "Ville-d'Essai (bonne)" in shown
    assert "Ville-d'Essai (mauvaise)" in shown
    assert "La page est écrite dans qualite.md." in shown
    assert main(arguments) == 1
    assert Path("qualite.md").read_text("utf-8") == text


@pytest.mark.parametrize(
    ("wrong", "asked", "said"),
    [(4, 199, "2,1 %, **pas atteint**"), (4, 200, "2,0 %, atteint"), (0, 3, "0,0 %, atteint")],
)
def test_a_target_narrowly_missed_does_not_look_met(wrong: int, asked: int, said: str) -> None:
    """Four wrong answers in 199 are more than two in a hundred: the page does not round them down to the target."""
    golden = GoldenQuestion(question="?", expect="none")
    false = Judged(golden, POOL, judge(golden, POOL))
    honest = Judged(golden, UNKNOWN, judge(golden, UNKNOWN))
    judged = [false] * wrong + [honest] * (asked - wrong)
    one = Assessment("Ville-d'Essai", "essai", date(2025, 11, 1), 0.95, 2, 0, 0, judged, judged, {})
    text = page(Words("fr"), [one], None)
    assert f"| Ville-d'Essai | 2 | {asked} | – | {said} |" in text
    assert "Mesuré le 1er novembre 2025." in text


def test_the_page_is_shown_when_no_file_is_named(bases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Staff who only want to read the page get it in their language, and nothing else."""
    assert main(["test", "--report", "--base", "bonne", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# The quality of answers\n")
    assert "| the right entry comes first | 100.0% | 50.0% | +50.0 pt, better | 93.0% at least | yes |" in shown
    assert [path.name for path in bases.glob("*.md")] == []


def test_each_base_is_a_line_of_json(bases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A machine reads one object for each base, with the figures without vocabulary if a report was asked for."""
    assert main(["test", "--json", "--report", "--base", "bonne", "--base", "mauvaise"]) == 1
    good, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert (good["base"], good["regressed"], good["figures"]["right_first"]) == ("bonne", False, 1.0)
    assert good["without_vocabulary"]["right_first"] == 0.5
    assert (bad["base"], bad["regressed"]) == ("mauvaise", True)
    assert bad["wrong"][0] == {
        "question": "xyzzy plugh",
        "expected": ["encombrants"],
        "also": [],
        "got": "unknown",
        "verdict": "refused",
    }


def test_a_base_without_golden_questions_has_its_place_on_the_page(bases: Path) -> None:
    """A town that has written no golden question yet reads that nothing can be measured, and does not fail."""
    (bases / "bonne" / "golden.yaml").unlink()
    assert main(["test", "--base", "bonne", "--report", "page.md"]) == 0
    text = Path("page.md").read_text("utf-8")
    assert "Cette base n'a pas de questions de contrôle : rien ne peut être mesuré." in text
    assert "| Ville-d'Essai | 19 | 0 | – | – | – |" in text


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (".", "n'est pas un fichier"),
        ("nulle-part/page.md", "son dossier n'existe pas"),
        ("n" * 300, "ne peut pas être écrit"),
    ],
)
def test_a_page_that_has_no_place_is_refused_before_anything_is_asked(
    place: str, said: str, bases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Staff who mistype where the page goes do not wait for minutes to read so."""
    assert main(["test", "--base", "bonne", "--report", place]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""


def test_a_second_base_that_is_absent_is_told_before_the_first_is_asked(
    bases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Staff who mistype the second folder read so at once."""
    assert main(["test", "--base", "bonne", "--base", "nulle-part"]) == 2
    shown = capsys.readouterr()
    assert "nulle-part n'existe pas" in shown.err
    assert shown.out == ""


def test_a_disk_that_refuses_the_page_is_told(bases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Staff whose disk is full read so, and still have the figures on their screen."""
    assert main(["test", "--base", "bonne", "--report", "/dev/full"]) == 2
    shown = capsys.readouterr()
    assert "ne peut pas être écrit" in shown.err
    assert "Tout va bien." in shown.out


def test_no_page_tells_where_a_machine_keeps_its_files() -> None:
    """A published page names a folder as anyone may read it."""
    here = Path("/ici")
    assert shown_path(Path("knowledge/paris"), here) == "knowledge/paris"
    assert shown_path(here / "knowledge" / "paris", here) == "knowledge/paris"
    assert shown_path(Path("/ailleurs/secret/paris"), here) == "paris"
