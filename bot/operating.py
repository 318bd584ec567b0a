"""What running on the networks takes: a folder, a secret, and a few limits, read from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from bot.errors import SettingsError
from bot.privacy import pseudonym

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Operation", "read_operation", "read_setting"]


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


def read_operation(environment: Mapping[str, str]) -> Operation:
    """The settings of ``environment``; the folder is made if need be.

    Raises SettingsError at the first setting that is wrong.
    """
    secret = read_setting(environment, "PARVIS_SECRET")
    if secret is None:
        raise SettingsError("operator.no_secret")
    pseudonym(secret.encode(), "", "")  # raises if it is too short or too long
    return Operation(
        folder=_read_folder(environment),
        secret=secret.encode(),
        retention=timedelta(days=_read_number(environment, "PARVIS_RETENTION_DAYS", 30, 1, 365)),
        backlog=timedelta(hours=_read_number(environment, "PARVIS_BACKLOG_HOURS", 24, 1, 168)),
        per_minute=_read_number(environment, "PARVIS_QUESTIONS_PER_MINUTE", 20, 1, 600),
    )


def read_setting(environment: Mapping[str, str], name: str) -> str | None:
    """The value of ``name``, or what stands in the file that ``<name>_FILE`` names; None if neither is set.

    Secrets come in files where a container gives them. Raises SettingsError if the file cannot be read.
    """
    value = environment.get(name, "").strip()
    file = environment.get(f"{name}_FILE", "").strip()
    if value or not file:
        return value or None
    try:
        return Path(file).expanduser().read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        detail = error.strerror if isinstance(error, OSError) else error.reason
        raise SettingsError("operator.secret_unreadable", setting=f"{name}_FILE", path=file, detail=detail) from error


def _read_folder(environment: Mapping[str, str]) -> Path:
    named = environment.get("PARVIS_DATA", "").strip()
    folder = Path(named).expanduser() if named else user_data_path("parvis", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError("operator.bad_data", setting="PARVIS_DATA", path=folder, detail=error.strerror) from error
    return folder


def _read_number(environment: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    written = environment.get(name, "").strip()
    if not written:
        return usual
    if not (written.isascii() and written.isdigit() and least <= int(written[:9]) <= most):
        raise SettingsError("operator.bad_number", setting=name, value=written, least=least, most=most)
    return int(written)
