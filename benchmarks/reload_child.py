"""How long answers wait while a new version of the base is learned beside them; the job comes as JSON on stdin."""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.asking import Asking

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Each question is asked this often in peace, to know what it takes.
_ROUNDS = 4
_QUESTIONS = 200
# A resident every hundredth of a second: far more than a town has, and yet time to breathe.
_PAUSE_SECONDS = 0.01


def main() -> None:
    """Serve a copy of the job's base, change it, ask all along, print the figures as JSON."""
    job = json.load(sys.stdin)
    with TemporaryDirectory() as room:
        # The whole shelf: a base may include its neighbours.
        base = Path(job["base"])
        shelf = shutil.copytree(base.parent, Path(room) / "shelf")
        json.dump(measure(shelf / base.name, Path(room) / "cache"), sys.stdout)


def measure(base: Path, cache: Path) -> dict[str, Any]:
    """Milliseconds: the slowest answer in peace and during the reload, and the longest wait the reload added."""
    from bot.reloading import Reloader

    asking = Asking.start(base, cache)
    questions = asking.bot.base.golden[:_QUESTIONS]
    ask = [lambda golden=golden: asking.milliseconds(golden) for golden in questions]
    # The first round pays for what is only made once.
    peace = [[_paused(one) for one in ask] for _ in range(1 + _ROUNDS)][1:]
    usual = [median(times) for times in zip(*peace, strict=True)]
    # The worst that happens in peace is not the reload's doing.
    noise = max(took - usual[number] for times in peace for number, took in enumerate(times))

    served = asking.bot.base.version
    with (base / "city.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    reloader = Reloader(asking.bot.desk, base, cache=cache, target_precision=0.95)
    thread = threading.Thread(target=reloader.reload)
    begin = time.perf_counter()
    thread.start()
    during = _while(thread, ask)
    seconds = time.perf_counter() - begin
    if asking.bot.base.version == served:
        raise RuntimeError("the base was not reloaded")
    waits = [took - usual[number % len(ask)] for number, took in enumerate(during)]
    return {
        "reload_s": seconds,
        "reload_answers": len(during),
        "peace_worst_ms": max(took for times in peace for took in times),
        "peace_noise_ms": noise,
        "reload_worst_ms": max(during),
        "reload_wait_ms": max(waits),
        "reload_over": sum(wait > 20 for wait in waits),
    }


def _while(thread: threading.Thread, ask: Sequence[Callable[[], float]]) -> list[float]:
    took: list[float] = []
    while thread.is_alive():
        took.append(_paused(ask[len(took) % len(ask)]))
    return took


def _paused(ask: Callable[[], float]) -> float:
    time.sleep(_PAUSE_SECONDS)
    return ask()


if __name__ == "__main__":
    main()
