"""What `parvis run` writes on stderr: one line an event, without a secret in it."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["open_log"]

# Libraries that write tokens (in addresses) or rooms' members at INFO.
_TALKATIVE = ("httpx", "httpcore", "urllib3", "aiohttp.access")
# Names residents and their rooms in its warnings.
_SILENT = ("nio",)


class _Discreet(logging.Formatter):
    """Leaves secrets out of all it writes, tracebacks included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        # The longest first: one may be the beginning of another.
        self._secrets = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text


def open_log(secrets: Iterable[str]) -> None:
    """Write what Parvis and its libraries log to stderr, never any of ``secrets``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet(secrets))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("parvis").setLevel(logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
