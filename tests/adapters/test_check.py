"""`parvis check`: what staff read, and when the command fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.commands.check import exit_code, summary
from adapters.commands.words import Words
from bot.knowledge.faults import Fault, Location, Severity

BASE = Path("ville-d-essai")


def _fault(severity: Severity) -> Fault:
    return Fault(Location(Path("entries/essai.yaml"), 3), "file.empty", severity=severity)


def test_a_base_without_faults_is_told_so() -> None:
    """Staff whose base is fine read how many entries were reviewed, and nothing else."""
    assert summary(Words("fr"), BASE, 12, []) == "ville-d-essai : 12 fiches relues. Tout va bien."


def test_the_most_pressing_comes_first() -> None:
    """Errors stand before warnings, warnings before what is merely good to know, each with file and line."""
    lines = summary(Words("fr"), BASE, 12, [_fault("note"), _fault("warning"), _fault("error")]).splitlines()
    titles = [line for line in lines if line and not line.startswith("  ")]
    assert titles == [
        "Fautes : 1",
        "Avertissements : 1",
        "Bon à savoir : 1",
        "ville-d-essai : 12 fiches relues. Fautes : 1. Avertissements : 1. Bon à savoir : 1.",
    ]
    assert sum(line.startswith("  entries/essai.yaml:3 — ") for line in lines) == 3


@pytest.mark.parametrize(("severity", "lenient", "strict"), [("error", 1, 1), ("warning", 0, 1), ("note", 0, 0)])
def test_errors_fail_and_warnings_fail_on_request(severity: Severity, lenient: int, strict: int) -> None:
    """A town may hold itself to having no warning; a note never fails."""
    assert exit_code([_fault(severity)], strict=False) == lenient
    assert exit_code([_fault(severity)], strict=True) == strict
