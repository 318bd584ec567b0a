"""The networks on which the contract of channels is tested."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from mastodonrig import MastodonRig
from matrixrig import MatrixRig
from rigs import FakeRig
from telegramrig import TelegramRig

if TYPE_CHECKING:
    from rigs import Rig


@pytest.fixture(
    params=[FakeRig, TelegramRig, partial(TelegramRig, webhook=True), MastodonRig, MatrixRig],
    ids=["fakenet", "telegram", "telegram-webhook", "mastodon", "matrix"],
)
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each network, with nobody on it yet."""
    made: Rig = request.param()
    return made
