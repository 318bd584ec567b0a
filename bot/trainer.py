"""Train a base in a process of its own, which gives its memory back and holds up no answer."""

from __future__ import annotations

import os
import signal
import subprocess  # runs this same program, with no text from outside
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ModelError, TrainerKilled

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["train_beside"]

# Far beyond what the largest base takes (seconds); a trainer that hangs must not hang for ever.
_LONGEST = 900.0


def train_beside(root: Path, cache: Path, progress: Callable[[float], None]) -> None:
    """Train the base in folder ``root`` and keep its model in ``cache``.

    ``progress`` hears how far it is (0 to 1). Raises ModelError if no model came of it, TrainerKilled
    if the trainer was stopped from outside.
    """
    package = str(Path(__file__).parent.parent)
    paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")]))
    _make_room(cache)
    try:
        trainer = subprocess.Popen(  # noqa: S603  # our own program, and two folders
            [sys.executable, "-m", "bot.train", str(root), str(cache)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
            text=True,
        )
    except OSError as error:
        raise ModelError("the trainer could not be started") from error
    limit = threading.Timer(_LONGEST, trainer.kill)
    limit.start()
    try:
        with trainer:
            for line in trainer.stdout or ():
                progress(float(line))
    except BaseException:
        trainer.kill()
        raise
    finally:
        limit.cancel()
    if trainer.returncode == -signal.SIGKILL:
        raise TrainerKilled("the trainer was killed")
    if trainer.returncode != 0:
        raise ModelError("the base could not be learned")


def _make_room(cache: Path) -> None:
    """Find out before the training, not after it, that its model could not be kept."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError("the folder of models cannot be made") from error
    if not os.access(cache, os.W_OK | os.X_OK):
        raise ModelError("the folder of models cannot be written")
