"""A made-up town to break in every way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.knowledge.faults import render
from bot.knowledge.loading import inspect_base

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CITY = """\
name: Ville-d'Essai
insee: "99999"
desk:
  name: Accueil de la mairie
  phone: 01 99 00 00 01
  sources:
    - title: Mairie de Ville-d'Essai
"""
ENTRY = """\
entries:
  - id: encombrants
    title: Les encombrants
    questions:
      - Comment jeter un canapé ?
    answer: Prenez rendez-vous.
    sources:
      - title: Mairie de Ville-d'Essai
    verified_on: 2025-10-24
"""
PLACES = """\
places:
  - id: mairie
    type: mairie
    name: Mairie
    opening_hours: Mo-Fr 08:30-17:00; PH off
    sources:
      - title: Mairie de Ville-d'Essai
"""


@pytest.fixture
def town(tmp_path: Path) -> Callable[..., Path]:
    """Writes a sound little base, then the files given over it; the folder."""

    def write(files: dict[str, str | bytes] | None = None, folder: str = "ville-d-essai") -> Path:
        root = tmp_path / folder
        sound: dict[str, str | bytes] = {
            "city.yaml": CITY,
            "entries/dechets.yaml": ENTRY,
            "places.yaml": PLACES,
            **(files or {}),
        }
        for name, content in sound.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write


@pytest.fixture
def told() -> Callable[[Path], list[str]]:
    """What staff are told of a base, in French, line by line."""

    def tell(root: Path) -> list[str]:
        return [render(fault, "fr") for fault in inspect_base(root)[1]]

    return tell
