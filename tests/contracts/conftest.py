"""The networks on which the contract of channels is tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from matrixrig import MatrixRig
from rigs import FakeRig

if TYPE_CHECKING:
    from rigs import Rig


@pytest.fixture(params=[FakeRig, MatrixRig], ids=["fakenet", "matrix"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each network, with nobody on it yet."""
    made: Rig = request.param()
    return made
