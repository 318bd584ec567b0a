"""Questions asked of models that never saw them: what calibration is fitted on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.analysis import Analysis
from bot.answering.calibration import OUTSIDE_WEIGHT, Trials, best_two
from bot.answering.model import Coverage
from bot.answering.training import Examples, Sketch, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from bot.answering.concepts import ConceptFinder, Sighting
    from bot.answering.features import FeatureSpace
    from bot.answering.scorers import NeighbourScorer, Scorer

    Array = NDArray[np.float32]
    Mask = NDArray[np.bool_]
    Progress = Callable[[float], None]

__all__ = ["Lesson", "echo_trials", "linear_trials", "neighbour_trials"]

_FOLDS = 10
_FEWEST_ROUNDS = 1
# Up to this many texts every fold is asked; a base ten times as large has one fold in ten asked.
_ENOUGH_TEXTS = 700
# A trial needs no more: its shares are those of a stricter one to the second decimal.
_TOLERANCE = 1e-2
_FIRST_CHOICES = 3
# Enough to fit six numbers well; a very large base need not ask itself everything.
_MOST_TRIALS = 800
_WORDS_LOST = 1 / 3
# Beside OUTSIDE_WEIGHT for questions of subjects outside the base.
_LEFT_OUT_WEIGHT = 0.05
_SEED = 20261120


@dataclass(frozen=True, slots=True)
class _Trial:
    """How the text ``question`` fared: signals, which entry came first, was that right, was one of three."""

    question: int
    signals: tuple[float, ...]
    first: int
    first_right: bool
    three_right: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """The texts of a base, then those of subjects outside it, as training sees them.

    ``asked`` marks those a resident could have typed; ``lifts`` is what is added to the score of
    each entry, then of each subject; ``entries`` counts the entries.
    """

    analyses: Sequence[Analysis]
    sightings: Sequence[Sighting]
    asked: Mask
    finder: ConceptFinder
    space: FeatureSpace
    examples: Examples
    lifts: Array
    entries: int

    @property
    def classes(self) -> int:
        """How many entries and subjects there are."""
        return len(self.lifts)

    def only(self, rows: NDArray[np.int64]) -> Lesson:
        """The same with the texts ``rows`` alone."""
        examples = Examples(
            [self.examples.vectors[row] for row in rows.tolist()],
            self.examples.entries[rows],
            self.examples.weights[rows],
        )
        analyses = [self.analyses[row] for row in rows.tolist()]
        sightings = [self.sightings[row] for row in rows.tolist()]
        return replace(self, analyses=analyses, sightings=sightings, asked=self.asked[rows], examples=examples)

    def owned(self, owners: NDArray[np.int32]) -> Lesson:
        """The same with other ``owners`` of the texts; no more classes are left than there are owners."""
        classes = max(self.entries, int(owners.max(initial=0)) + 1)
        return replace(self, examples=replace(self.examples, entries=owners), lifts=self.lifts[:classes])

    def coverage(self, rows: NDArray[np.int64]) -> Coverage:
        """What the entries speak of in the texts ``rows`` alone."""
        entries = self.examples.entries
        inside = rows[entries[rows] < self.entries].tolist()
        return Coverage.learn((self.analyses[row], self.sightings[row], int(entries[row])) for row in inside)

    def trial(self, row: int, logits: Array, coverage: Coverage) -> _Trial:
        """How the question ``row`` fared with a model that scored it ``logits``."""
        return self.trial_of(row, self.analyses[row], self.sightings[row], logits, coverage)

    def trial_of(self, row: int, analysis: Analysis, sighting: Sighting, logits: Array, coverage: Coverage) -> _Trial:
        """The same for another wording of the question ``row``."""
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        best = np.argsort(-shares[: self.entries])[:_FIRST_CHOICES].tolist()
        pair = best_two(shares, best, self.entries)
        signals = coverage.signals(analysis, sighting, self.space, pair, best[0])
        truth = int(self.examples.entries[row])
        return _Trial(row, signals.row(), best[0], best[0] == truth, truth in best)


def linear_trials(lesson: Lesson, sketched: Sketch, rough: Array, progress: Progress) -> Trials:
    """Leave phrasings out (was the answer right? to those of subjects outside, any is wrong), then whole entries.

    A tenth at a time, so that what is left is nearly the whole base; a large base is
    asked as many as calibration needs. ``sketched`` is the Gram matrix, nearly, and ``rough``
    what was learned of all the texts with it: where each trial starts from.
    """
    phrasings, inside = _phrasing_folds(lesson), lesson.examples.entries % _FOLDS
    share = _ENOUGH_TEXTS / len(inside)
    rounds = [(phrasings == fold, phrasings == fold, True) for fold in range(_round_count(share))]
    rounds += [(inside == fold, (inside == fold) & lesson.asked, False) for fold in range(_round_count(share / 2))]
    found: list[tuple[_Trial, bool]] = []
    for number, (left_out, questions, answerable) in enumerate(rounds):
        if questions.any() and not left_out.all():
            asked = _ask(lesson, sketched, rough, left_out, questions)
            found += [
                (trial, answerable and lesson.examples.entries[trial.question] < lesson.entries) for trial in asked
            ]
        progress((number + 1) / len(rounds))
    return _balanced(_table(found), lesson)


def _round_count(share: float) -> int:
    return max(_FEWEST_ROUNDS, min(_FOLDS, round(_FOLDS * share)))


def _phrasing_folds(lesson: Lesson) -> NDArray[np.int64]:
    """A fold for each phrasing, those of one entry spread over all folds; -1 for other texts."""
    fold = np.full(len(lesson.asked), -1)
    met: Counter[int] = Counter()
    for row in np.flatnonzero(lesson.asked).tolist():
        entry = int(lesson.examples.entries[row])
        fold[row] = (met[entry] + entry) % _FOLDS
        met[entry] += 1
    return fold


def _ask(lesson: Lesson, sketched: Sketch, rough: Array, left_out: Mask, questions: Mask) -> Iterator[_Trial]:
    kept = np.flatnonzero(~left_out)
    examples = Examples((), lesson.examples.entries[kept], lesson.examples.weights[kept])
    known = sketched.rows(kept)
    dual = fit(known.product, examples, lesson.classes, start=rough[kept], tolerance=_TOLERANCE)
    weights = known.axes.T @ dual
    coverage = lesson.coverage(kept)
    gone = np.bincount(examples.entries, minlength=lesson.classes) == 0
    for row in np.flatnonzero(questions).tolist():
        logits = sketched.axes[row] @ weights + lesson.lifts
        logits[gone] = -np.inf
        yield lesson.trial(row, logits, coverage)


def echo_trials(lesson: Lesson, scorer: Scorer) -> Trials:
    """Ask the trained model each phrasing again with about a third of its words missing.

    Staff write phrasings as different from one another as they can, so leaving one out
    is harder than most residents' questions; these, which use words the staff thought
    of, are easier. Calibration needs both to know what lies between.
    """
    chance = np.random.default_rng(_SEED)
    coverage = lesson.coverage(np.arange(len(lesson.asked)))
    found: list[tuple[_Trial, bool]] = []
    for row in _sample(lesson):
        words = lesson.analyses[row].words
        kept = tuple(word for word in words if chance.random() >= _WORDS_LOST) or words[:1]
        analysis = Analysis(kept, lesson.analyses[row].language)
        sighting = lesson.finder.find(analysis)
        logits = scorer.logits(lesson.space.vector(analysis, sighting))
        found.append((lesson.trial_of(row, analysis, sighting, logits, coverage), True))
    return replace(_table(found), firsts=np.full(len(found), -1, np.int32))


def _sample(lesson: Lesson) -> list[int]:
    rows = np.flatnonzero(lesson.asked & (lesson.examples.entries < lesson.entries))
    chosen: list[int] = rows[np.linspace(0, len(rows) - 1, min(_MOST_TRIALS, len(rows))).astype(int)].tolist()
    return chosen


def neighbour_trials(lesson: Lesson, scorer: NeighbourScorer, progress: Progress) -> Trials:
    """The same for a very large base: a sample of questions, each left out alone and then with its entry."""
    sample = _sample(lesson)
    coverage = lesson.coverage(np.arange(len(lesson.asked)))
    entries = lesson.examples.entries
    found: list[tuple[_Trial, bool]] = []
    for number, row in enumerate(sample):
        vector = lesson.examples.vectors[row]
        alone = np.arange(len(entries)) == row
        same = entries == entries[row]
        found.append((lesson.trial(row, scorer.without(vector, alone), coverage), True))
        logits = scorer.without(vector, same)
        logits[entries[row]] = -np.inf
        found.append((lesson.trial(row, logits, coverage), False))
        progress((number + 1) / len(sample))
    return _table(found)


def _balanced(trials: Trials, lesson: Lesson) -> Trials:
    """Questions without an answer weigh the same share of the whole, however many were asked.

    Where strangers were asked, entries left out hardly count: what a neighbour of theirs
    still says is often a fair answer. Each entry counts as much as the next, for a few with
    many phrasings would move the threshold by themselves.
    """
    unanswerable = trials.weights < 1
    owners = lesson.examples.entries[trials.questions]
    stranger = owners >= lesson.entries
    weights = trials.weights.copy()
    left_out = _LEFT_OUT_WEIGHT if (unanswerable & stranger).any() else OUTSIDE_WEIGHT
    for group, share in ((unanswerable & ~stranger, left_out), (unanswerable & stranger, OUTSIDE_WEIGHT)):
        if group.any():
            each = 1 / np.bincount(owners[group])[owners[group]]
            weights[group] = share * float((~unanswerable).sum()) * each / each.sum()
    return replace(trials, weights=weights)


def _table(found: Sequence[tuple[_Trial, bool]]) -> Trials:
    outcomes = [
        (trial.first_right and answerable, trial.three_right and answerable, 1.0 if answerable else OUTSIDE_WEIGHT)
        for trial, answerable in found
    ]
    table = np.array(outcomes, np.float32).reshape(-1, 3)
    return Trials(
        rows=np.array([trial.signals for trial, _ in found], np.float32).reshape(len(found), -1),
        first_right=table[:, 0],
        three_right=table[:, 1],
        weights=table[:, 2],
        questions=np.array([trial.question for trial, _ in found], np.int32),
        firsts=np.array([trial.first if answerable else -1 for trial, answerable in found], np.int32),
    )
