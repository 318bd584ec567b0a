"""Names that say who is who to the bot, and to nobody else."""

from __future__ import annotations

import hashlib

from bot.errors import SettingsError

__all__ = ["MIN_KEY_BYTES", "pseudonym"]

# RFC 2104, section 3: a key shorter than the digest weakens a keyed hash.
MIN_KEY_BYTES = 16
_DIGEST_BYTES = 16


def pseudonym(key: bytes, channel: str, raw_id: str) -> str:
    """A stable name for ``raw_id`` on ``channel``: 32 hexadecimal digits that only ``key`` can make again.

    The same identifier gets unrelated names on two channels, and under two keys.
    Keyed BLAKE2b (RFC 7693), 16 bytes. Raises SettingsError if ``key`` is under 16
    bytes or over 64, the most BLAKE2b takes.
    """
    if not MIN_KEY_BYTES <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise SettingsError(
            "operator.key_length",
            setting="PARVIS_SECRET",
            length=len(key),
            least=MIN_KEY_BYTES,
            most=hashlib.blake2b.MAX_KEY_SIZE,
        )
    channel_bytes = channel.encode("utf-8", "surrogatepass")
    # The channel's length comes first: without it ("ab", "c") and ("a", "bc") would share a name.
    message = len(channel_bytes).to_bytes(4, "big") + channel_bytes + raw_id.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(message, digest_size=_DIGEST_BYTES, key=key).hexdigest()
