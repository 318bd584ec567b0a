"""A bot from process start to its answers, measured in this process; the job comes as JSON on stdin.

``begun`` of the job is the parent's monotonic clock (seconds) just before this process was started.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.asking import Asking
from benchmarks.process import megabytes, megabytes_of_children

if TYPE_CHECKING:
    from collections.abc import Mapping

# "Memory of a bot at work" is taken after this many answers.
_FIRST_ANSWERS = 50


def main() -> None:
    """Build the bot of the job, ask it its golden questions, print the figures as JSON."""
    json.dump(measure(json.load(sys.stdin)), sys.stdout)


def measure(job: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds to ready, memory in MiB, milliseconds of each answer.

    ``own_cpu`` is the share of the time that this process had a core: under one, it waited.
    """
    asking = Asking.start(Path(job["base"]), Path(job["cache"]))
    ready = time.monotonic() - job["begun"]
    questions = asking.bot.base.golden
    begin, begin_cpu = time.perf_counter(), time.process_time()
    took = [asking.milliseconds(golden) for golden in questions[:_FIRST_ANSWERS]]
    memory = {"serving_mb": megabytes(peak=False), "peak_mb": megabytes(peak=True)}
    memory["training_mb"] = megabytes_of_children()
    took += [asking.milliseconds(golden) for golden in questions[_FIRST_ANSWERS:]]
    return {
        "ready_s": ready,
        "entries": len(asking.bot.base.entries),
        **memory,
        "training_imported": "bot.answering.training" in sys.modules,
        "own_cpu": (time.process_time() - begin_cpu) / (time.perf_counter() - begin),
        "answers_ms": took,
    }


if __name__ == "__main__":
    main()
