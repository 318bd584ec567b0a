"""`python -m bot.answering.alarmtraining`: learn from the examples how an emergency sounds.

Run it at the root of the project, whenever an example, a pattern or this code changes
(a test tells): it writes ``data/alarms.npz``. About a minute on one core. Answering never imports it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cdist

from bot.answering.alarms import BUCKETS, FILE, MOST_SIGNS, ORDINARY, Alarms, vector
from bot.answering.lbfgs import minimise
from bot.answering.signs import EmergencyKind, SignReader
from bot.answering.training import Examples, fit, gram_matrix, primal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.answering.signs import Signs

    Array = NDArray[np.float32]
    Weights = tuple[NDArray[np.int8], Array]

__all__ = ["COLUMNS", "fingerprint", "main"]

_HERE = Path(__file__).parent
_DATA = _HERE / "data"
_TOLD = ("alarms.yaml", "alarms_more.yaml", "alarms_third.yaml")
_TOWN = "alarms_town.yaml"
# The sets the patterns were designed on: examples too, but they would flatter the patterns in the weighing.
_DESIGNED = tuple(Path("tests/data") / f"emergencies_dev{number}.yaml" for number in ("", "_2", "_3", "_4"))
_CODE = ("alarms.py", "alarmtraining.py", "signs.py", "cues.py")
COLUMNS = (ORDINARY, *(kind.value for kind in EmergencyKind))
# Examples are few and the features many: this softens the regularisation of ``training.fit`` (from .835 to
# .853 of emergencies found out of fold at the same false alarms).
_EMPHASIS = 3.0
_FOLDS = 5
# Texts that share their words to this degree (0 to 100) stay on the same side of a fold.
_ALIKE = 75
# Of invented ordinary messages, made to sound like an emergency, this share may show the numbers, and this
# share may show nothing else: the first allows a precision of .9 where one message in two is an emergency.
_MAY_DOUBT = 0.075
_MAY_BE_SURE = 0.02
# The same for plain questions of a town that nothing like them was learned from.
_TOWN_MAY_DOUBT = 0.0375
_TOWN_MAY_BE_SURE = 0.0125


@dataclass(frozen=True, slots=True)
class _Example:
    text: str
    label: str
    group: int
    origin: str


def fingerprint(root: Path) -> str:
    """A hash of all that ``alarms.npz`` is made from; ``root`` is the project's folder. Raises OSError."""
    digest = blake2b(digest_size=16)
    sources = [_DATA / name for name in (*_TOLD, _TOWN, "emergency.yaml")]
    for file in (*sources, *(root / path for path in _DESIGNED), *(_HERE / name for name in _CODE)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def main(root: Path) -> int:
    """Learn, weigh, and write the file; ``root`` is the project's folder. Raises OSError, ModelError."""
    examples = list(_examples(root))
    reader = SignReader()
    signs = [reader.read(example.text) for example in examples]
    vectors = [vector(sign.words) for sign in signs]
    labels = np.array([COLUMNS.index(example.label) for example in examples], np.int32)
    weights = np.full(len(examples), _EMPHASIS, np.float32)
    gram = gram_matrix(vectors, BUCKETS)

    def learn(rows: NDArray[np.intp]) -> Weights:
        lesson = Examples([vectors[row] for row in rows], labels[rows], weights[rows])
        dual = fit(partial(np.matmul, gram[np.ix_(rows, rows)]), lesson, len(COLUMNS))
        return _rounded(primal(lesson.vectors, BUCKETS, dual))

    odds = np.empty(len(examples), np.float32)
    folds = np.array([example.group % _FOLDS for example in examples])
    for fold in range(_FOLDS):
        alarms = Alarms(COLUMNS, *learn(np.flatnonzero(folds != fold)))
        for row in np.flatnonzero(folds == fold):
            odds[row] = alarms.hear(signs[row].words).odds
    mix, doubtful, certain = _weigh(examples, signs, odds)
    steps, scales = learn(np.arange(len(examples)))
    np.savez_compressed(
        _DATA / FILE,
        columns=np.array(COLUMNS),
        weights=steps,
        scales=scales,
        mix=mix,
        doubtful=np.float32(doubtful),
        certain=np.float32(certain),
        source=np.array(fingerprint(root)),
    )
    return 0


def _examples(root: Path) -> Iterator[_Example]:
    told = [(name, text, label) for name in _TOLD for text, label in _messages(_DATA / name)]
    told += [(path.name, text, label) for path in _DESIGNED for text, label in _messages(root / path)]
    groups = _groups([text for _, text, _ in told])
    for (origin, text, label), group in zip(told, groups, strict=True):
        yield _Example(text, label, group, origin)
    town = _read(_DATA / _TOWN)
    for group, texts in enumerate(town[ORDINARY]):
        yield from (_Example(text, ORDINARY, group, _TOWN) for text in texts)
    for group, text in enumerate(town["terms"]):
        yield _Example(text, ORDINARY, group, "terms")


def _read(file: Path) -> dict[str, Any]:
    # This loader makes nothing but text: "no" is a message.
    data = yaml.load(file.read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
    return dict(data)


def _messages(file: Path) -> Iterator[tuple[str, str]]:
    data = _read(file)
    for kind, texts in data["emergencies"].items():
        if kind in COLUMNS:  # "foreign" is left to the patterns
            yield from ((text, kind) for text in texts)
    yield from ((text, ORDINARY) for text in data[ORDINARY])


def _groups(texts: Sequence[str]) -> list[int]:
    """A number for each text, the same for texts that are nearly alike; numbers mix kinds and hands."""
    alike = cdist(texts, texts, scorer=token_set_ratio, score_cutoff=_ALIKE, dtype=np.uint8) > 0
    groups = list(range(len(texts)))
    for row in range(len(texts)):
        groups[row] = groups[int(np.argmax(alike[row]))]
    return groups


def _weigh(examples: Sequence[_Example], signs: Sequence[Signs], odds: Array) -> tuple[Array, float, float]:
    """The mix of what is heard and seen, by logistic regression, and the evidence needed for each answer."""
    seen = np.array([min(sign.best, MOST_SIGNS) for sign in signs], np.float32)
    weakened = np.array([sign.weakened for sign in signs], np.float32)
    alarming = np.array([example.label != ORDINARY for example in examples])
    fresh = np.array([example.origin in _TOLD for example in examples])
    town = np.array([example.origin == _TOWN for example in examples])
    features = np.stack([odds, seen, weakened, np.ones_like(odds)], axis=1)
    used = fresh | town
    mix = _logistic(features[used], alarming[used])[:3]
    silent = np.array([sign.too_little for sign in signs])
    evidence = np.where(silent, -np.inf, features[:, :3] @ mix)
    hard, plain = evidence[fresh & ~alarming], evidence[town]
    doubtful = max(np.quantile(hard, 1 - _MAY_DOUBT), np.quantile(plain, 1 - _TOWN_MAY_DOUBT))
    certain = max(doubtful, np.quantile(hard, 1 - _MAY_BE_SURE), np.quantile(plain, 1 - _TOWN_MAY_BE_SURE))
    _tell(evidence, alarming, {"told": fresh, "town": town}, (float(doubtful), float(certain)))
    return mix, float(doubtful), float(certain)


def _logistic(features: Array, truth: NDArray[np.bool_]) -> Array:
    sign = np.where(truth, 1.0, -1.0).astype(np.float32)

    def loss(point: Array) -> tuple[float, Array]:
        margin = sign * (features @ point)
        value = float(np.logaddexp(0.0, -margin).sum()) + 0.5 * float(point @ point)
        pull = sign / (1.0 + np.exp(margin))
        return value, (point - features.T @ pull).astype(np.float32)

    start = np.zeros(features.shape[1], np.float32)
    return minimise(loss, start, lambda one, other: float(one @ other), tolerance=1e-6, steps=200)[0]


def _rounded(weights: Array) -> Weights:
    scales = (np.abs(weights).max(axis=0) / 127).astype(np.float32)
    return np.round(weights / scales).astype(np.int8), scales


def _tell(
    evidence: Array, alarming: NDArray[np.bool_], sets: dict[str, NDArray[np.bool_]], needed: tuple[float, float]
) -> None:
    for name, chosen in sets.items():
        for truth in (True, False):
            found = evidence[chosen & (alarming == truth)]
            if len(found):
                shares = ", ".join(f"{float((found >= least).mean()):.3f}" for least in needed)
                word = "emergencies" if truth else "ordinary"
                sys.stderr.write(f"{name}, {len(found)} {word}, out of fold: doubtful or certain, certain: {shares}\n")


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
