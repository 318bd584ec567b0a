"""Where receiving goes on from: the homeserver's token, and what was begun and not ended.

It is written with the events, in one transaction. Invitations come once, and a message may come
before the key that opens it: both are in the cursor until they are dealt with, so that a crash
loses neither. They name rooms: they are sealed.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.sealing import Sealer

__all__ = ["Cursor", "Invite", "Unopened"]


@dataclass(frozen=True, slots=True)
class Invite:
    """A room to join: by an invitation, or because ``instead_of`` was upgraded to it. ``via`` is a server in it."""

    room: str
    via: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Unopened:
    """A message whose key had not come by ``since`` (milliseconds, the homeserver's)."""

    room: str
    event: str
    since: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """The whole of it; ``since`` None at the very first start."""

    since: str | None = None
    invites: tuple[Invite, ...] = field(default=(), repr=False)
    unopened: tuple[Unopened, ...] = field(default=(), repr=False)

    @property
    def begun(self) -> tuple[tuple[Invite, ...], tuple[Unopened, ...]]:
        """What must not be lost."""
        return self.invites, self.unopened

    def pack(self, sealer: Sealer) -> str:
        """As one text."""
        packed = {"since": self.since}
        if self.invites or self.unopened:
            begun = {
                "invites": [asdict(one) for one in self.invites],
                "unopened": [asdict(one) for one in self.unopened],
            }
            packed["begun"] = base64.b64encode(sealer.seal(json.dumps(begun))).decode()
        return json.dumps(packed)

    @classmethod
    def unpack(cls, text: str | None, sealer: Sealer) -> Cursor:
        """What ``pack`` made; the very beginning if it was sealed under another key (a new password, for instance)."""
        if text is None:
            return cls()
        packed = json.loads(text)
        if "begun" not in packed:
            return cls(packed["since"])
        try:
            begun = json.loads(sealer.open(base64.b64decode(packed["begun"])))
        except SettingsError:
            return cls()
        return cls(
            packed["since"],
            tuple(Invite(**one) for one in begun["invites"]),
            tuple(Unopened(**one) for one in begun["unopened"]),
        )
