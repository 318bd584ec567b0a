"""Every command that a guide tells to type exists, and every file that compose.yaml and the guides lean on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from adapters.cli import programme
from adapters.commands.words import Words
from adapters.registry import REGISTRY

if TYPE_CHECKING:
    from pathlib import Path

# What stands after "parvis" in a command: on a line of its own, in a `piece of code`, or after the service's name.
_TYPED = re.compile(r"(?:^|[`$(;|&] ?|(?:run|exec|compose)\b[^\n`]*? )(?:parvis )?parvis ([a-z][a-z-]+)", re.M)
_CODE = re.compile(r"```.*?```|`[^`\n]+`|^ {4}\S.*$", re.S | re.M)


def _guides(root: Path) -> list[Path]:
    return [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("docs/**/*.yaml"), root / "compose.yaml"]


def test_every_command_named_exists(root: Path) -> None:
    """An operator who types what a guide says never hears that there is no such command."""
    known = set(programme(Words("fr")).commands)
    found: dict[str, set[str]] = {}
    for guide in _guides(root):
        text = guide.read_text("utf-8")
        pieces = _CODE.findall(text) if guide.suffix == ".md" else [text]
        for name in (name for piece in pieces for name in _TYPED.findall(piece)):
            found.setdefault(name, set()).add(guide.name)
    assert len(found) > 12
    assert {name: guides for name, guides in found.items() if name not in known} == {}


def test_every_option_named_exists(root: Path) -> None:
    """The options that the operator's guide gives with a command are that command's."""
    commands = programme(Words("fr")).commands
    text = (root / "docs" / "exploitation.md").read_text("utf-8")
    named = re.findall(r"parvis (?!parvis )([a-z][a-z-]+)((?: [^\s`]+)*)", "\n".join(_CODE.findall(text)))
    used = [(name, option) for name, rest in named for option in re.findall(r"(?<= )--[a-z-]+", rest)]
    assert used
    for name, option in used:
        if name in commands:
            assert option in {opt for param in commands[name].params for opt in param.opts}, f"parvis {name} {option}"


@pytest.mark.parametrize("guide", ["exploitation.md", "../SECURITY.md"])
def test_every_setting_named_exists(root: Path, guide: str) -> None:
    """No guide for operators names a setting that Parvis does not read."""
    text = (root / "docs" / guide).read_text("utf-8")
    known = {setting.name for setting in REGISTRY}
    assert {name.removesuffix("_FILE") for name in re.findall(r"PARVIS_[A-Z0-9_]*[A-Z0-9]", text)} <= known


def test_compose_is_as_strict_as_promised(root: Path) -> None:
    """What a town starts with has no right it does not need, and its secrets are files."""
    composed = yaml.safe_load((root / "compose.yaml").read_text("utf-8"))
    service = composed["services"]["parvis"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].split(":")[0] not in ("0", "root")
    assert {"mem_limit", "pids_limit", "restart", "logging", "stop_grace_period"} <= service.keys()
    assert [volume for volume in service["volumes"] if not volume.endswith(":ro")] == ["data:/data"]
    known = {setting.name: setting for setting in REGISTRY}
    for name in service["environment"]:
        if name.startswith("PARVIS_"):
            setting = known[name.removesuffix("_FILE")]
            assert setting.secret == name.endswith("_FILE"), name
    assert set(service["secrets"]) == set(composed["secrets"])
