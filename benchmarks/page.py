"""The page of measures: Markdown tables, numbers as the French write them, sections replaced one at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["BUSY", "machine_words", "number", "table", "write_section"]

# Under this share of a core, other processes kept the measured one waiting.
BUSY = 0.97
_HEAD = """# Mesures

Cette page est écrite par les programmes de `benchmarks/` : ne la corrigez pas à la main, relancez-les.

    python -m pip install -e '.[bench]'
    python -m benchmarks.rankers DOSSIER_DES_JEUX --markdown docs/mesures.md
    python -m benchmarks.startup --markdown docs/mesures.md
    python -m benchmarks.latency --markdown docs/mesures.md
"""


def number(value: float | None, digits: int = 2) -> str:
    """``value`` with a decimal comma; a dash if there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def machine_words(machine: Mapping[str, Any], date: str | None) -> str:
    """Where and when the figures were taken."""
    libraries = ", ".join(f"{name} {release}" for name, release in machine["libraries"].items())
    place = f"machine de {machine['cores']} cœurs ({machine['architecture']}, {machine['system']})"
    load = f" ; charge de la machine à ce moment : {number(machine['load'], 1)}" if machine["load"] is not None else ""
    begin = f"Mesuré le {date}" if date else "Mesuré"
    return f"{begin} sur une {place}, Python {machine['python']}, {libraries}. Un seul cœur est employé{load}."


def write_section(page: Path, name: str, text: str) -> None:
    """Replace the section ``name`` of ``page``, or add it; the page is made if it is absent."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = f"{begin}\n{text.strip()}\n{end}\n"
    old = page.read_text("utf-8") if page.exists() else _HEAD
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end) + "\n", re.DOTALL)
    new = pattern.sub(lambda _: whole, old) if pattern.search(old) else f"{old.rstrip()}\n\n{whole}"
    page.write_text(new, "utf-8")
