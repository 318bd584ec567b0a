"""The guide for towns says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.matrix.outbound import LIMITS
from adapters.matrix.settings import read_matrix
from adapters.setup import CHANNELS
from bot.commands import NAMES, Command, command_named
from bot.errors import SettingsError
from bot.voice import Voice

_ROOT = Path(__file__).resolve().parents[3]
_GUIDE = (_ROOT / "docs" / "canaux" / "matrix.md").read_text("utf-8")
_GOOD = {
    "PARVIS_MATRIX_SERVER": "https://matrix.exemple.fr/",
    "PARVIS_MATRIX_USER": "@bot:exemple.fr",
    "PARVIS_MATRIX_PASSWORD": "un mot de passe",
}


def test_the_guide_names_every_setting_and_command() -> None:
    """An operator finds every setting in the table, and none that does not exist."""
    (kind,) = (one for one in CHANNELS if one.name == "matrix")
    told = set(re.findall(r"^\| `(PARVIS_MATRIX_\w+)`", _GUIDE, re.MULTILINE))
    assert told == {*kind.required, *kind.optional}
    told = set(re.findall(r"`!(\w+)", _GUIDE))
    assert told == {name for names in NAMES.values() for name in names} - {*NAMES[Command.START]}
    assert f"{LIMITS.length:,}".replace(",", " ") in _GUIDE


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_help_names_commands_that_exist(language: str) -> None:
    """No resident is told of a command that the bot does not know."""
    said = [Voice().say(f"matrix.{key}", language, town="x") for key in ("help", "welcome", "language", "official")]
    names = re.findall(r"!(\w+)", " ".join(said))
    assert len(names) > 6
    assert all(command_named(name) is not None for name in names)


def test_good_settings_are_taken() -> None:
    """What the guide asks for is enough; no secret shows in a dump."""
    settings = read_matrix({**_GOOD, "PARVIS_MATRIX_ENCRYPTION_KEY": "0123456789abcdef"})
    assert settings.server == "https://matrix.exemple.fr"
    assert settings.reactions
    assert "un mot de passe" not in repr(settings)
    assert "0123456789abcdef" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARVIS_MATRIX_SERVER", "exemple.fr"),
        ("PARVIS_MATRIX_SERVER", "http://matrix.exemple.fr"),
        ("PARVIS_MATRIX_SERVER", "https://bot:secret@exemple.fr"),
        ("PARVIS_MATRIX_SERVER", "https://[exemple"),
        ("PARVIS_MATRIX_USER", "Le bot"),
        ("PARVIS_MATRIX_ENCRYPTION_KEY", "court"),
        ("PARVIS_MATRIX_REACTIONS", "parfois"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(name: str, value: str) -> None:
    """A setting that cannot work is refused before anything is called, in words for the operator."""
    with pytest.raises(SettingsError) as caught:
        read_matrix({**_GOOD, name: value})
    said = Voice().say(caught.value.key, "fr", **caught.value.values)
    assert name in said
    assert "secret" not in said
