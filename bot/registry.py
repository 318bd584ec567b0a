"""Every setting has one entry here: what it may be, what it is worth if nothing is said, and where it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = [
    "PREFIX",
    "Kind",
    "Reading",
    "Registry",
    "Setting",
    "Source",
    "read_setting",
    "split_address",
    "without_password",
]

PREFIX = "PARVIS_"
# A shorter secret is found in any text: cutting it out would only make the text unreadable, and tell it by its gaps.
_SHORTEST = 4
_FILE = "_FILE"
_YES, _NO = ("yes", "oui"), ("no", "non")
# How alike an unknown name and a known one must be for the second to be proposed; difflib's own usual value.
_ALIKE = 0.6


class Kind(StrEnum):
    """What is written in a setting."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of setting; never shown
    NUMBER = "number"  # whole
    DURATION = "duration"  # whole, in the setting's unit
    SHARE = "share"  # between 0 and 1
    URL = "url"
    PATH = "path"
    ADDRESS = "address"  # what is listened on: name or number of the machine, a colon, a port
    FLAG = "flag"
    CHOICE = "choice"


class Source(StrEnum):
    """Where a setting's value comes from."""

    DEFAULT = "default"
    ENVIRONMENT = "environment"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. What it is for is told by the voice: ``settings.about_<name>``.

    ``group`` is the part of Parvis that reads it, a channel's name for a channel's. ``default`` is written
    as an operator would; None where there is none or where it depends on the machine (``settings.usual_<name>``
    tells it). ``least`` and ``most`` bound a number, or a secret's bytes. ``check`` is what else must hold of
    the value; ``wrong`` the sentence of the voice that tells of a value that cannot be.
    """

    name: str
    kind: Kind
    group: str
    default: str | None = None
    required: bool = False
    least: float = 0
    most: float = 0
    unit: str | None = None
    choices: tuple[str, ...] = ()
    check: Callable[[str], bool] | None = None
    wrong: str = "operator.bad_value"
    in_file: bool = False

    @property
    def secret(self) -> bool:
        """True if the value may be shown to nobody."""
        return self.kind is Kind.SECRET

    def parse(self, value: str) -> str:
        """``value`` if it can be this setting's; raises SettingsError, which never quotes a secret."""
        if not self._fits(value) or (self.check is not None and not self.check(value)):
            told = {} if self.secret else {"value": without_password(value)}
            choices = ", ".join(self.choices)
            bounds = {"least": self.least, "most": self.most, "length": len(_bytes(value))}
            raise SettingsError(self.wrong, setting=self.name, choices=choices, languages=choices, **bounds, **told)
        return value

    def text(self, values: Mapping[str, str]) -> str | None:
        """The value in ``values``, else the default; raises SettingsError if it cannot be this setting's."""
        value = values.get(self.name, "").strip()
        return self.parse(value) if value else self.default

    def number(self, values: Mapping[str, str]) -> int:
        """The whole number in ``values``, else the default; raises SettingsError."""
        return int(self.text(values) or 0)

    def share(self, values: Mapping[str, str]) -> float:
        """The share in ``values``, else the default; raises SettingsError."""
        return float((self.text(values) or "0").replace(",", "."))

    def flag(self, values: Mapping[str, str]) -> bool:
        """True if ``values``, else the default, say yes; raises SettingsError."""
        return (self.text(values) or "").lower() in _YES

    def _fits(self, value: str) -> bool:
        if self.kind in (Kind.NUMBER, Kind.DURATION):
            return value.isascii() and value.isdigit() and self.least <= int(value[:9]) <= self.most
        if self.kind is Kind.SHARE:
            return self.least <= _float(value) <= self.most
        if self.kind is Kind.SECRET and self.most:
            return self.least <= len(_bytes(value)) <= self.most
        if self.kind is Kind.FLAG:
            return value.lower() in (*_YES, *_NO)
        if self.kind is Kind.CHOICE:
            return value.lower() in self.choices
        return self.kind is not Kind.ADDRESS or split_address(value) is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """What an environment says: each setting's value and where it comes from, and all that is wrong.

    ``values`` has those that are set and can be what they are; ``unknown`` has each name that is no
    setting's, with the closest that is, if any; ``hidden`` the secrets to cut out of any text, wrong ones included.
    """

    values: Mapping[str, str] = field(repr=False)
    sources: Mapping[str, Source]
    faults: tuple[SettingsError, ...]
    unknown: tuple[tuple[str, str | None], ...]
    hidden: tuple[str, ...] = field(repr=False)


