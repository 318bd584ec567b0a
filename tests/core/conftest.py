"""Ville-d'Essai, trained once for all the tests that ask it something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from villedessai import TOWN, resident_of

from bot.assembly import prepare

if TYPE_CHECKING:
    from villedessai import Resident

    from bot.answering.snapshot import Snapshot


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """Ville-d'Essai ready to answer."""
    return prepare(TOWN, cache=None, target_precision=0.95)


@pytest.fixture
def resident(snapshot: Snapshot) -> Resident:
    """Someone who writes to Ville-d'Essai for the first time."""
    return resident_of(snapshot)
