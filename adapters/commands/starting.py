"""What must hold before Parvis starts on its networks: checked as a whole, told as a whole."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.commands.frame import Refusal
from adapters.registry import REGISTRY
from adapters.serving import Found, find_channels, load_libraries
from bot.errors import SettingsError
from bot.operating import SECRET, read_folder, read_operation
from bot.registry import split_address
from bot.settings import read_base, read_cache, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.commands.words import Words
    from adapters.setup import ChannelKind
    from bot.operating import Operation
    from bot.registry import Reading
    from bot.settings import Settings

__all__ = ["HEALTH", "Start", "check_start", "faults_in", "lacking", "unknown_in", "without_secrets"]

HEALTH = "PARVIS_HEALTH_LISTEN"
_WEBHOOK, _WEBHOOK_LISTEN = "PARVIS_TELEGRAM_WEBHOOK_URL", "PARVIS_TELEGRAM_WEBHOOK_LISTEN"
# What the extra "operations" of pyproject.toml installs.
_OPERATIONS = ("prometheus_client", "starlette", "uvicorn")


@dataclass(frozen=True, slots=True)
class Start:
    """All that is needed to start: ``channels`` have their settings and their libraries, the ``lacking`` do not."""

    reading: Reading
    settings: Settings
    operation: Operation
    channels: tuple[Found, ...]
    lacking: tuple[Found, ...]


def check_start(words: Words, environment: Mapping[str, str], base: str | None, kinds: Sequence[ChannelKind]) -> Start:
    """Everything ready to start; raises Refusal that names every fault, with its cure. Makes PARVIS_DATA."""
    reading = REGISTRY.read(environment)
    folder = None if base is None else Path(base).expanduser()
    found = find_channels(kinds, reading.values)
    faulty = {_setting(fault) for fault in reading.faults}
    given = [one for one in found if set(one.missing) <= faulty]
    complete = [one for one in given if not one.missing]
    faults = [*faults_in(reading, folder), *_missing_libraries(complete, reading)]
    if faults or not given:
        lines = [words(fault.key, **fault.values) for fault in faults]
        if not given:
            lines += [words("cli.run_no_channel"), *(lacking(words, one) for one in found)]
        raise Refusal("\n".join(without_secrets(reading, [*lines, *unknown_in(words, reading)])))
    return Start(
        reading,
        read_settings(environment, folder),
        read_operation(environment),
        tuple(complete),
        tuple(one for one in found if one.missing),
    )


def faults_in(reading: Reading, base: Path | None = None, *, serving: bool = True) -> list[SettingsError]:
    """Every fault of the settings, those that the disk tells included; ``base`` is the folder given by --base.

    ``serving``: with what only the networks need; PARVIS_DATA is made if need be.
    """
    faults, values = [*reading.faults], reading.values
    if serving and SECRET.name not in values and SECRET.name not in {_setting(fault) for fault in faults}:
        faults.append(SettingsError("operator.no_secret"))
    looks: tuple[Callable[[], object], ...] = (
        lambda: read_base(values, base),
        lambda: read_cache(values),
        *((lambda: read_folder(values),) if serving else ()),
    )
    faults += [fault for look in looks if (fault := _fault(look)) is not None]
    return [*faults, *_same_port(reading)]


def unknown_in(words: Words, reading: Reading) -> list[str]:
    """A line for each name that is no setting's."""
    return [
        words("operator.unknown_setting", name=name)
        if near is None
        else words("operator.unknown_setting_near", name=name, near=near)
        for name, near in reading.unknown
    ]


def lacking(words: Words, found: Found) -> str:
    """What a channel still needs."""
    return words("cli.run_lacks", channel=found.kind.name, missing=", ".join(found.missing))


def _setting(fault: SettingsError) -> str:
    return str(fault.values.get("setting", "")).removesuffix("_FILE")


def _fault(look: Callable[[], object]) -> SettingsError | None:
    try:
        look()
    except SettingsError as fault:
        return fault
    return None


def _same_port(reading: Reading) -> Iterator[SettingsError]:
    """Health and webhook listen each on its own port."""
    values = reading.values
    if HEALTH not in values or _WEBHOOK not in values:
        return
    health = split_address(values[HEALTH])
    webhook = split_address(REGISTRY[_WEBHOOK_LISTEN].text(values) or "")
    if health is not None and webhook is not None and health[1] == webhook[1]:
        yield SettingsError("operator.same_port", setting=HEALTH, other=_WEBHOOK_LISTEN, port=health[1])


def _missing_libraries(found: Sequence[Found], reading: Reading) -> Iterator[SettingsError]:
    for one in found:
        fault = _fault(lambda one=one: load_libraries(one))  # type: ignore[misc]
        if fault is not None:
            yield fault
    missing = [name for name in _OPERATIONS if importlib.util.find_spec(name) is None]
    if HEALTH in reading.values and missing:
        yield SettingsError("operator.no_operations", setting=HEALTH, library=missing[0])


def without_secrets(reading: Reading, lines: list[str]) -> list[str]:
    """``lines`` without any secret, not even one put into the wrong setting."""
    for secret in reading.hidden:
        lines = [line.replace(secret, "[secret]") for line in lines]
    return lines
