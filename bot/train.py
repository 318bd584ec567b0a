"""`python -m bot.train BASE CACHE`: what the trainer's own process runs."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path

from bot.answering.concepts import ConceptFinder
from bot.answering.modelfile import model_path, save_model
from bot.assembly import learn_base
from bot.errors import ParvisError
from bot.knowledge.loading import load_base

__all__ = ["main"]

# Answers come first where processors are few.
_NICENESS = 19


def main(arguments: list[str]) -> int:
    """Train the base in folder ``arguments[0]`` into the cache ``arguments[1]``; 0 if the model is there.

    Writes how far it is (0 to 1) on standard output, a line each time.
    """
    os.nice(_NICENESS)
    _go_first()
    # All that is made here is needed until the end: looking for waste among it takes half a second.
    gc.disable()
    root, cache = (Path(argument) for argument in arguments)
    try:
        base = load_base(root)
        model = learn_base(base, ConceptFinder(base.concepts.values()), _tell)
        save_model(model, model_path(cache, base.version))
    except (ParvisError, OSError, KeyboardInterrupt):
        return 1
    return 0


def _go_first() -> None:
    """Where memory runs out, the system ends the trainer and not the process that answers."""
    # Linux alone has this file, and lets any process give itself up: proc_pid_oom_score_adj(5).
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def _tell(share: float) -> None:
    sys.stdout.write(f"{share:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
