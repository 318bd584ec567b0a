"""What the operator decides: read once from the environment, checked, then passed around."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from bot.errors import SettingsError
from bot.voice import DEFAULT_LANGUAGE, shipped_languages

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Settings", "default_base", "read_language", "read_settings", "shipped_base"]

# The share of direct answers that must be right: the town's own promise.
DEFAULT_TARGET_PRECISION = 0.95
# Under one half a guess would be stated as a fact; over .999 no base is large enough to measure.
_LEAST_PRECISION, _MOST_PRECISION = 0.5, 0.999


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's choices.

    ``base`` is the folder of a knowledge base, ``cache`` the folder of trained models,
    ``language`` the one staff are spoken to in, ``target_precision`` the share (0 to 1)
    of direct answers that must be right.
    """

    base: Path
    cache: Path
    language: str
    target_precision: float


def read_settings(environment: Mapping[str, str], base: Path | None = None, language: str | None = None) -> Settings:
    """The settings of ``environment``; ``base`` and ``language`` come from the command line and win.

    Raises SettingsError at the first setting that is wrong.
    """
    return Settings(
        base=_read_base(environment, base),
        cache=_read_cache(environment),
        language=read_language(environment, language),
        target_precision=_read_precision(environment),
    )


def read_language(environment: Mapping[str, str], asked: str | None = None) -> str:
    """The language staff are spoken to in: ``asked``, else PARVIS_LANG, else French.

    ``asked`` may be any language a resident speaks; one that the bot's own sentences
    lack falls back to French. Raises SettingsError if PARVIS_LANG is not one of them.
    """
    if asked is not None:
        return asked if asked in shipped_languages() else DEFAULT_LANGUAGE
    value = environment.get("PARVIS_LANG", "").strip().lower() or DEFAULT_LANGUAGE
    if value not in shipped_languages():
        languages = ", ".join(shipped_languages())
        raise SettingsError("operator.bad_language", setting="PARVIS_LANG", value=value, languages=languages)
    return value


def shipped_base(name: str) -> Path | None:
    """The folder of the base ``name`` that came with Parvis, installed or in a checkout; None if it did not."""
    package = Path(str(files("bot")))
    for folder in (package / "_bases" / name, package.parent / "knowledge" / name):
        if (folder / "city.yaml").is_file():
            return folder
    return None


def default_base() -> Path:
    """The base served when none is named: Paris. Raises SettingsError if it was not shipped."""
    found = shipped_base("paris")
    if found is None:
        raise SettingsError("operator.no_base")
    return found


def _read_base(environment: Mapping[str, str], asked: Path | None) -> Path:
    named = environment.get("PARVIS_BASE", "").strip()
    if asked is not None:
        return _existing_base(asked, "--base")
    if named:
        return _existing_base(Path(named).expanduser(), "PARVIS_BASE")
    return default_base()


def _existing_base(path: Path, setting: str) -> Path:
    try:
        fault = _base_fault(path)
    except OSError as error:
        raise SettingsError("operator.base_unreadable", path=path, setting=setting, detail=error.strerror) from error
    if fault is not None:
        raise SettingsError(fault, path=path, setting=setting)
    return path


def _base_fault(path: Path) -> str | None:
    if not path.exists():
        return "operator.base_absent"
    if not path.is_dir():
        return "operator.base_not_a_folder"
    return None if (path / "city.yaml").is_file() else "operator.base_without_city"


def _read_cache(environment: Mapping[str, str]) -> Path:
    named = environment.get("PARVIS_CACHE", "").strip()
    if not named:
        return user_cache_path("parvis", appauthor=False)
    path = Path(named).expanduser()
    if path.exists() and not path.is_dir():
        raise SettingsError("operator.bad_cache", value=named)
    return path


def _read_precision(environment: Mapping[str, str]) -> float:
    written = environment.get("PARVIS_TARGET_PRECISION", "").strip()
    if not written:
        return DEFAULT_TARGET_PRECISION
    try:
        value = float(written.replace(",", "."))
    except ValueError:
        value = 0.0
    if not _LEAST_PRECISION <= value <= _MOST_PRECISION:
        raise SettingsError("operator.bad_precision", value=written)
    return value
