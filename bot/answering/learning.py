"""From a base to a trained model: features, weights, and the trials that calibrate them.

Only training imports this module; answering never does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.analysis import analyse, words_of
from bot.answering.calibration import OUTSIDE_WEIGHT, Trials, fit_calibration
from bot.answering.features import FeatureSpace, Shares
from bot.answering.model import Coverage, Model
from bot.answering.training import Examples, fit, gram_basis, primal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from bot.answering.analysis import Analysis
    from bot.answering.concepts import ConceptFinder, Sighting
    from bot.answering.documents import Document
    from bot.knowledge.model import Concept

    Array = NDArray[np.float32]
    Progress = Callable[[float], None]

__all__ = ["learn"]

_FOLDS = 5
# Folds start from the whole base's weights, so a few steps suffice.
_FIRST_CHOICES = 3


@dataclass(frozen=True, slots=True)
class _Lesson:
    """Everything the folds share."""

    documents: Sequence[Document]
    analyses: Sequence[Analysis]
    sightings: Sequence[Sighting]
    space: FeatureSpace
    basis: Array
    examples: Examples
    classes: int
    whole: Array


def learn(
    documents: Sequence[Document],
    entry_ids: Sequence[str],
    finder: ConceptFinder,
    concepts: Iterable[Concept],
    *,
    version: str = "",
    shares: Shares | None = None,
    progress: Progress = lambda _: None,
) -> Model:
    """Train and calibrate on ``documents``; ``progress`` hears how far it is (0 to 1).

    Raises ModelError if nothing could be learned.
    """
    analyses = [analyse(document.text, document.language) for document in documents]
    sightings = [finder.find(analysis) for analysis in analyses]
    numbered = [(a, s, d.entry) for a, s, d in zip(analyses, sightings, documents, strict=True)]
    space = FeatureSpace.learn(numbered, len(entry_ids), shares or Shares())
    vectors = [space.vector(analysis, sighting) for analysis, sighting, _ in numbered]
    examples = Examples(
        vectors,
        np.array([document.entry for document in documents], np.int32),
        np.array([document.weight for document in documents], np.float32),
    )
    progress(0.2)
    basis, roots = gram_basis(vectors, space.size)
    progress(0.4)
    whole = fit(basis, examples, len(entry_ids))
    progress(0.5)
    lesson = _Lesson(documents, analyses, sightings, space, basis, examples, len(entry_ids), whole)
    calibration = fit_calibration(_trials(lesson, progress))
    return Model(
        version=version,
        entry_ids=tuple(entry_ids),
        space=space,
        weights=primal(vectors, space.size, basis, roots, whole),
        coverage=_coverage(numbered),
        known=_known(analyses, concepts),
        calibration=calibration,
    )


def _coverage(numbered: Iterable[tuple[Analysis, Sighting, int]]) -> Coverage:
    stems: dict[str, set[int]] = {}
    concepts: dict[str, set[int]] = {}
    for analysis, sighting, entry in numbered:
        for word in analysis.words:
            stems.setdefault(word.stem, set()).add(entry)
        for concept in sighting.strengths:
            concepts.setdefault(concept, set()).add(entry)
    return Coverage(
        {stem: frozenset(entries) for stem, entries in stems.items()},
        {concept: frozenset(entries) for concept, entries in concepts.items()},
    )


def _known(analyses: Iterable[Analysis], concepts: Iterable[Concept]) -> dict[str, int]:
    known: Counter[str] = Counter(word.text for analysis in analyses for word in analysis.words)
    for concept in concepts:
        for language, terms in concept.terms.items():
            known.update(word for term in terms for word in words_of(term, language))
    return dict(known)


def _trials(lesson: _Lesson, progress: Progress) -> Trials:
    """Ask every phrasing of models that never saw it, then of models that never saw its entry."""
    asked = np.array([document.asked for document in lesson.documents])
    entries = lesson.examples.entries
    seen_before: Counter[int] = Counter()
    phrasing_fold = np.full(len(entries), -1)
    for row in np.flatnonzero(asked):
        phrasing_fold[row] = (seen_before[int(entries[row])] + int(entries[row])) % _FOLDS
        seen_before[int(entries[row])] += 1
    rounds: list[tuple[NDArray[np.bool_], NDArray[np.bool_], bool]] = []
    for fold in range(_FOLDS):
        rounds.append((phrasing_fold == fold, phrasing_fold == fold, True))
        inside = entries % _FOLDS == fold
        rounds.append((inside, inside & asked, False))
    rows: list[tuple[float, ...]] = []
    outcomes: list[tuple[bool, bool, float]] = []
    for number, (left_out, questions, answerable) in enumerate(rounds):
        if not questions.any() or left_out.all():
            continue
        for signals, first, three in _ask(lesson, left_out, questions):
            rows.append(signals)
            outcomes.append((first and answerable, three and answerable, 1.0 if answerable else OUTSIDE_WEIGHT))
        progress(0.5 + 0.5 * (number + 1) / len(rounds))
    table = np.array(outcomes, np.float32).reshape(-1, 3)
    return Trials(np.array(rows, np.float32).reshape(len(rows), -1), table[:, 0], table[:, 1], table[:, 2])


def _ask(
    lesson: _Lesson, left_out: NDArray[np.bool_], questions: NDArray[np.bool_]
) -> Iterable[tuple[tuple[float, ...], bool, bool]]:
    kept = np.flatnonzero(~left_out)
    examples = Examples((), lesson.examples.entries[kept], lesson.examples.weights[kept])
    coefficients = fit(lesson.basis[kept], examples, lesson.classes, lesson.whole)
    coverage = _coverage(
        (lesson.analyses[row], lesson.sightings[row], int(lesson.examples.entries[row])) for row in kept
    )
    gone = np.bincount(examples.entries, minlength=lesson.classes) == 0
    for row in np.flatnonzero(questions):
        logits = lesson.basis[row] @ coefficients
        logits[gone] = -np.inf
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        best = np.argsort(-shares)[:_FIRST_CHOICES]
        pair = (float(shares[best[0]]), float(shares[best[1]]) if len(best) > 1 else 0.0)
        signals = coverage.signals(
            lesson.analyses[row], lesson.sightings[row], lesson.space, pair, int(best[0])
        )
        truth = int(lesson.examples.entries[row])
        yield signals.row(), int(best[0]) == truth, truth in best.tolist()
