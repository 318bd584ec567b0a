"""What `parvis run` writes to its log, in a test: opened as it opens it, and all as before afterwards."""

from __future__ import annotations

import io
import logging
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.commands.logs import open_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["opened_log"]


@contextmanager
def opened_log(secrets: Iterable[str], form: str = "json", level: str = "info") -> Iterator[io.StringIO]:
    """What is written."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in (*logging.root.manager.loggerDict, "parvis"))]
    before = [(one, one.handlers[:], one.level) for one in loggers]
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    silenced = [one for one in loggers if one.disabled]  # import-linter silences all that it finds
    for one in silenced:
        one.disabled = False
    stderr, written = sys.stderr, io.StringIO()
    sys.stderr = written
    try:
        open_log(secrets, form, level)
        yield written
    finally:
        sys.stderr = stderr
        sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
        logging.captureWarnings(False)
        for one in [logging.getLogger(name) for name in logging.root.manager.loggerDict]:
            one.setLevel(logging.NOTSET)
        for one in silenced:
            one.disabled = True
        for one, handlers, level_before in before:
            one.handlers[:] = handlers
            one.setLevel(level_before)
