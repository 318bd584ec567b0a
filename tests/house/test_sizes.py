"""Files and functions stay small enough to be read at one go."""

from __future__ import annotations

import ast
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Source

LONGEST_FILE, USUAL_FILE = 400, 150
LONGEST_FUNCTION, USUAL_FUNCTION = 60, 10


def test_no_file_is_long(root: Path) -> None:
    """A newcomer never meets a file of more than 400 lines, tests included."""
    files = [file for folder in ("bot", "adapters", "tests", "benchmarks") for file in root.glob(f"{folder}/**/*.py")]
    lengths = {file.relative_to(root).as_posix(): len(file.read_text("utf-8").splitlines()) for file in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_files_are_usually_short(sources: tuple[Source, ...]) -> None:
    """Half the files have 150 lines at most."""
    assert median(len(source.text.splitlines()) for source in sources if source.text) <= USUAL_FILE


def test_functions_are_short(sources: tuple[Source, ...]) -> None:
    """No function has more than 60 lines, and half have ten at most."""
    lengths = {
        f"{source.path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
    assert median(lengths.values()) <= USUAL_FUNCTION
