"""`parvis health`: asks the Parvis that runs on this machine how it is. What a container's HEALTHCHECK calls."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Spoken
from bot.registry import split_address

if TYPE_CHECKING:
    from adapters.commands.words import Words

__all__ = ["make"]

_SETTING = "PARVIS_HEALTH_LISTEN"
# Shorter than the 5 s a HEALTHCHECK is usually given; an answer takes milliseconds.
_SECONDS = 4.0
_OK = 200
_ILL = 1
# Listening on every address is listening on this machine's own.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not listened on here  # nosec B104
_LARGEST = 65536


def make(words: Words) -> Spoken:
    """The command."""

    def ask(ready: bool, lang: str | None) -> int:  # noqa: ARG001 - read before click, for its own help
        address = split_address(os.environ.get(_SETTING, "").strip())
        if address is None:
            return _tell(words("cli.health_off", setting=_SETTING))
        host, port = _EVERYWHERE.get(address[0], address[0]), address[1]
        try:
            status, body = _get(host, port, "/readyz" if ready else "/healthz")
        except (OSError, ValueError) as error:
            return _tell(words("cli.health_no_answer", host=host, port=port, kind=type(error).__name__))
        if status != _OK:
            return _tell("\n".join([words("cli.health_ill"), *_reasons(body)]))
        click.echo(words("cli.health_ready" if ready else "cli.health_well"))
        return 0

    return Spoken(words, "health", [click.Option(["--ready"], is_flag=True, help=words("cli.option_ready"))], ask)


def _get(host: str, port: int, path: str) -> tuple[int, bytes]:
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(_LARGEST)
    except HTTPException as error:  # something else than Parvis listens there
        raise ValueError(str(error)) from error
    finally:
        connection.close()


def _reasons(body: bytes) -> list[str]:
    import json

    try:
        found = json.loads(body).get("reasons", [])
    except (ValueError, AttributeError):
        return []
    return [f"- {reason}" for reason in found]


def _tell(message: str) -> int:
    click.echo(message, err=True)
    return _ILL
