"""One ranker on one base, measured in this process; the job comes as JSON on stdin, the figures go to stdout."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.contenders import BUILDERS, Parvis, TooLargeError
from benchmarks.datasets import draw, read_dataset
from benchmarks.figures import auroc, percentile, refused_at
from benchmarks.growing import grown, invented, questions_of
from benchmarks.process import megabytes
from benchmarks.typos import mistype

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.contenders import Contender
    from benchmarks.datasets import Dataset, Labelled

_COVERAGE = 0.9
_TARGETS = (0.9, 0.95)
_TYPO_SEED = 1
_WARM_UP = 20
_QUESTIONS = 1000
# A ranker that takes a second a question is not asked a thousand.
_PATIENCE_SECONDS = 60.0


def quality(dataset: Dataset, ranker: str, seed: int) -> dict[str, Any]:
    """How often ``ranker`` is right on ``dataset``, and how well it knows when it is not."""
    contender = BUILDERS[ranker](draw(dataset, dataset.phrasings_per_label, seed), dataset.language)
    rng = random.Random(_TYPO_SEED)  # noqa: S311  # a draw, not a secret
    clean = [contender.rank(text) for text, _ in dataset.test]
    mistyped = [contender.rank(mistype(text, rng)) for text, _ in dataset.test]
    labels = [label for _, label in dataset.test]
    found: dict[str, Any] = {}
    for prefix, rankings in (("", clean), ("typo_", mistyped)):
        found[f"{prefix}accuracy"] = _share([r.labels[:1] == (lb,) for r, lb in zip(rankings, labels, strict=True)])
        found[f"{prefix}recall3"] = _share([lb in r.labels for r, lb in zip(rankings, labels, strict=True)])
    inside = [ranking.sureness for ranking in clean]
    outside = {
        kind: [contender.rank(text).sureness for text in texts] for kind, texts in dataset.outside.items() if texts
    }
    found["outside"] = {
        kind: {"auroc": auroc(inside, scores), "refused": refused_at(_COVERAGE, inside, scores)}
        for kind, scores in outside.items()
    }
    if isinstance(contender, Parvis):
        right = [ranking.labels[:1] == (label,) for ranking, label in zip(clean, labels, strict=True)]
        found["confidences"], found["right"] = inside, right
        found["promises"] = [_promise(contender, target, inside, right, outside) for target in _TARGETS]
    return found


def _promise(
    contender: Parvis, target: float, inside: list[float], right: list[bool], outside: Mapping[str, list[float]]
) -> dict[str, Any]:
    """What is answered directly at a target precision, and how much of it is right."""
    threshold = contender.model.calibration.threshold(target)
    said = [good for sure, good in zip(inside, right, strict=True) if sure >= threshold]
    return {
        "target": target,
        "answered": len(said) / len(right),
        "precision": _share(said) if said else None,
        "outside": {kind: _share([sure >= threshold for sure in scores]) for kind, scores in outside.items()},
    }


def speed(dataset: Dataset, ranker: str, size: int, seed: int, *, all_invented: bool) -> dict[str, Any]:
    """How long ``ranker`` takes to learn ``size`` phrasings and to find a first answer, and its memory."""
    base = invented(dataset.train, size, seed) if all_invented else grown(dataset, size, seed)
    questions = questions_of(dataset, base, _QUESTIONS + _WARM_UP, seed)
    before = megabytes(peak=False)
    begin = time.perf_counter()
    try:
        contender = BUILDERS[ranker](base, dataset.language)
    except TooLargeError as error:
        return {"too_large": str(error), "entries": len({label for _, label in base})}
    build = time.perf_counter() - begin
    for text, _ in questions[:_WARM_UP]:
        contender.first(text)
    return {
        "entries": len({label for _, label in base}),
        "build_s": build,
        **_ask(contender, questions[_WARM_UP:]),
        "data_mb": before,
        "serving_mb": megabytes(peak=False),
        "peak_mb": megabytes(peak=True),
    }


def _ask(contender: Contender, questions: Sequence[Labelled]) -> dict[str, Any]:
    """Each question once. ``own_cpu`` is the share of the time that this process had a core: under one, it waited."""
    took: list[float] = []
    begin, begin_cpu = time.perf_counter(), time.process_time()
    for text, _ in questions:
        asked = time.perf_counter()
        contender.first(text)
        answered = time.perf_counter()
        took.append(answered - asked)
        if answered - begin > _PATIENCE_SECONDS:
            break
    own = (time.process_time() - begin_cpu) / (time.perf_counter() - begin)
    return {
        "questions": len(took),
        "mean_ms": sum(took) / len(took) * 1000,
        "p50_ms": percentile(took, 0.5),
        "p99_ms": percentile(took, 0.99),
        "own_cpu": own,
    }


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags)


def main() -> None:
    """Do the job on stdin."""
    job = json.load(sys.stdin)
    dataset = read_dataset(Path(job["file"]))
    if job["kind"] == "quality":
        found = quality(dataset, job["ranker"], job["seed"])
    else:
        found = speed(dataset, job["ranker"], job["size"], job["seed"], all_invented=job["all_invented"])
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
