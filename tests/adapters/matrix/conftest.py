"""What the tests of Matrix share."""

from __future__ import annotations

import pytest
from matrixrig import MatrixRig
from matrixtown import Town


@pytest.fixture
def town() -> Town:
    """A town whose homeserver is not yet up."""
    return Town(MatrixRig())
