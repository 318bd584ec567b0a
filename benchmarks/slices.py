"""``python -m benchmarks.slices DATASETS_DIR OUT``: slices of the question sets small enough for the tests."""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.datasets import Dataset, dataset_files, draw, read_dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.datasets import Labelled

__all__ = ["cut"]

_LABELS = 20
_PHRASINGS = 5
_QUESTIONS = 60
_SEED = 2026


def cut(dataset: Dataset) -> Dataset:
    """Twenty labels at random, five phrasings of each, sixty of their questions; nothing out of scope."""
    rng = random.Random(_SEED)  # noqa: S311  # a draw, not a secret
    asked = sorted({label for _, label in dataset.test})
    labels = set(rng.sample(asked, _LABELS))
    train = [pair for pair in draw(dataset, _PHRASINGS, _SEED) if pair[1] in labels]
    test = [pair for pair in dataset.test if pair[1] in labels]
    return Dataset(dataset.name, dataset.language, train, rng.sample(test, min(_QUESTIONS, len(test))), {})


def main() -> None:
    """Cut every set of the folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slices", description=__doc__)
    parser.add_argument("datasets", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    for file in dataset_files(options.datasets):
        piece = asdict(cut(read_dataset(file)))
        parts = {"lang": piece["language"], "train": piece["train"], "test": piece["test"], "oos": piece["outside"]}
        (options.out / file.name).write_text(_one_pair_a_line(parts), "utf-8")


def _one_pair_a_line(parts: dict[str, str | dict[str, str] | Sequence[Labelled]]) -> str:
    lines = []
    for name, part in parts.items():
        if isinstance(part, str | dict):
            lines.append(f'"{name}": {json.dumps(part)}')
        else:
            pairs = ",\n  ".join(json.dumps(pair, ensure_ascii=False) for pair in part)
            lines.append(f'"{name}": [\n  {pairs}\n ]')
    return "{\n " + ",\n ".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
