"""Settings: what the environment may say, and how each mistake is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingsError
from bot.settings import read_language, read_settings
from bot.voice import Voice

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The smallest folder that may be a base."""
    folder = tmp_path / "ville-d-essai"
    folder.mkdir()
    (folder / "city.yaml").write_text("name: Ville-d'Essai\n", "utf-8")
    return folder


def test_nothing_need_be_set_but_the_base(base: Path) -> None:
    """A town that names only its base gets French, the promised precision and a cache of its user's own."""
    settings = read_settings({"PARVIS_BASE": str(base)})
    assert settings.base == base
    assert settings.language == "fr"
    assert settings.target_precision == 0.95
    assert settings.cache.name == "parvis"


def test_everything_can_be_set(base: Path, tmp_path: Path) -> None:
    """An operator's choices are all taken; blanks around them do no harm."""
    settings = read_settings(
        {
            "PARVIS_BASE": f" {base} ",
            "PARVIS_CACHE": str(tmp_path / "new"),
            "PARVIS_LANG": "EN",
            "PARVIS_TARGET_PRECISION": "0,9",
        }
    )
    assert (settings.base, settings.cache, settings.language) == (base, tmp_path / "new", "en")
    assert settings.target_precision == 0.9


def test_the_command_line_wins(base: Path) -> None:
    """A folder and a language given on the command line are used whatever the environment says."""
    settings = read_settings({"PARVIS_BASE": "/nowhere", "PARVIS_LANG": "fr"}, base, "en")
    assert (settings.base, settings.language) == (base, "en")


def test_staff_are_spoken_to_in_french_when_a_resident_language_is_not_spoken() -> None:
    """Asking as a Spanish speaker leaves the messages of the command in French."""
    assert read_language({"PARVIS_LANG": "en"}, "es") == "fr"


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("PARVIS_BASE", "{folder}/absent", "operator.base_absent"),
        ("PARVIS_BASE", "{folder}/file", "operator.base_not_a_folder"),
        ("PARVIS_BASE", "{folder}", "operator.base_without_city"),
        ("PARVIS_BASE", "/" + "a" * 5000, "operator.base_unreadable"),
        ("PARVIS_CACHE", "{folder}/file", "operator.bad_cache"),
        ("PARVIS_LANG", "klingon", "operator.bad_language"),
        ("PARVIS_TARGET_PRECISION", "high", "operator.bad_precision"),
        ("PARVIS_TARGET_PRECISION", "1", "operator.bad_precision"),
        ("PARVIS_TARGET_PRECISION", "nan", "operator.bad_precision"),
        ("PARVIS_TARGET_PRECISION", "-0.9", "operator.bad_precision"),
    ],
)
def test_each_mistake_is_named_with_its_cure(base: Path, tmp_path: Path, name: str, value: str, key: str) -> None:
    """An operator who mistypes a setting reads which one and what to write instead, in both languages."""
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError) as caught:
        read_settings({"PARVIS_BASE": str(base), name: value.format(folder=tmp_path)})
    assert caught.value.key == key
    for language in ("fr", "en"):
        assert name in Voice().say(caught.value.key, language, **caught.value.values)
