"""Settings: each one that the code reads is in the registry, in the voices and in the pages; and no other."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from adapters.commands.words import Words
from adapters.registry import GROUPS, REGISTRY
from adapters.settings_pages import about, guide, page
from adapters.setup import CHANNELS
from bot.registry import PREFIX
from bot.voice import shipped_languages

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Source

_NAME = re.compile(rf"{PREFIX}[A-Z0-9_]+")
_REGISTRIES = {"adapters/registry.py", "bot/settings.py", "bot/operating.py"}


def test_no_code_reads_a_setting_that_is_not_in_the_registry(sources: tuple[Source, ...]) -> None:
    """An operator finds every variable that changes anything in the one list of them."""
    read = {
        (name, source.path)
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for name in [node.value]
        if _NAME.fullmatch(name)
    }
    assert len(read) > 20
    unknown = {(name, path) for name, path in read if name.removesuffix("_FILE") not in REGISTRY}
    assert unknown == set()


def test_no_code_makes_up_the_name_of_a_setting(sources: tuple[Source, ...]) -> None:
    """No name of a variable is put together where the registry would not see it."""
    made = [
        f"{source.path}:{node.lineno}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.JoinedStr)
        and any(isinstance(part, ast.Constant) and str(part.value).startswith(PREFIX) for part in node.values)
    ]
    assert made == []


def test_the_environment_is_read_through_the_registry(sources: tuple[Source, ...]) -> None:
    """What reads the environment itself asks it only for names that are in the registry, or not Parvis's."""
    asked = {
        name
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call | ast.Subscript)
        for name in re.findall(r"environ(?:\.get\(|\[)'(\w+)'", ast.unparse(node))
    }
    assert {name for name in asked if name.startswith(PREFIX)} <= {setting.name for setting in REGISTRY}


def test_no_setting_is_there_for_nothing(sources: tuple[Source, ...]) -> None:
    """Each setting of a channel is read by the channel; the others stand beside what reads them."""
    for kind in CHANNELS:
        code = "".join(source.text for source in sources if source.path.startswith(f"adapters/{kind.name}/"))
        assert [setting.name for setting in kind.settings if f'"{setting.name}"' not in code] == []


@pytest.mark.parametrize("language", shipped_languages())
def test_every_setting_is_explained_in_one_line(language: str) -> None:
    """An operator reads in French or in English what each setting is for."""
    for setting in REGISTRY:
        told = about(Words(language), setting)
        assert "\n" not in told
        assert told.endswith(".")
        assert setting.group in GROUPS


def test_the_page_of_settings_is_what_the_registry_says(root: Path) -> None:
    """The page cannot be out of date: `python -m adapters.settings_pages` writes it again."""
    written = (root / "docs" / "reglages.md").read_text("utf-8")
    assert written == page()
    assert re.findall(rf"^\| `({PREFIX}\w+)`", written, re.M) == [setting.name for setting in REGISTRY]


@pytest.mark.parametrize("channel", [kind.name for kind in CHANNELS])
def test_the_table_of_each_guide_is_what_the_registry_says(root: Path, channel: str) -> None:
    """The guide of a network has its settings and their usual values, written by the same command."""
    text = (root / "docs" / "canaux" / f"{channel}.md").read_text("utf-8")
    assert guide(text, channel) == text


def test_the_containers_own_address_is_the_one_told(root: Path) -> None:
    """The page says where the image listens, as the Dockerfile has it, in every language."""
    (listen,) = re.findall(r"PARVIS_HEALTH_LISTEN=(\S+)", (root / "Dockerfile").read_text("utf-8"))
    for language in shipped_languages():
        assert f"`{listen}`" in Words(language)("settings.usual_health_listen")
    assert f"`{listen}`" in (root / "docs" / "reglages.md").read_text("utf-8")


def test_no_page_names_a_setting_that_does_not_exist(root: Path) -> None:
    """Nobody sets a variable that a page promises and no program reads."""
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    named = {(name, file.name) for file in pages for name in _NAME.findall(file.read_text("utf-8"))}
    assert {(name, file) for name, file in named if name.removesuffix("_FILE") not in REGISTRY} == set()


def test_secrets_can_all_come_in_files() -> None:
    """A container hands every secret over in a file."""
    assert [setting.name for setting in REGISTRY if setting.secret and not setting.in_file] == []
