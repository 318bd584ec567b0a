"""A homeserver's faults as the core's errors, without a token, an identifier or a text in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.matrix.settings import CHANNEL, PASSWORD
from bot.errors import ChannelRevoked, SendFailed, SendPaused, SendRefused

if TYPE_CHECKING:
    from adapters.matrix.server import Fault
    from bot.errors import ParvisError

__all__ = ["is_revoked", "translated"]


def translated(fault: Fault) -> ParvisError:
    """What ``fault`` means to the core."""
    if is_revoked(fault):
        return ChannelRevoked(CHANNEL, PASSWORD)
    if fault.status == 429:
        return SendPaused(fault.retry_after or 1.0)
    # Without a code of Matrix's the answer is a proxy's, not the homeserver's.
    if fault.status == 403 and fault.code:
        return SendRefused("not allowed in this room, or no longer in it (403)", gone=True)
    if fault.status in (400, 404, 413) and fault.code and fault.code != "M_UNRECOGNIZED":
        return SendRefused(f"not accepted by the homeserver ({fault.status} {fault.code})")
    if fault.status == 0:
        return SendFailed(f"no answer, or none that can be read ({fault.code or 'garbage'})")
    return SendFailed(f"an error of the homeserver's ({fault.status})")


def is_revoked(fault: Fault) -> bool:
    """True if the homeserver no longer knows the token, or refuses the password."""
    return fault.status in (401, 403) and fault.code in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED")
