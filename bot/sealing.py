"""Encryption of what must be kept for a moment and read by nobody else."""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsError

__all__ = ["Sealer"]

# NIST SP 800-38D, section 8.2.2: 96 random bits are safe for 2**32 messages under one key.
_NONCE_BYTES = 12


class Sealer:
    """Seals texts with AES-256-GCM under a key made from the operator's secret; safe to share between threads."""

    def __init__(self, secret: bytes) -> None:
        # Another key than that of the pseudonyms, from the same secret: BLAKE2b's personalisation keeps them apart.
        self._cipher = AESGCM(hashlib.blake2b(key=secret, person=b"parvis-seal", digest_size=32).digest())

    def seal(self, text: str) -> bytes:
        """``text`` as bytes that only the same secret opens; twice the same text gives unlike bytes."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), None)

    def open(self, sealed: bytes) -> str:
        """What was sealed; raises SettingsError if it was under another secret."""
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag as error:
            raise SettingsError("operator.wrong_key") from error
        return plain.decode("utf-8", "surrogatepass")
