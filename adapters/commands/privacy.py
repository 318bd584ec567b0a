"""`parvis privacy`: what the town tells residents about their data, and its data protection officer's draft record."""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Spoken, base_option
from adapters.commands.ready import broken_base, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from adapters.commands.words import Words
    from bot.knowledge.model import City

__all__ = ["make"]

_ENCRYPTION = "PARVIS_MATRIX_ENCRYPTION_KEY"


def make(words: Words) -> Spoken:
    """The command."""

    def write(register: bool, base: str | None, lang: str | None) -> None:  # noqa: ARG001 - read before click
        from bot.clock import SystemClock
        from bot.errors import KnowledgeError
        from bot.knowledge.loading import load_base
        from bot.operating import read_retention

        settings = settings_for(base)
        try:
            city = load_base(settings.base).city
        except KnowledgeError as error:
            raise broken_base(words, settings.base, error.faults) from error
        today = SystemClock().now().strftime("%d/%m/%Y")
        page = (files("adapters") / "privacy_pages" / ("register.md" if register else "notice.md")).read_text("utf-8")
        click.echo(page.format(date=today, **_blanks(city, read_retention(os.environ))), nl=False)

    option = click.Option(["--register"], is_flag=True, help=words("cli.option_register"))
    return Spoken(words, "privacy", [option, base_option(words)], write)


def _blanks(city: City, retention: timedelta) -> Mapping[str, object]:
    from bot.storage.retention import EDIT_TIME, FOLLOW_UP_TIME, SENDING_TIME

    hour, minute = 3600, 60
    return {
        "town": city.name,
        "desk": ", ".join(_desk(city)),
        "retention": f"{retention.days} jour{'s' if retention.days > 1 else ''}",
        "sending_hours": round(SENDING_TIME.total_seconds() / hour),
        "edit_hours": round(EDIT_TIME.total_seconds() / hour),
        "follow_up": round(FOLLOW_UP_TIME.total_seconds() / minute),
        "networks": "\n".join(_networks()),
    }


def _desk(city: City) -> Iterator[str]:
    desk = city.desk
    if desk is not None:
        yield from (part for part in (desk.name, desk.phone, desk.email, desk.address, desk.url) if part)


def _networks() -> Iterator[str]:
    import yaml

    from adapters.registry import REGISTRY
    from adapters.serving import find_channels
    from adapters.setup import CHANNELS

    content = (files("adapters") / "privacy_pages" / "networks.yaml").read_text("utf-8")
    texts: dict[str, str] = yaml.load(content, Loader=yaml.CSafeLoader)
    ready = [found for found in find_channels(CHANNELS, REGISTRY.read(os.environ).values) if not found.missing]
    for found in ready:
        yield texts["matrix_encrypted" if found.settings.get(_ENCRYPTION) else found.kind.name]
    if not ready:
        yield texts["none"]
