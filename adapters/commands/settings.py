"""`parvis settings`: what every setting is worth here, and where that comes from. Secrets are not shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.frame import Spoken

if TYPE_CHECKING:
    from adapters.commands.words import Words
    from bot.registry import Reading, Setting

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def show(as_json: bool, lang: str | None) -> int:  # noqa: ARG001 - read before click, for its own help
        from adapters.commands.starting import faults_in, unknown_in, without_secrets
        from adapters.registry import REGISTRY

        reading = REGISTRY.read(os.environ)
        faults = [words(fault.key, **fault.values) for fault in faults_in(reading, serving=_serves(reading))]
        faults, unknown = without_secrets(reading, faults), unknown_in(words, reading)
        if as_json:
            _write_json(reading, faults, unknown)
        else:
            _write_text(words, reading, faults, unknown)
        return 1 if faults else 0

    as_json = click.Option(["--json", "as_json"], is_flag=True, help=words("cli.option_settings_json"))
    return Spoken(words, "settings", [as_json], show)


def _serves(reading: Reading) -> bool:
    """True if a network has what it needs: then all that ``run`` needs must be there."""
    from adapters.setup import CHANNELS

    return any(all(name in reading.values for name in kind.required) for kind in CHANNELS)


def _write_text(words: Words, reading: Reading, faults: list[str], unknown: list[str]) -> None:
    from adapters.registry import GROUPS, REGISTRY

    width = max(len(setting.name) for setting in REGISTRY)
    for group in GROUPS:
        click.echo(words(f"settings.group_{group}"))
        for setting in REGISTRY:
            if setting.group == group:
                source = words(f"settings.source_{reading.sources[setting.name].value}")
                click.echo(f"  {setting.name:<{width}}  {_shown(words, reading, setting)}  [{source}]")
    for line in (*faults, *unknown):
        click.echo(line, err=True)


def _write_json(reading: Reading, faults: list[str], unknown: list[str]) -> None:
    import json

    from adapters.registry import REGISTRY

    rows: dict[str, Any] = {
        setting.name: {
            "value": None if setting.secret else _value(reading, setting),
            "source": reading.sources[setting.name].value,
            "set": setting.name in reading.values,
            "secret": setting.secret,
            "group": setting.group,
        }
        for setting in REGISTRY
    }
    click.echo(json.dumps({"settings": rows, "faults": faults, "unknown": unknown}, ensure_ascii=False, indent=2))


def _shown(words: Words, reading: Reading, setting: Setting) -> str:
    if _is_wrong(reading, setting):
        return words("settings.wrong")
    if setting.secret and setting.name in reading.values:
        return words("settings.hidden")
    value = _value(reading, setting)
    return words("settings.unset") if value is None else value


def _value(reading: Reading, setting: Setting) -> str | None:
    """The effective value of a setting that is no secret, without a password that may stand in an address."""
    from bot.registry import without_password

    if _is_wrong(reading, setting):
        return None
    value = reading.values.get(setting.name, setting.default)
    if value is not None and not setting.secret:
        shown = without_password(value)
        return "[secret]" if any(secret in shown for secret in reading.hidden) else shown
    return _found(setting)


def _is_wrong(reading: Reading, setting: Setting) -> bool:
    """True if it is given, but not as it must be."""
    return reading.sources[setting.name].value != "default" and setting.name not in reading.values


def _found(setting: Setting) -> str | None:
    """The default of a setting that depends on the machine."""
    from bot.operating import DATA, default_folder
    from bot.settings import BASE, CACHE, default_cache, shipped_base

    if setting.name == BASE.name:
        found = shipped_base("paris")
        return None if found is None else str(found)
    if setting.name == "PARVIS_LOG_FORMAT":
        return "console" if sys.stderr.isatty() else "json"
    places = {CACHE.name: default_cache, DATA.name: default_folder}
    return str(places[setting.name]()) if setting.name in places else None
