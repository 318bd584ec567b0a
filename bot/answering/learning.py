"""From a base to a trained model: features, a scorer, and the trials that calibrate it.

Only training imports this module; answering never does.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.analysis import analyse, words_of
from bot.answering.calibration import fit_calibration
from bot.answering.features import FeatureSpace, Shares
from bot.answering.model import Coverage, Model
from bot.answering.repair import sounds_of
from bot.answering.scorers import LinearScorer, NeighbourScorer
from bot.answering.training import Examples, fit, gram_matrix, primal, sketch
from bot.answering.trials import Lesson, echo_trials, linear_trials, neighbour_trials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.answering.calibration import Trials
    from bot.answering.concepts import ConceptFinder
    from bot.answering.documents import Document
    from bot.answering.scorers import Scorer
    from bot.knowledge.model import Concept

    Progress = Callable[[float], None]

__all__ = ["learn"]

# The Gram matrix takes the square of the number of texts (256 MB here): above, nearest phrasings serve.
_MOST_LINEAR = 8000
# Where the sketched problem ends, the whole one is so near that a looser rule finds the same loss.
_FROM_NEAR = 5e-3


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
    space, vectors = FeatureSpace.learn(numbered, len(entry_ids), shares or Shares())
    examples = Examples(
        vectors,
        np.array([document.entry for document in documents], np.int32),
        np.array([document.weight for document in documents], np.float32),
    )
    progress(0.2)
    asked = np.array([document.asked for document in documents])
    lesson = Lesson(analyses, sightings, asked, finder, space, examples, len(entry_ids))
    scorer, trials = (_linear if len(documents) <= _MOST_LINEAR else _neighbours)(lesson, progress)
    known = _known(lesson, concepts)
    return Model(
        version=version,
        entry_ids=tuple(entry_ids),
        space=space,
        scorer=scorer,
        coverage=Coverage.learn(numbered),
        known=known,
        sounds=sounds_of(known),
        calibration=fit_calibration(trials, echo_trials(lesson, scorer)),
    )


def _linear(lesson: Lesson, progress: Progress) -> tuple[Scorer, Trials]:
    vectors, size = lesson.examples.vectors, lesson.space.size
    gram = gram_matrix(vectors, size)
    progress(0.3)
    sketched = sketch(gram)
    rough = fit(sketched.product, lesson.examples, lesson.classes)
    progress(0.5)
    dual = fit(lambda gradient: gram @ gradient, lesson.examples, lesson.classes, start=rough, tolerance=_FROM_NEAR)
    progress(0.7)
    trials = linear_trials(lesson, sketched, rough, lambda share: progress(0.7 + 0.3 * share))
    return LinearScorer(primal(vectors, size, dual).astype(np.float16)), trials


def _neighbours(lesson: Lesson, progress: Progress) -> tuple[Scorer, Trials]:
    scorer = NeighbourScorer.build(lesson.examples.vectors, lesson.examples.entries, lesson.space.size, lesson.classes)
    progress(0.5)
    return scorer, neighbour_trials(lesson, scorer, lambda share: progress(0.5 + share / 2))


def _known(lesson: Lesson, concepts: Iterable[Concept]) -> dict[str, int]:
    known: Counter[str] = Counter(word.text for analysis in lesson.analyses for word in analysis.words)
    for concept in concepts:
        for language, terms in concept.terms.items():
            known.update(word for term in terms for word in words_of(term, language))
    return dict(known)
