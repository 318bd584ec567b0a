"""The file that says which sector each street belongs to, as town halls export it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from rapidfuzz import process

from bot.answering.normalise import fold
from bot.knowledge.faults import Fault, Location, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bot.knowledge.faults import Severity
    from bot.knowledge.model import CollectionCalendar

__all__ = ["StreetRow", "read_streets"]

_STREET_HEADERS = frozenset({"street", "rue", "voie", "nom", "nom de la voie", "nom_voie", "adresse", "libelle"})
_SECTOR_HEADERS = frozenset({"sector", "secteur", "zone", "secteurs", "tournee"})
_DELIMITERS = ";,\t"
# A street's name is longer than this only when columns ran together.
_LONGEST_NAME = 300
_NEAR_ENOUGH = 70
_NONE: Mapping[str, str | int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class StreetRow:
    """One street and the id of its sector."""

    street: str
    sector: str


def read_streets(
    content: bytes, file: Path, calendar: CollectionCalendar
) -> tuple[tuple[StreetRow, ...], tuple[Fault, ...]]:
    """The streets in a CSV file's ``content``, and what is wrong with it; never raises.

    Takes commas, semicolons or tabs, quotes, a byte order mark, a header in either
    order or none, UTF-8, UTF-16 or the Windows character set. A sector is named by
    its id or its name. ``file`` is the name staff see in the faults.
    """
    return _Reader(file, calendar).read(content)


class _Reader:
    def __init__(self, file: Path, calendar: CollectionCalendar) -> None:
        self._file = file
        self._sectors = {
            fold(text).strip(): sector.id for sector in calendar.sectors for text in (sector.name, sector.id)
        }
        self._faults: list[Fault] = []
        self._seen: dict[str, tuple[str, int]] = {}
        self._rows: list[StreetRow] = []

    def read(self, content: bytes) -> tuple[tuple[StreetRow, ...], tuple[Fault, ...]]:
        lines = self._decode(content).splitlines()
        filled = [line for line in lines if line.strip()]
        delimiter = max(_DELIMITERS, key="\n".join(filled[:50]).count)
        columns: tuple[int, int] | None = None
        for number, line in enumerate(lines, 1):
            cells = self._cells(line, delimiter, number)
            if not any(cells):
                continue
            if columns is None:
                columns = _header(cells)
                if columns is not None:
                    continue
                columns = (0, 1)
            self._row(cells, columns, number)
        if not self._rows and not self._faults:
            self._fault(0, "street.none")
        return tuple(self._rows), tuple(self._faults)

    def _decode(self, content: bytes) -> str:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16", "replace")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self._fault(0, "street.encoding", severity="warning")
            return content.decode("cp1252", "replace")

    def _cells(self, line: str, delimiter: str, number: int) -> list[str]:
        try:
            # One line at a time: a quote left open must not swallow the rest of the file.
            rows = list(csv.reader([line], delimiter=delimiter))
        except csv.Error:
            self._fault(number, "street.columns")
            return []
        return [" ".join(cell.split()) for cell in rows[0]] if rows else []

    def _row(self, cells: list[str], columns: tuple[int, int], number: int) -> None:
        filled = [cell for cell in cells if cell]
        if len(cells) <= max(columns) or (len(filled) > 2 and columns == (0, 1)):
            self._fault(number, "street.columns")
            return
        street, written = cells[columns[0]], cells[columns[1]]
        if not street or len(street) > _LONGEST_NAME:
            self._fault(number, "street.columns")
            return
        sector = self._sectors.get(fold(written).strip())
        if sector is None:
            near = process.extractOne(written, [*self._sectors.values()], score_cutoff=_NEAR_ENOUGH)
            values = {"value": written, "near": str(near[0])} if near else {"value": written}
            self._fault(number, "street.sector", values)
            return
        self._keep(StreetRow(street, sector), number)

    def _keep(self, row: StreetRow, number: int) -> None:
        key = fold(row.street)
        first = self._seen.get(key)
        if first is None:
            self._seen[key] = (row.sector, number)
            self._rows.append(row)
        elif first[0] == row.sector:
            self._fault(number, "street.repeated", {"street": row.street, "first": first[1]}, "warning")
        else:
            self._fault(number, "street.conflict", {"street": row.street, "first": first[1]})

    def _fault(
        self, line: int, code: str, values: Mapping[str, str | int] = _NONE, severity: Severity = "error"
    ) -> None:
        short = {name: shorten(value) if isinstance(value, str) else value for name, value in values.items()}
        self._faults.append(Fault(Location(self._file, line), code, MappingProxyType(short), severity))


def _header(cells: list[str]) -> tuple[int, int] | None:
    """Where the street and the sector stand, if ``cells`` is a header."""
    names = [fold(cell).strip() for cell in cells]
    streets = _positions(names, _STREET_HEADERS)
    sectors = _positions(names, _SECTOR_HEADERS)
    street, sector = next(streets, None), next(sectors, None)
    return (street, sector) if street is not None and sector is not None else None


def _positions(names: list[str], known: frozenset[str]) -> Iterator[int]:
    return (position for position, name in enumerate(names) if name in known)
