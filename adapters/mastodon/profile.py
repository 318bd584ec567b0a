"""What the bot must know of its account and of its instance."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.mastodon.faults import TROUBLE

if TYPE_CHECKING:
    from adapters.mastodon.client import Client

__all__ = ["Instance", "read_account", "read_instance"]

_LOG = logging.getLogger("parvis.mastodon")
# Mastodon's own, where an instance says nothing (app/validators/status_length_validator.rb).
_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Instance:
    """How many ``characters`` a post may have."""

    characters: int = _CHARACTERS


def read_account(client: Client) -> str:
    """The name of the bot's own account; raises as the library does, LookupError if there is none."""
    name = client.account_verify_credentials().get("id")
    if not isinstance(name, str | int):
        raise LookupError("no account")
    return str(name)


def read_instance(client: Client) -> Instance:
    """What the instance allows; what it usually is if it does not say."""
    for ask in (client.instance_v2, client.instance_v1):
        try:
            said = ask()
        except TROUBLE as error:
            _LOG.info("mastodon: the instance does not say what it allows: %s", type(error).__name__)
            continue
        found = _most(said)
        if found is not None:
            return Instance(found)
    return Instance()


def _most(said: Mapping[str, Any]) -> int | None:
    configuration = said.get("configuration")
    statuses = configuration.get("statuses") if isinstance(configuration, Mapping) else None
    # "max_toot_chars": Pleroma, and servers before Mastodon 3.4.2.
    found = (statuses.get("max_characters") if isinstance(statuses, Mapping) else None) or said.get("max_toot_chars")
    return found if isinstance(found, int) and found > 0 else None
