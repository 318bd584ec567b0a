"""The networks on which the contract of channels is tested."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from mastodonrig import MastodonRig
from matrixrig import MatrixRig
from parity import write_base
from rigs import FakeRig
from telegramrig import TelegramRig

from bot.assembly import prepare

if TYPE_CHECKING:
    from rigs import Rig

    from bot.answering.snapshot import Snapshot


@pytest.fixture(
    params=[FakeRig, TelegramRig, partial(TelegramRig, webhook=True), MastodonRig, MatrixRig],
    ids=["fakenet", "telegram", "telegram-webhook", "mastodon", "matrix"],
)
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each network, with nobody on it yet."""
    made: Rig = request.param()
    return made


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The town of the test of parity, learned once."""
    return prepare(write_base(tmp_path_factory.mktemp("base")), cache=None, target_precision=0.95)
