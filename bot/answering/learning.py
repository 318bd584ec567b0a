"""From a base to a trained model: features, a scorer, and the trials that calibrate it.

Only training imports this module; answering never does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.analysis import analyse, words_of
from bot.answering.calibration import fit_calibration
from bot.answering.features import FeatureSpace, Shares
from bot.answering.model import Model
from bot.answering.outside import subject_documents, together, uncovered
from bot.answering.repair import sounds_of
from bot.answering.scorers import LinearScorer, NeighbourScorer
from bot.answering.thin import lent, lifts
from bot.answering.training import Examples, fit, gram_matrix, primal, sketch
from bot.answering.trials import Lesson, echo_trials, linear_trials, neighbour_trials

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from bot.answering.analysis import Analysis
    from bot.answering.calibration import Trials
    from bot.answering.concepts import ConceptFinder, Sighting
    from bot.answering.documents import Document
    from bot.answering.outside import Subject
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
    own: Collection[str] = (),
    subjects: Sequence[Subject] = (),
    progress: Progress = lambda _: None,
) -> Model:
    """Train and calibrate on ``documents``; ``progress`` hears how far it is (0 to 1).

    ``own`` are the ids of the entries that the town wrote itself; ``subjects`` what no entry is about: a question
    on one of them is told apart from the entries.
    Raises ModelError if nothing could be learned.
    """
    ideas = {concept.id: concept for concept in concepts}
    # A base beyond what weights are learned for is large enough to know its limits by itself.
    linear = len(documents) <= _MOST_LINEAR
    sighted = _sighted(documents, finder)
    more: list[Document] = []
    if linear:
        more += lent(documents, [sighting for _, sighting in sighted], ideas, len(entry_ids))
        more += subject_documents(subjects, documents, len(entry_ids))
    sighted += _sighted(more, finder)
    lifted = lifts(documents, np.array([entry in own for entry in entry_ids]))
    beyond = np.zeros(len(subjects) if linear else 0, np.float32)
    lesson = _lesson([*documents, *more], sighted, finder, np.append(lifted, beyond), len(entry_ids))
    progress(0.2)
    scorer, trials = (_linear if linear else _neighbours)(lesson, progress)
    known = _known(lesson, ideas.values())
    return Model(
        version=version,
        entry_ids=tuple(entry_ids),
        space=lesson.space,
        scorer=scorer,
        coverage=lesson.coverage(np.arange(len(documents))),
        phrasings=_phrasings(lesson, len(documents)),
        known=known,
        sounds=sounds_of(known),
        calibration=fit_calibration(trials, echo_trials(lesson, scorer)),
    )


def _sighted(texts: Iterable[Document], finder: ConceptFinder) -> list[tuple[Analysis, Sighting]]:
    analyses = [analyse(text.text, text.language) for text in texts]
    return [(analysis, finder.find(analysis)) for analysis in analyses]


def _lesson(
    texts: Sequence[Document],
    sighted: Sequence[tuple[Analysis, Sighting]],
    finder: ConceptFinder,
    lifted: NDArray[np.float32],
    entries: int,
) -> Lesson:
    numbered = [(analysis, sighting, text.entry) for (analysis, sighting), text in zip(sighted, texts, strict=True)]
    space, vectors = FeatureSpace.learn(numbered, len(lifted), Shares())
    examples = Examples(
        vectors,
        np.array([text.entry for text in texts], np.int32),
        np.array([text.weight for text in texts], np.float32),
    )
    return Lesson(
        [analysis for analysis, _ in sighted],
        [sighting for _, sighting in sighted],
        np.array([text.asked for text in texts]),
        finder,
        space,
        examples,
        lifted,
        entries,
    )


def _linear(lesson: Lesson, progress: Progress) -> tuple[Scorer, Trials]:
    vectors, size = lesson.examples.vectors, lesson.space.size
    gram = gram_matrix(vectors, size)
    kept = uncovered(lesson.examples.entries, lesson.asked, gram, lesson.entries)
    if not kept.all():
        lesson, gram = lesson.only(np.flatnonzero(kept)), gram[np.ix_(kept, kept)]
    lesson = lesson.owned(together(lesson.examples.entries, lesson.entries))
    progress(0.3)
    sketched = sketch(gram)
    rough = fit(sketched.product, lesson.examples, lesson.classes)
    progress(0.5)
    dual = fit(lambda gradient: gram @ gradient, lesson.examples, lesson.classes, start=rough, tolerance=_FROM_NEAR)
    progress(0.7)
    trials = linear_trials(lesson, sketched, rough, lambda share: progress(0.7 + 0.3 * share))
    weights = primal(lesson.examples.vectors, size, dual)
    # A subject that was left to the base has no text any more, and must not be likely.
    learned = np.bincount(lesson.examples.entries, minlength=lesson.classes) > 0
    learned[: lesson.entries] = True
    # Row by row: a question takes some hundred of them.
    return LinearScorer(np.ascontiguousarray(weights[:, learned], np.float16), lesson.lifts[learned]), trials


def _neighbours(lesson: Lesson, progress: Progress) -> tuple[Scorer, Trials]:
    scorer = NeighbourScorer.build(lesson.examples.vectors, lesson.examples.entries, lesson.space.size, lesson.classes)
    progress(0.5)
    return scorer, neighbour_trials(lesson, scorer, lambda share: progress(0.5 + share / 2))


def _phrasings(lesson: Lesson, inside: int) -> dict[str, dict[int, int]]:
    """For each stem, how many phrasings of each entry have it; the first ``inside`` texts are the entries'."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for analysis, asked, entry in zip(
        lesson.analyses[:inside], lesson.asked.tolist(), lesson.examples.entries.tolist(), strict=False
    ):
        if asked:
            for stem in {word.stem for word in analysis.words}:
                found[stem][entry] += 1
    return {stem: dict(counts) for stem, counts in found.items()}


def _known(lesson: Lesson, concepts: Iterable[Concept]) -> dict[str, int]:
    known: Counter[str] = Counter(word.text for analysis in lesson.analyses for word in analysis.words)
    for concept in concepts:
        for language, terms in concept.terms.items():
            known.update(word for term in terms for word in words_of(term, language))
    return dict(known)
