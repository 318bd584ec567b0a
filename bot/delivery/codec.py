"""Events and parts as texts, for the time they are on the disk."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.mail import Event, Kind, Part
from bot.messages import Answer, Block, BlockKind, Choice, Location, Outcome, Span, Visibility

__all__ = ["pack_event", "pack_part", "unpack_event", "unpack_part"]


def pack_event(event: Event) -> str:
    """``event`` as JSON."""
    return json.dumps(asdict(event) | {"sent_at": event.sent_at.isoformat()})


def unpack_event(payload: str) -> Event:
    """The event that was packed."""
    record = json.loads(payload)
    location = record["location"]
    return Event(
        **record
        | {
            "sent_at": datetime.fromisoformat(record["sent_at"]),
            "kind": Kind(record["kind"]),
            "visibility": Visibility(record["visibility"]),
            "location": None if location is None else Location(**location),
        }
    )


def pack_part(part: Part) -> str:
    """``part`` as JSON; of its page what is shown, see ``bot.rendering.pages``."""
    return json.dumps(asdict(part))


def unpack_part(payload: str) -> Part:
    """The part that was packed."""
    record = json.loads(payload)
    return Part(**record | {"page": _page(record["page"])})


def _page(record: dict[str, Any]) -> Answer:
    return Answer(
        outcome=Outcome(record["outcome"]),
        language=record["language"],
        blocks=tuple(_block(block) for block in record["blocks"]),
        entry_id=record["entry_id"],
        choices=tuple(Choice(**choice) for choice in record["choices"]),
        place_id=record["place_id"],
        awaiting=record["awaiting"],
    )


def _block(record: dict[str, Any]) -> Block:
    return Block(BlockKind(record["kind"]), tuple(Span(**span) for span in record["spans"]), record["number"])
