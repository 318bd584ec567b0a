"""Writes a new town's base: commented French files, nothing in them a fact, that load with no fault."""

from __future__ import annotations

import json
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import KnowledgeError
from bot.knowledge.faults import FaultLog, Location
from bot.knowledge.model import INSEE
from bot.knowledge.schema import write_schemas
from bot.knowledge.yamlsyntax import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["write_new_base"]

_LONGEST_NAME = 200
# model.City.include.
_LONGEST_INCLUDE = 300
# Departments and collectivities that do not keep Paris time, by INSEE prefix: IANA zone.tab.
_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
_NO_PACK = """\
# Le dossier des fiches nationales n'a pas été trouvé à partir d'ici. Si vous l'avez, écrivez son chemin
# à partir de ce dossier-ci et retirez le signe # :
# include: ../france"""


def write_new_base(folder: Path, name: str, insee: str, *, pack: Path | None = None) -> list[Path]:
    """Write a starter base for the town ``name`` into ``folder``, new or empty; the files written.

    ``insee`` is the commune's five-character code. ``pack`` is the folder of the national
    base to include, if there is one. Raises KnowledgeError if the folder holds anything
    or cannot be written, or if the name or the code is not one.
    """
    title = " ".join(name.split())
    code = insee.strip().upper()
    _refuse(folder, title, code)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        values = {
            "@@INSEE@@": code,
            "@@TIMEZONE@@": _ZONES.get(code[:3], "Europe/Paris"),
            "@@INCLUDE@@": _include(folder, pack),
            "@@TITLE@@": title,
            # A JSON string is a YAML one, whatever quotes and colons it holds. Last,
            # so that nothing in a name is taken for a blank.
            "@@NAME@@": json.dumps(title, ensure_ascii=False),
        }
        return [*_write_templates(folder, values), *write_schemas(folder / "schema")]
    except OSError:
        raise _error(folder, "starter.unwritable") from None


def _refuse(folder: Path, title: str, code: str) -> None:
    if not title or len(title) > _LONGEST_NAME or FORBIDDEN.search(title):
        raise _error(Path("city.yaml"), "starter.name")
    if not re.fullmatch(INSEE, code):
        raise _error(Path("city.yaml"), "starter.insee", value=code)
    try:
        if folder.exists() and not folder.is_dir():
            raise _error(folder, "file.not_a_folder")
        if folder.exists() and any(folder.iterdir()):
            raise _error(folder, "starter.not_empty")
    except OSError:
        raise _error(folder, "starter.unwritable") from None


def _error(place: Path, code: str, **values: str) -> KnowledgeError:
    log = FaultLog()
    log.add(Location(place), code, **values)
    return KnowledgeError(log.faults())


def _include(folder: Path, pack: Path | None) -> str:
    if pack is None:
        return _NO_PACK
    try:
        path = Path(os.path.relpath(os.path.realpath(pack), os.path.realpath(folder))).as_posix()
    except ValueError:
        # Another drive of a Windows machine: no relative path leads there.
        return _NO_PACK
    if len(path) > _LONGEST_INCLUDE or FORBIDDEN.search(path):
        return _NO_PACK
    return f"include: {json.dumps(path, ensure_ascii=False)}"


def _write_templates(folder: Path, values: dict[str, str]) -> Iterator[Path]:
    for name, template in _templates(files("bot") / "knowledge" / "starter"):
        text = template.read_text("utf-8")
        for blank, value in values.items():
            text = text.replace(blank, value)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        yield path


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _templates(item, f"{prefix}{item.name}/")
        else:
            yield f"{prefix}{item.name}", item
