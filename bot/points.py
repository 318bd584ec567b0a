"""Where someone says they are, in writing: what applications of maps put into a message."""

from __future__ import annotations

import re

from bot.messages import Location

__all__ = ["read_point"]

# RFC 5870: latitude and longitude in WGS 84, perhaps an altitude and parameters.
_GEO = re.compile(r"geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,-?\d+(?:\.\d+)?)?(?:[;?]\S*)?", re.IGNORECASE)
# Two numbers with decimals, as they are copied from a map: "48.8566, 2.3522". Whole numbers may be anything.
_PAIR = re.compile(r"(-?\d{1,2}\.\d{2,})\s*[,; ]\s*(-?\d{1,3}\.\d{2,})")


def read_point(text: str) -> Location | None:
    """The point on Earth that ``text`` gives and nothing else ("geo:48.85,2.35", "48.8566, 2.3522"), or None."""
    found = _GEO.fullmatch(text.strip()) or _PAIR.fullmatch(text.strip())
    if found is None:
        return None
    point = Location(float(found[1]), float(found[2]))
    return point if abs(point.latitude) <= 90 and abs(point.longitude) <= 180 else None
