"""``python -m benchmarks.startup``: how soon a base is ready, what it weighs, how fast whole answers are."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import percentile
from benchmarks.machine import describe
from benchmarks.page import write_section
from benchmarks.process import run_child
from benchmarks.startup_report import section
from bot.settings import default_base

_CHILD, _RELOAD_CHILD = "benchmarks.startup_child", "benchmarks.reload_child"
_ROUNDS = 5


def measure(base: Path, rounds: int) -> dict[str, Any]:
    """One start with an empty cache of models, then ``rounds`` starts with the model cached."""
    with TemporaryDirectory() as cache:
        starts = [_start(base, cache) for _ in range(1 + rounds)]
    cold, warm = starts[0], starts[1:]
    answers = [milliseconds / 1000 for start in warm for milliseconds in start["answers_ms"]]
    return {
        "machine": describe(),
        "base": base.name,
        "entries": cold["entries"],
        "rounds": rounds,
        "cold_s": cold["ready_s"],
        "cold_peak_mb": cold["peak_mb"],
        "training_mb": cold["training_mb"],
        "warm_s": median(start["ready_s"] for start in warm),
        "warm_worst_s": max(start["ready_s"] for start in warm),
        "serving_mb": max(start["serving_mb"] for start in warm),
        "peak_mb": max(start["peak_mb"] for start in warm),
        "training_imported": any(start["training_imported"] for start in warm),
        "answers": len(answers),
        "p50_ms": percentile(answers, 0.5),
        "p99_ms": percentile(answers, 0.99),
        "own_cpu": min(start["own_cpu"] for start in warm),
        **run_child(_RELOAD_CHILD, {"base": str(base)}),
    }


def _start(base: Path, cache: str) -> dict[str, Any]:
    return run_child(_CHILD, {"base": str(base), "cache": cache, "begun": time.monotonic()})


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__)
    parser.add_argument("--base", type=Path, default=None, help="a base's folder; by default the shipped one")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="starts with a warm cache")
    parser.add_argument("--date", default=None, help="the day to write in the page (by default none)")
    parser.add_argument("--json", type=Path, default=None, help="write the figures to this file")
    parser.add_argument("--markdown", type=Path, default=None, help="replace this page's section on starting")
    options = parser.parse_args()
    figures = measure((options.base or default_base()).resolve(), options.rounds)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1), "utf-8")
    text = section(figures, options.date)
    print(text)
    if options.markdown is not None:
        write_section(options.markdown, "startup", text)


if __name__ == "__main__":
    main()
