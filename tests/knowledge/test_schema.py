"""Editors help staff with the same rules as the bot has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.knowledge.schema import SCHEMAS, schema_text, write_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
KINDS = {"calendars": "calendar"}


def test_the_shipped_schemas_are_those_of_the_model(tmp_path: Path) -> None:
    """What editors check is what the bot checks: no schema was forgotten after a change."""
    written = write_schemas(tmp_path / "schema")
    assert [path.name for path in written] == list(SCHEMAS)
    for path in written:
        assert (KNOWLEDGE / "schema" / path.name).read_text("utf-8") == path.read_text("utf-8")
    assert {path.name for path in (KNOWLEDGE / "schema").iterdir()} == set(SCHEMAS)


def fields(schema: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for value in schema.values():
            yield from fields(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from fields(value)


@pytest.mark.parametrize("kind", [name.partition(".")[0] for name in SCHEMAS])
def test_every_field_is_explained_in_french(kind: str) -> None:
    """Whoever hovers over a field reads what it is for, and nothing written for programmers."""
    schema = json.loads(schema_text(kind))
    for name, field in fields(schema):
        assert str(field.get("description", "")).endswith((".", ").", "…", "…).")), name
    assert not re.search(r'"description": "[^"]*\b(the|of|and)\b', schema_text(kind))


def test_the_shipped_files_name_their_schema() -> None:
    """Every YAML file of the shipped bases tells the editor which schema it follows."""
    files = [path for path in KNOWLEDGE.rglob("*.yaml") if path.is_file()]
    for path in files:
        first = path.read_text("utf-8").partition("\n")[0]
        match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert match, path
        kind = path.stem if path.parent.parent == KNOWLEDGE else KINDS.get(path.parent.name, path.parent.name)
        assert (path.parent / match.group(1)).resolve() == KNOWLEDGE / "schema" / f"{kind}.schema.json", path
