"""`parvis mastodon-setup`: the bot's account on Mastodon, from nothing to a token."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Refusal, Spoken, base_option
from adapters.commands.ready import settings_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.commands.words import Words
    from adapters.mastodon.registration import Registrar

__all__ = ["make"]

_SERVER, _TOKEN = "PARVIS_MASTODON_SERVER", "PARVIS_MASTODON_TOKEN"


def make(words: Words) -> Spoken:
    """The command."""

    def run(server: str | None, page: str, token_file: str | None, base: str | None, lang: str | None) -> None:  # noqa: ARG001
        town = _town(base)
        address = server or os.environ.get(_SERVER, "").strip()
        file = token_file or os.environ.get(f"{_TOKEN}_FILE", "").strip()
        if not address or not file:
            raise Refusal(words("mastodon.setup_lacks"))
        _set_up(words, address, Path(file).expanduser(), page, town)

    return Spoken(
        words,
        "mastodon-setup",
        [
            _option(words, "server", "mastodon.setup_address_metavar"),
            _option(words, "page", "mastodon.setup_address_metavar", required=True),
            _option(words, "token-file", "mastodon.setup_file_metavar"),
            base_option(words),
        ],
        run,
    )


def _option(words: Words, name: str, metavar: str, *, required: bool = False) -> click.Option:
    told = words(f"mastodon.option_{name.replace('-', '_')}")
    return click.Option([f"--{name}"], metavar=words(metavar), help=told, required=required)


def _town(base: str | None) -> str:
    """The name of the town whose base is named."""
    from bot.knowledge.loading import load_base

    return load_base(settings_for(base).base).city.name


def _set_up(words: Words, address: str, file: Path, page: str, town: str) -> None:
    try:
        from adapters.mastodon.registration import RUN_SCOPES, SETUP_SCOPES, Registrar, TokenFile
        from adapters.mastodon.settings import SERVER, read_page, read_server
    except ModuleNotFoundError as error:
        raise Refusal(words("operator.no_library", channel="mastodon", library=error.name)) from error
    server, official = read_server(address, SERVER), read_page(page, "--page")
    with TokenFile(file) as kept:
        registrar = Registrar(server)
        click.echo(words("mastodon.setup_begins", server=server))
        leave = _allowed(words, registrar, SETUP_SCOPES, 1)
        accepted = registrar.dress(
            leave,
            (words("mastodon.field_official"), official),
            [(words("mastodon.field_opinion"), words("mastodon.field_opinion_value"))],
            words("mastodon.note", town=town),
        )
        click.echo(words("mastodon.setup_dressed" if accepted else "mastodon.setup_dressed_old"))
        kept.write(_allowed(words, registrar, RUN_SCOPES, 2))
    click.echo(words("mastodon.setup_done", path=file, server=server))


def _allowed(words: Words, registrar: Registrar, scopes: Sequence[str], step: int) -> str:
    """The token for ``scopes``, once whoever signs in as the bot has given leave and typed the code."""
    click.echo(words("mastodon.setup_open", step=step, url=registrar.page(scopes, words.language)))
    click.echo(words("mastodon.setup_code"), nl=False)
    code = sys.stdin.readline().strip()
    if not code:
        raise Refusal(words("mastodon.setup_no_code"))
    return registrar.token(code, scopes)
