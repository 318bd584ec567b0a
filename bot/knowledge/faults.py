"""What is wrong in a knowledge base: where, why, and how to mend it, in words for staff."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "MAX_FAULTS_PER_FILE",
    "Fault",
    "FaultLog",
    "Location",
    "Severity",
    "fault_texts",
    "lacks_room",
    "not_learned",
    "render",
    "shorten",
]

Severity = Literal["error", "warning", "note"]

# More than a person reads in one go; the rest of a file's faults are counted, not described.
MAX_FAULTS_PER_FILE = 50
# Enough of a value to find it again on its line.
_SHOWN_CHARACTERS = 60
_LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Location:
    """A line of a file. ``file`` is relative to the base's folder; ``line`` counts from 1, 0 is the whole file."""

    file: Path
    line: int = 0

    def __str__(self) -> str:
        # A file name that is not valid UTF-8 must still be printable.
        name = self.file.as_posix().encode("utf-8", "replace").decode()
        return f"{name}:{self.line}" if self.line else name


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. ``code`` names its text, ``values`` fill the blanks.

    Only an error makes a base unfit to serve; a note is not even a reproach.
    """

    location: Location
    code: str
    values: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    severity: Severity = "error"


class FaultLog:
    """Gathers faults while a base is read; keeps the first ``MAX_FAULTS_PER_FILE`` of each file."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._kept: Counter[tuple[Path, Severity]] = Counter()
        self._left_out: Counter[tuple[Path, Severity]] = Counter()

    def add(self, location: Location, code: str, **values: str | int | None) -> None:
        """Note an error. Values that are None are left out; long ones are shortened."""
        self._note(location, code, "error", values)

    def warn(self, location: Location, code: str, **values: str | int | None) -> None:
        """Note something that stops nothing; values as for ``add``."""
        self._note(location, code, "warning", values)

    def add_all(self, faults: Iterable[Fault]) -> None:
        """Note faults found elsewhere."""
        for fault in faults:
            place = (fault.location.file, fault.severity)
            if self._has_room(place):
                self._faults.append(fault)

    def absorb(self, other: FaultLog) -> None:
        """Note all that ``other`` holds, and count what it only counted."""
        self.add_all(other._faults)
        self._left_out.update(other._left_out)

    def _note(self, location: Location, code: str, severity: Severity, values: Mapping[str, str | int | None]) -> None:
        if self._has_room((location.file, severity)):
            known = {
                name: shorten(value) if isinstance(value, str) else value
                for name, value in values.items()
                if value is not None
            }
            self._faults.append(Fault(location, code, MappingProxyType(known), severity))

    def _has_room(self, place: tuple[Path, Severity]) -> bool:
        kept = self._kept if self._kept[place] < MAX_FAULTS_PER_FILE else self._left_out
        kept[place] += 1
        return kept is self._kept

    def is_full(self, file: Path) -> bool:
        """True once ``file`` has as many errors as are described."""
        return self._kept[file, "error"] >= MAX_FAULTS_PER_FILE

    def count_more(self, file: Path, number: int) -> None:
        """Count ``number`` errors of ``file`` without describing them."""
        self._left_out[file, "error"] += number

    @property
    def has_errors(self) -> bool:
        """True if anything found makes the base unfit to serve."""
        return any(severity == "error" for _, severity in self._kept)

    def faults(self) -> tuple[Fault, ...]:
        """Every fault by file and line, each file's uncounted rest last."""
        rest = [
            Fault(Location(file), "file.more", MappingProxyType({"number": number}), severity)
            for (file, severity), number in self._left_out.items()
        ]
        ordered = sorted(self._faults, key=lambda fault: (fault.location.file, fault.location.line))
        return tuple(sorted([*ordered, *rest], key=lambda fault: fault.location.file))


def not_learned() -> Fault:
    """There is not the memory to learn this version of the base, or to hold it beside the one that answers."""
    return Fault(Location(Path("city.yaml")), "city.not_learned")


def lacks_room(faults: Iterable[Fault]) -> bool:
    """True if memory is all that a version lacks."""
    return bool(faults) and all(fault.code == "city.not_learned" for fault in faults)


@cache
def fault_texts(language: str) -> Mapping[str, str]:
    """Every message for staff, ``section.name`` to text, French where ``language`` has none."""
    chosen = language if language in _LANGUAGES else _LANGUAGES[0]
    content = (files("bot") / "knowledge" / "texts" / f"{chosen}.yaml").read_text("utf-8")
    sections: dict[str, dict[str, str]] = yaml.load(content, Loader=yaml.CSafeLoader)
    return MappingProxyType(
        {f"{section}.{name}": text.strip() for section, texts in sections.items() for name, text in texts.items()}
    )


def render(fault: Fault, language: str) -> str:
    """``entries/dechets.yaml:12 — what is wrong and its cure``, with the nearest known word where there is one.

    Raises KeyError if the fault's code has no text: a defect that tests catch.
    """
    texts = fault_texts(language)
    message = texts[fault.code].format(**fault.values)
    if "near" in fault.values:
        message = f"{message} {texts['common.near'].format(near=fault.values['near'])}"
    return f"{fault.location} — {message}"


def shorten(text: str) -> str:
    """``text`` on one line, at most 60 characters, printable."""
    line = " ".join(text[: _SHOWN_CHARACTERS * 4].split()).encode("utf-8", "replace").decode()
    return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 1] + "…"
