"""Public question sets: phrasings that teach, questions that test, and questions nothing answers."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Labelled = tuple[str, str]

__all__ = ["PHRASINGS_PER_LABEL", "Dataset", "dataset_files", "draw", "read_dataset"]

# What a town could write for each entry: five phrasings in the French sets, ten in the English one.
PHRASINGS_PER_LABEL = {"cdtn_fr": 5, "covid_fr": 5, "banking77": 10}
_USUAL_PHRASINGS = 5


@dataclass(frozen=True, slots=True)
class Dataset:
    """A question set: ``train`` and ``test`` pair a text with its label; ``outside`` maps a kind to texts."""

    name: str
    language: str
    train: Sequence[Labelled]
    test: Sequence[Labelled]
    outside: Mapping[str, Sequence[str]]

    @property
    def phrasings_per_label(self) -> int:
        """How many phrasings of a label are drawn to make a base."""
        return PHRASINGS_PER_LABEL.get(self.name, _USUAL_PHRASINGS)


def dataset_files(folder: Path) -> list[Path]:
    """The question sets of ``folder``, by name. Raises FileNotFoundError if there is none."""
    found = sorted(folder.glob("*.json"))
    if not found:
        raise FileNotFoundError(f"no question set (*.json) in {folder}")
    return found


def read_dataset(file: Path) -> Dataset:
    """Read ``file``: ``lang``, ``train``, ``test``, ``oos``. Raises OSError, ValueError or KeyError."""
    raw = json.loads(file.read_text("utf-8"))
    pairs = {part: [(text, label) for text, label in raw[part]] for part in ("train", "test")}
    return Dataset(file.stem, raw["lang"], pairs["train"], pairs["test"], raw["oos"])


def draw(dataset: Dataset, phrasings: int, seed: int) -> list[Labelled]:
    """``phrasings`` phrasings of each label (fewer if it has fewer), at random but always the same for a seed."""
    rng = random.Random(seed)  # noqa: S311  # a draw, not a secret
    by_label: dict[str, list[str]] = {}
    for text, label in dataset.train:
        by_label.setdefault(label, []).append(text)
    return [
        (text, label)
        for label, texts in sorted(by_label.items())
        for text in rng.sample(texts, min(phrasings, len(texts)))
    ]
