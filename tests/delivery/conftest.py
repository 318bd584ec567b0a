"""What the tests of the delivery share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from instant import run_at_once
from rigs import FakeRig

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test's work in a loop where pauses take no time."""
    return lambda work: run_at_once(work, monkeypatch)


@pytest.fixture
def rig() -> FakeRig:
    """A network in this process."""
    return FakeRig()
