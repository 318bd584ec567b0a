"""What running on the networks takes: a folder, a secret, and a few limits, read from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from bot.errors import SettingsError
from bot.registry import Kind, Setting, read_setting

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DATA",
    "RUNNING",
    "SECRET",
    "Operation",
    "default_folder",
    "find_operation",
    "read_folder",
    "read_operation",
    "read_retention",
]

# RFC 2104, section 3, and what BLAKE2b takes as a key: see bot.privacy.
SECRET = Setting(
    "PARVIS_SECRET",
    Kind.SECRET,
    "run",
    required=True,
    least=16,
    most=64,
    wrong="operator.key_length",
    in_file=True,
)
DATA = Setting("PARVIS_DATA", Kind.PATH, "run")


def _bounded(name: str, kind: Kind, default: int, most: int, unit: str | None = None) -> Setting:
    return Setting(name, kind, "run", default=str(default), least=1, most=most, unit=unit, wrong="operator.bad_number")


_RETENTION = _bounded("PARVIS_RETENTION_DAYS", Kind.DURATION, 30, 365, "days")
_BACKLOG = _bounded("PARVIS_BACKLOG_HOURS", Kind.DURATION, 24, 168, "hours")
_PER_MINUTE = _bounded("PARVIS_QUESTIONS_PER_MINUTE", Kind.NUMBER, 20, 600)
RUNNING = (SECRET, DATA, _RETENTION, _BACKLOG, _PER_MINUTE)


@dataclass(frozen=True, slots=True)
class Operation:
    """Where the mail is kept and how long.

    ``folder`` holds ``parvis.db`` and a folder for each channel; ``secret`` makes pseudonyms and
    seals what is personal, and is kept elsewhere; ``retention`` is how long redacted questions
    and pseudonyms are kept; questions older than ``backlog`` get an apology;
    ``per_minute`` is how many questions one resident may ask in a minute.
    """

    folder: Path
    secret: bytes = field(repr=False)
    retention: timedelta
    backlog: timedelta
    per_minute: int

    @property
    def database(self) -> Path:
        """The file of the mail."""
        return self.folder / "parvis.db"

    @property
    def editions(self) -> Path:
        """The folder of the base's versions that have served, and of what is told of them."""
        return self.folder / "editions"


def find_operation(environment: Mapping[str, str]) -> Operation:
    """As ``read_operation``, of a folder in which Parvis has run; nothing is made.

    Raises SettingsError if there is no database: a folder misspelt is not one with nothing in it.
    """
    operation = read_operation(environment, make=False)
    if not operation.database.is_file():
        raise SettingsError("operator.no_database", path=operation.database)
    return operation


def read_operation(environment: Mapping[str, str], *, make: bool = True) -> Operation:
    """The settings of ``environment``; the folder is made if need be, unless ``make`` is False.

    Raises SettingsError at the first setting that is wrong.
    """
    secret = read_setting(environment, SECRET.name)
    if secret is None:
        raise SettingsError("operator.no_secret")
    return Operation(
        folder=read_folder(environment, make=make),
        secret=SECRET.parse(secret).encode("utf-8", "surrogateescape"),
        retention=read_retention(environment),
        backlog=timedelta(hours=_BACKLOG.number(environment)),
        per_minute=_PER_MINUTE.number(environment),
    )


def read_retention(environment: Mapping[str, str]) -> timedelta:
    """How long redacted questions and pseudonyms are kept; raises SettingsError if the setting is wrong."""
    return timedelta(days=_RETENTION.number(environment))


def default_folder() -> Path:
    """Where the mail is kept when no folder is named."""
    return user_data_path("parvis", appauthor=False)


def read_folder(environment: Mapping[str, str], *, make: bool = True) -> Path:
    """PARVIS_DATA, else the usual folder, made if need be; raises SettingsError if it cannot be, or is none."""
    named = DATA.text(environment)
    folder = default_folder() if named is None else Path(named).expanduser()
    if folder.exists() and not folder.is_dir():
        raise SettingsError("operator.data_not_a_folder", setting=DATA.name, path=folder)
    if not make:
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError("operator.bad_data", setting=DATA.name, path=folder, detail=error.strerror) from error
    return folder
