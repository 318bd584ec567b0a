"""Ville-d'Essai, trained once for all the tests that ask it something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from villedessai import TOWN, resident_of, tiny_town

from bot.assembly import prepare

if TYPE_CHECKING:
    from villedessai import Resident

    from bot.answering.snapshot import Snapshot


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """Ville-d'Essai ready to answer."""
    return prepare(TOWN, cache=None, target_precision=0.95)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The smallest base, of one entry, ready to answer."""
    return prepare(tiny_town(tmp_path_factory.mktemp("tiny")), cache=None, target_precision=0.95)


@pytest.fixture
def resident(snapshot: Snapshot) -> Resident:
    """Someone who writes to Ville-d'Essai for the first time."""
    return resident_of(snapshot)
