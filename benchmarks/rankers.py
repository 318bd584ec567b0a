"""``python -m benchmarks.rankers DATASETS_DIR``: Parvis's ranker beside three others, in one run."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from benchmarks.contenders import BUILDERS
from benchmarks.datasets import dataset_files
from benchmarks.machine import describe
from benchmarks.page import write_section
from benchmarks.process import run_child
from benchmarks.rankers_report import section

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "measure"]

_CHILD = "benchmarks.child"
_SIZES = (100, 1_000, 6_000, 100_000)
_SEEDS = 3
# The size of a large town, also measured with as many entries as such a town has.
_TOWN = 6_000
# The set with the most phrasings, from which bases of every size are made.
_SPEED_SET = "banking77"


def measure(folder: Path, sizes: Sequence[int], seeds: int) -> dict[str, Any]:
    """Every figure: each ranker on each question set and at each size, one process each."""
    files = dataset_files(folder)
    found: dict[str, Any] = {"machine": describe(), "seeds": seeds, "quality": {}, "speed": []}
    for file in files:
        found["quality"][file.stem] = {ranker: _quality(file, ranker, seeds) for ranker in BUILDERS}
    grown = next((file for file in files if file.stem == _SPEED_SET), max(files, key=lambda file: file.stat().st_size))
    shapes = [(size, False) for size in sizes] + [(size, True) for size in sizes if size == _TOWN]
    for size, all_invented in sorted(shapes):
        job = {"file": str(grown), "kind": "speed", "size": size, "seed": 0, "all_invented": all_invented}
        found["speed"].append({"size": size, "rankers": {ranker: _child(ranker=ranker, **job) for ranker in BUILDERS}})
    return found


def _quality(file: Path, ranker: str, seeds: int) -> dict[str, Any]:
    """Means over the draws; confidences of all draws together."""
    draws = [_child(file=str(file), kind="quality", ranker=ranker, seed=seed) for seed in range(seeds)]
    means: dict[str, Any] = _mean(draws)
    return means


def _mean(values: Sequence[Any]) -> Any:
    """The same shape with means for numbers; what cannot be averaged is dropped, lists of answers are joined."""
    first = values[0]
    if isinstance(first, dict):
        return {key: _mean([value[key] for value in values]) for key in first}
    if isinstance(first, list) and first and isinstance(first[0], dict):
        return [_mean(group) for group in zip(*values, strict=True)]
    if isinstance(first, list):
        return [item for value in values for item in value]
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _child(**job: Any) -> dict[str, Any]:
    print(*(value for key, value in job.items() if key != "file"), Path(job["file"]).stem, file=sys.stderr, flush=True)
    return run_child(_CHILD, job)


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rankers", description=__doc__)
    parser.add_argument("datasets", type=Path, help="folder of question sets (*.json: lang, train, test, oos)")
    parser.add_argument("--sizes", type=int, nargs="*", default=_SIZES, help="phrasings, for time and memory")
    parser.add_argument("--seeds", type=int, default=_SEEDS, help="draws of phrasings, for accuracy")
    parser.add_argument("--date", default=None, help="the day to write in the page (by default none)")
    parser.add_argument("--json", type=Path, default=None, help="write the figures to this file")
    parser.add_argument("--markdown", type=Path, default=None, help="replace this page's section on rankers")
    options = parser.parse_args()
    figures = measure(options.datasets, options.sizes, options.seeds)
    if options.json is not None:
        options.json.write_text(json.dumps(figures), "utf-8")
    text = section(figures, options.date)
    print(text)
    if options.markdown is not None:
        write_section(options.markdown, "rankers", text)


if __name__ == "__main__":
    main()
