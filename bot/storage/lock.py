"""Only one bot on one folder of data: two would each answer everyone."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["held", "is_held"]

_FILE = "parvis.lock"
# Who only asks whether the folder is held (``is_held``) holds it for microseconds: a few more tries tell that apart.
_TRIES, _PAUSE = 10, 0.05


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold ``folder`` as long as the block runs.

    Raises StorageError if another process holds it or the file cannot be made. The lock ends
    with the process, however that ends.
    """
    handle = _open(folder)
    try:
        for tried in range(1, _TRIES + 1):
            if _take(handle, fcntl.LOCK_EX):
                break
            if tried == _TRIES:
                raise StorageError("operator.already_running", path=folder)
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool:
    """True while another process holds ``folder``. Raises StorageError if the file cannot be made."""
    handle = _open(folder)
    try:
        return not _take(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _open(folder: Path) -> int:
    try:
        return os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError("operator.store_unwritable", path=folder, detail=error.strerror) from error


def _take(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
