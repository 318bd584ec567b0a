"""What the tests of the ways in share."""

from __future__ import annotations

import pytest
from faketown import FakeTown, StoppedClock


@pytest.fixture
def town() -> FakeTown:
    """A town of two answers."""
    return FakeTown()


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that does not run."""
    return StoppedClock()
