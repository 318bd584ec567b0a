"""Every fault has its words in French and English, and no words lie about unused."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import bot.checking
import bot.knowledge
from bot.knowledge.faults import MAX_FAULTS_PER_FILE, Fault, FaultLog, Location, fault_texts, render

PACKAGES = [Path(package.__file__ or "").parent for package in (bot.knowledge, bot.checking)]
TEXTS = {language: fault_texts(language) for language in ("fr", "en")}
SECTIONS = {code.partition(".")[0] for code in TEXTS["fr"]}


def codes_used() -> set[str]:
    code = re.compile(rf"(?:{'|'.join(SECTIONS)})\.[a-z_]+")
    used = set()
    for module in (module for package in PACKAGES for module in package.glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if code.fullmatch(node.value) and not node.value.endswith(".yaml"):
                    used.add(node.value)
                if module.name == "hours_check.py" and re.fullmatch(r"hours_[a-z_]+", node.value):
                    used.add(node.value.replace("_", ".", 1))
    return used | {f"link.{kind}" for kind in ("entries", "places", "types", "concepts", "calendars")}


def test_each_fault_has_its_words() -> None:
    """No fault reaches staff without words, in either language, and no words are left over."""
    assert codes_used() == set(TEXTS["fr"]) == set(TEXTS["en"])


def test_both_languages_fill_the_same_blanks() -> None:
    """A clerk who reads English learns the same names and numbers as one who reads French."""
    for code, text in TEXTS["fr"].items():
        blanks = [{name for _, name, _, _ in Formatter().parse(each) if name} for each in (text, TEXTS["en"][code])]
        assert blanks[0] == blanks[1], code


def test_each_message_says_how_to_mend() -> None:
    """Every message is at least two sentences: what is wrong, and the cure."""
    for texts in TEXTS.values():
        for code, text in texts.items():
            if code != "common.near":
                assert len(re.findall(r"[.?:](?:\s|$)", text)) >= 2, code
                assert text.endswith((".", "?", '"', "…")), code


def test_a_fault_reads_as_a_sentence() -> None:
    """A date that does not exist is shown with its file, its line and the right form."""
    fault = Fault(Location(Path("entries/dechets.yaml"), 12), "field.date_impossible", {"value": "2025-13-01"})
    assert render(fault, "fr") == (
        "entries/dechets.yaml:12 — La date « 2025-13-01 » n'existe pas. "
        "Écrivez-la année-mois-jour, par exemple 2025-10-24."
    )
    assert render(fault, "en").endswith("does not exist. Write it year-month-day, such as 2025-10-24.")
    assert render(fault, "es") == render(fault, "fr")


def test_a_suggestion_follows_the_message() -> None:
    """A misspelt place is answered with the nearest one."""
    fault = Fault(Location(Path("a.yaml"), 1), "link.places", {"id": "mairi", "near": "mairie"})
    assert render(fault, "fr").endswith("Vouliez-vous dire « mairie » ?")


def test_a_strange_file_name_can_be_printed() -> None:
    """A file whose name is not UTF-8 is named without a crash."""
    assert str(Location(Path("entries/\udce9.yaml"), 3)) == "entries/?.yaml:3"


def test_faults_beyond_the_first_fifty_are_counted() -> None:
    """A file with a thousand faults shows fifty and says how many more there are."""
    log = FaultLog()
    for line in range(1000, 0, -1):
        log.add(Location(Path("b.yaml"), line), "yaml.tab")
    log.add(Location(Path("a.yaml"), 7), "yaml.tab")
    log.warn(Location(Path("b.yaml"), 1), "file.ignored", name="x" * 500, absent=None)
    faults = log.faults()
    assert [str(fault.location) for fault in faults[:2]] == ["a.yaml:7", "b.yaml:1"]
    assert len(faults) == MAX_FAULTS_PER_FILE + 3
    assert (faults[-1].code, faults[-1].values) == ("file.more", {"number": 1000 - MAX_FAULTS_PER_FILE})
    assert [len(str(fault.values["name"])) for fault in faults if fault.severity == "warning"] == [60]
