"""A bot from process start to its answers, measured in this process; the job comes as JSON on stdin.

``begun`` of the job is the parent's monotonic clock (seconds) just before this process was started.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.process import megabytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.assembly import Bot
    from bot.knowledge.model import GoldenQuestion
    from bot.storage.memory import MemoryStore

# "Memory of a bot at work" is taken after this many answers.
_FIRST_ANSWERS = 50


def main() -> None:
    """Build the bot of the job, ask it its golden questions, print the figures as JSON."""
    job = json.load(sys.stdin)
    json.dump(measure(job), sys.stdout)


def measure(job: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds to ready, memory in MiB, milliseconds of each answer."""
    from bot.assembly import build
    from bot.clock import SystemClock
    from bot.storage.memory import MemoryStore

    store = MemoryStore()
    bot = build(Path(job["base"]), cache=Path(job["cache"]), clock=SystemClock(), store=store)
    found: dict[str, Any] = {
        "ready_s": time.monotonic() - job["begun"],
        "training_imported": "bot.answering.training" in sys.modules,
        "entries": len(bot.base.entries),
    }
    questions = bot.base.golden
    begin, begin_cpu = time.perf_counter(), time.process_time()
    took = [_timed(bot, store, question, number) for number, question in enumerate(questions[:_FIRST_ANSWERS])]
    found["serving_mb"], found["peak_mb"] = megabytes(peak=False), megabytes(peak=True)
    took += [_timed(bot, store, question, number) for number, question in enumerate(questions[_FIRST_ANSWERS:])]
    found["own_cpu"] = (time.process_time() - begin_cpu) / (time.perf_counter() - begin)
    return {**found, "answers_ms": [1000 * seconds for seconds in took]}


def _timed(bot: Bot, store: MemoryStore, golden: GoldenQuestion, number: int) -> float:
    from bot.clock import SystemClock
    from bot.messages import Question

    asker = f"measured-{number}"
    question = Question(
        id=asker,
        channel="terminal",
        asker=asker,
        conversation=asker,
        text=golden.question,
        received_at=SystemClock().now(),
        language=golden.language,
    )
    begin = time.perf_counter()
    bot.desk.answer(question)
    took = time.perf_counter() - begin
    store.forget(asker)
    return took


if __name__ == "__main__":
    main()
