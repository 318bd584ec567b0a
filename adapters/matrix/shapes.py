"""Pieces of a message's content, whoever wrote it and however."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.points import read_point

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.messages import Location

__all__ = ["geo", "location_in", "said_in", "text_of"]


def said_in(value: Mapping[str, Any], name: str) -> str:
    """The text ``name`` of ``value``; raises KeyError or TypeError if there is none."""
    found = value[name]
    if not isinstance(found, str) or not found:
        raise TypeError(name)
    return found


def text_of(content: Mapping[str, Any]) -> str:
    """What was written, without the quotation that older applications put before a reply."""
    body = said_in(content, "body") if content.get("body") else ""
    about = content.get("m.relates_to")
    replies = isinstance(about, dict) and "m.in_reply_to" in about
    if not replies or not body.startswith("> "):
        return body
    lines = body.split("\n")
    quoted = next((number for number, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    return "\n".join(lines[quoted:]).lstrip("\n")


def location_in(content: Mapping[str, Any], words: str) -> Location | None:
    """Where someone is: a shared location, or a text that is nothing but a geo address."""
    places = [content.get("geo_uri")] if content.get("msgtype") == "m.location" else []
    # MSC3488, which the applications already send.
    for name in ("m.location", "org.matrix.msc3488.location"):
        more = content.get(name)
        places += [more.get("uri")] if isinstance(more, dict) else []
    for place in (*places, words):
        point = read_point(place) if isinstance(place, str) else None
        if point is not None:
            return point
    return None


def geo(latitude: float, longitude: float) -> str:
    """The geo address of a point, to the metre."""
    return f"geo:{latitude:.5f},{longitude:.5f}"
