"""What the operator decides: read once from the environment, checked, then passed around."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from bot.errors import SettingsError
from bot.registry import Kind, Setting
from bot.voice import DEFAULT_LANGUAGE, shipped_languages

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BASE",
    "CACHE",
    "CORE",
    "Settings",
    "default_base",
    "default_cache",
    "read_base",
    "read_cache",
    "read_language",
    "read_settings",
    "shipped_base",
]

BASE = Setting("PARVIS_BASE", Kind.PATH, "core")
CACHE = Setting("PARVIS_CACHE", Kind.PATH, "core")
_LANGUAGE = Setting(
    "PARVIS_LANG",
    Kind.CHOICE,
    "core",
    default=DEFAULT_LANGUAGE,
    choices=shipped_languages(),
    wrong="operator.bad_language",
)
# The share of direct answers that must be right: the town's own promise. Under one half a guess would be stated
# as a fact; over .999 no base is large enough to measure.
_PRECISION = Setting(
    "PARVIS_TARGET_PRECISION",
    Kind.SHARE,
    "core",
    default="0.95",
    least=0.5,
    most=0.999,
    wrong="operator.bad_precision",
)
CORE = (BASE, CACHE, _LANGUAGE, _PRECISION)


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
        base=read_base(environment, base),
        cache=read_cache(environment),
        language=read_language(environment, language),
        target_precision=_PRECISION.share(environment),
    )


def read_language(environment: Mapping[str, str], asked: str | None = None) -> str:
    """The language staff are spoken to in: ``asked``, else PARVIS_LANG, else French.

    ``asked`` may be any language a resident speaks; one that the bot's own sentences
    lack falls back to French. Raises SettingsError if PARVIS_LANG is not one of them.
    """
    if asked is not None:
        return asked if asked in shipped_languages() else DEFAULT_LANGUAGE
    return (_LANGUAGE.text(environment) or DEFAULT_LANGUAGE).lower()


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


def default_cache() -> Path:
    """Where trained models are kept when no folder is named."""
    return user_cache_path("parvis", appauthor=False)


def read_base(environment: Mapping[str, str], asked: Path | None = None) -> Path:
    """The folder ``asked``, else PARVIS_BASE, else Paris; raises SettingsError if it is no base's."""
    named = BASE.text(environment)
    if asked is not None:
        return _existing_base(asked, "--base")
    if named:
        return _existing_base(Path(named).expanduser(), BASE.name)
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


def read_cache(environment: Mapping[str, str]) -> Path:
    """PARVIS_CACHE, else the usual folder; raises SettingsError if it is no folder."""
    named = CACHE.text(environment)
    if named is None:
        return default_cache()
    path = Path(named).expanduser()
    if path.exists() and not path.is_dir():
        raise SettingsError("operator.bad_cache", setting=CACHE.name, value=named)
    return path
