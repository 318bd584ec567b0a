"""The image itself, run as a town would run it: only where one was built, which is what .ci/container does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from containerrig import Container, Network, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Nothing is passed over in silence: .ci/container builds the image and names it, or says loudly why it could not.
collect_ignore_glob = [] if "PARVIS_TEST_IMAGE" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def image() -> str:
    """The image's name."""
    return os.environ["PARVIS_TEST_IMAGE"]


@pytest.fixture
def telegram() -> Iterator[Network]:
    """A Telegram of the test's own, on loopback."""
    network = Network()
    yield network
    network.close()


@pytest.fixture
def container(image: str, telegram: Network, tmp_path: Path) -> Iterator[Container]:
    """Parvis on Telegram, on the baked-in Paris, with a volume of its own; not yet started."""
    container = Container(image, tmp_path, telegram.url, free_port())
    yield container
    container.close()
