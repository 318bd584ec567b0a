"""Real servers, started once for all the tests that speak to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from jsresident import JsResident
from synapse import Homeserver, Parvis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synapse import Person


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """A Synapse with nobody on it yet."""
    server = Homeserver(tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the base is learned once for all."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def resident(homeserver: Homeserver, request: pytest.FixtureRequest) -> Person:
    """A resident nobody has seen before."""
    return homeserver.register(_name("resident", request), "the resident's")


@pytest.fixture
def parvis(homeserver: Homeserver, tmp_path: Path, learned: Path, request: pytest.FixtureRequest) -> Iterator[Parvis]:
    """The bot on an account of its own; not yet started."""
    person = homeserver.register(_name("parvis", request), "the bot's own")
    settings: dict[str, str] = getattr(request, "param", {})
    bot = Parvis(homeserver.url, person.user, "the bot's own", tmp_path, PARVIS_CACHE=str(learned), **settings)
    yield bot
    bot.close()


@pytest.fixture
def app(homeserver: Homeserver, resident: Person, tmp_path: Path) -> Iterator[JsResident]:
    """The resident's application, which leaves out devices that nobody signed."""
    made = JsResident(homeserver.url, resident.user, "the resident's", tmp_path / "application")
    yield made
    made.close()


def _name(kind: str, request: pytest.FixtureRequest) -> str:
    """An account's name that no other test has."""
    return f"{kind}-" + re.sub(r"[^a-z0-9_]+", "-", request.node.name.lower())
