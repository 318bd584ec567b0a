"""The JSON Schema of each file staff write, so that their editor completes and checks as they type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import Field, RootModel

from bot.knowledge.model import (
    Base,
    City,
    CollectionCalendar,
    Concept,
    Entry,
    GoldenQuestion,
    LanguageCode,
    Place,
    Text,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

__all__ = ["SCHEMAS", "schema_text", "write_schemas"]


class _EntriesFile(Base):
    entries: list[Entry] = Field(description="Les fiches de ce fichier.")


class _PlacesFile(Base):
    places: list[Place] = Field(description="Les lieux de la ville.")


class _VocabularyFile(Base):
    concepts: list[Concept] = Field(description="Les idées et les mots des habitants pour les dire.")


class _GoldenFile(Base):
    golden: list[GoldenQuestion] = Field(description="Les questions de contrôle et la réponse attendue.")


class _VoiceFile(RootModel[dict[LanguageCode, dict[str, Text]]]):
    pass


_KINDS: dict[str, tuple[type[BaseModel], str]] = {
    "city": (City, "La ville et son accueil (city.yaml)"),
    "entries": (_EntriesFile, "Les fiches (entries/*.yaml)"),
    "places": (_PlacesFile, "Les lieux (places.yaml)"),
    "calendar": (CollectionCalendar, "Un calendrier de collecte (calendars/*.yaml)"),
    "vocabulary": (_VocabularyFile, "Le vocabulaire (vocabulary/*.yaml)"),
    "voice": (_VoiceFile, "Les phrases du service, changées par la ville (voice.yaml) : langue, nom, phrase"),
    "golden": (_GoldenFile, "Les questions de contrôle (golden.yaml)"),
}
SCHEMAS = tuple(f"{kind}.schema.json" for kind in _KINDS)


def schema_text(kind: str) -> str:
    """The schema of one kind of file, as JSON. Raises KeyError for an unknown kind."""
    model, title = _KINDS[kind]
    schema = _for_staff(model.model_json_schema())
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps({**head, **schema}, ensure_ascii=False, indent=2) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into ``folder``, made if need be; the files written. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{kind}.schema.json" for kind in _KINDS]
    for kind, path in zip(_KINDS, written, strict=True):
        path.write_text(schema_text(kind), "utf-8")
    return written


def _for_staff(schema: dict[str, Any]) -> dict[str, Any]:
    """``schema`` without what pydantic adds for programmers: English docstrings and titles made from names."""
    for definition in (schema, *schema.get("$defs", {}).values()):
        definition.pop("title", None)
        if "properties" in definition or "additionalProperties" in definition:
            definition.pop("description", None)
        for field in definition.get("properties", {}).values():
            field.pop("title", None)
    return schema