class Registry:
    """All settings, by name."""

    def __init__(self, settings: Iterable[Setting]) -> None:
        """No two of ``settings`` share a name."""
        self._settings = {setting.name: setting for setting in settings}

    def __iter__(self) -> Iterator[Setting]:
        return iter(self._settings.values())

    def __getitem__(self, name: str) -> Setting:
        """The setting ``name``; raises KeyError."""
        return self._settings[name]

    def __contains__(self, name: object) -> bool:
        return name in self._settings

    def read(self, environment: Mapping[str, str]) -> Reading:
        """All that ``environment`` says, every fault included: never raises."""
        values: dict[str, str] = {}
        sources: dict[str, Source] = {}
        faults: list[SettingsError] = []
        hidden: list[str] = []
        for setting in self:
            sources[setting.name] = Source.DEFAULT
            try:
                value = read_setting(environment, setting.name, in_file=setting.in_file)
                if value is not None:
                    in_file = not environment.get(setting.name, "").strip()
                    sources[setting.name] = Source.FILE if in_file else Source.ENVIRONMENT
                    hidden += [value] if setting.secret and len(value) >= _SHORTEST else []
                    values[setting.name] = setting.parse(value)
            except SettingsError as error:
                faults.append(error)
        return Reading(values, sources, tuple(faults), tuple(self._unknown(environment)), tuple(hidden))

    def _unknown(self, environment: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
        known = {name for setting in self for name in _names(setting)}
        for name in sorted(environment):
            if name.startswith(PREFIX) and name not in known:
                yield name, _closest(name, known)


def read_setting(environment: Mapping[str, str], name: str, *, in_file: bool = True) -> str | None:
    """The value of ``name``, or with ``in_file`` what stands in the file that ``<name>_FILE`` names; None if unset.

    Secrets come in files where a container gives them. Raises SettingsError if both are set or if
    the file cannot be read or is empty.
    """
    value = environment.get(name, "").strip()
    file = environment.get(name + _FILE, "").strip() if in_file else ""
    if value and file:
        raise SettingsError("operator.set_twice", setting=name, file=name + _FILE)
    if not file:
        return value or None
    try:
        found = Path(file).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise SettingsError(
            "operator.secret_unreadable", setting=name + _FILE, path=file, detail=_why(error)
        ) from error
    if not found:
        raise SettingsError("operator.secret_empty", setting=name + _FILE, path=file)
    return found


def split_address(value: str) -> tuple[str, int] | None:
    """What ``value`` names to listen on: a machine's name or number without brackets, and a port; None if it does not.

    A port is from 1 to 65535.
    """
    host, _, port = value.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        return None
    return host.strip("[]"), int(port)


def without_password(value: str) -> str:
    """``value`` without what an address may carry before its ``@``."""
    scheme, mark, rest = value.partition("://")
    return scheme + mark + rest.rpartition("@")[2] if mark else value


def _names(setting: Setting) -> tuple[str, ...]:
    return (setting.name, setting.name + _FILE) if setting.in_file else (setting.name,)


def _closest(name: str, known: set[str]) -> str | None:
    from difflib import get_close_matches  # a tenth of the start of a command, for a rare mistake

    # Without what all have in common, which would make anything alike.
    short = {one.removeprefix(PREFIX): one for one in known}
    found = get_close_matches(name.removeprefix(PREFIX), sorted(short), n=1, cutoff=_ALIKE)
    return short[found[0]] if found else None


def _why(error: OSError | UnicodeDecodeError | RuntimeError) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return error.reason if isinstance(error, UnicodeDecodeError) else type(error).__name__


def _float(value: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return -1.0


def _bytes(value: str) -> bytes:
    # The environment may hold bytes that are no text.
    return value.encode("utf-8", "surrogateescape")
