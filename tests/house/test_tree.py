"""What may not be found anywhere in the tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_KEPT = ("bot", "adapters", "knowledge", "tests", "docs", "benchmarks", ".ci")
_TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".csv", ".json", ".txt", ".cfg", ".sh", ""}
# Written so that this file does not match itself.
_MACHINE = re.compile(r"(?<![\w.:/])/(?:" + "|".join(("work", "tmp", "root", "home", "Users")) + r")/[\w.]")
_UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")


def test_no_path_of_one_machine_is_written_down(root: Path) -> None:
    """The project can be cloned anywhere: no file names a folder of the machine it was written on."""
    assert _found(root, _MACHINE) == []


def test_nothing_is_left_for_later(root: Path) -> None:
    """What is in the tree is finished; what is not is an issue."""
    assert _found(root, _UNFINISHED) == []


def _found(root: Path, pattern: re.Pattern[str]) -> list[str]:
    # In a second working tree of the same repository, ``.git`` is a file that names the first.
    tops = [file for file in root.iterdir() if file.is_file() and file.name != ".git"]
    inside = [file for folder in _KEPT for file in (root / folder).rglob("*") if file.is_file()]
    return [
        f"{file.relative_to(root)}:{number}"
        for file in sorted({*tops, *inside})
        if file.suffix in _TEXT and "__pycache__" not in file.parts
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    ]
