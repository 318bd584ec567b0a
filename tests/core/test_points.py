"""Where someone says they are, in writing."""

from __future__ import annotations

import pytest

from bot.messages import Location
from bot.points import read_point


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("geo:48.8566,2.3522", Location(48.8566, 2.3522)),
        (" GEO:-21.1,55.5,30;u=35 ", Location(-21.1, 55.5)),
        ("geo:48.8566,2.3522?z=17", Location(48.8566, 2.3522)),
        ("48.8566, 2.3522", Location(48.8566, 2.3522)),
        ("48.8566 -2.3522", Location(48.8566, -2.3522)),
        ("geo:948.8,2.3", None),
        ("98.123, 2.35", None),
        ("12.50, 190.25", None),
        ("48, 2", None),
        ("je suis au 48.8566, 2.3522", None),
        ("", None),
    ],
)
def test_what_an_application_of_maps_writes_is_understood(text: str, point: Location | None) -> None:
    """A resident who pastes the address of a point from a map is where it says; two numbers alone are no place."""
    assert read_point(text) == point
