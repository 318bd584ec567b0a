"""The rankers that are compared, all asked the same way.

Each learns from the same phrasings and gives the three likeliest labels, and one
number that says how sure it is, in its own unit.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.datasets import Labelled

__all__ = ["BUILDERS", "Contender", "Fts", "Parvis", "Ranked", "Svm", "TooLargeError", "WRatio"]

_CHOICES = 3
# Rows asked of a ranker of phrasings, so that three different labels are nearly always among them.
_ROWS = 60
# One-against-all weights of doubles; beyond this they would not fit beside anything else.
_MOST_WEIGHTS = 2**29


class TooLargeError(Exception):
    """A ranker that cannot reasonably be built for so large a base; the message says why."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The likeliest labels, best first, and how sure the ranker is (the higher the surer)."""

    labels: tuple[str, ...]
    sureness: float


class Contender(Protocol):
    """A ranker that has learned a base."""

    def rank(self, text: str) -> Ranked:
        """The three likeliest labels."""
        ...

    def first(self, text: str) -> str | None:
        """The likeliest label, found the quickest way the ranker has: what is timed."""
        ...


class Parvis:
    """The bot's own ranker, without a vocabulary: the question sets have none."""

    def __init__(self, base: Sequence[Labelled], language: str) -> None:
        from bot.answering.concepts import ConceptFinder
        from bot.answering.documents import Document
        from bot.answering.learning import learn
        from bot.answering.ranking import Ranker

        labels = sorted({label for _, label in base})
        numbers = {label: number for number, label in enumerate(labels)}
        documents = [Document(text, language, numbers[label], weight=1.0, asked=True) for text, label in base]
        finder = ConceptFinder([])
        self.model = learn(documents, labels, finder, [])
        self._ranker = Ranker(self.model, finder)
        self._language = language

    def rank(self, text: str) -> Ranked:
        """See Contender."""
        matches = self._ranker.rank(text, self._language).matches[:_CHOICES]
        return Ranked(tuple(match.entry_id for match in matches), matches[0].confidence if matches else 0.0)

    def first(self, text: str) -> str | None:
        """See Contender: the whole ranking, with confidences."""
        return _first(self.rank(text))


class WRatio:
    """rapidfuzz's ``extractOne(scorer=WRatio)`` over every phrasing, folded to lower case beforehand."""

    def __init__(self, base: Sequence[Labelled], language: str) -> None:  # noqa: ARG002  # it knows no language
        from rapidfuzz import fuzz, process, utils

        self._process, self._scorer, self._fold = process, fuzz.WRatio, utils.default_process
        self._texts = [self._fold(text) for text, _ in base]
        self._labels = [label for _, label in base]

    def rank(self, text: str) -> Ranked:
        """See Contender."""
        found = self._process.extract(self._fold(text), self._texts, scorer=self._scorer, limit=_ROWS)
        return _ranked((self._labels[row], score) for _, score, row in found)

    def first(self, text: str) -> str | None:
        """See Contender."""
        found = self._process.extractOne(self._fold(text), self._texts, scorer=self._scorer)
        return self._labels[found[2]] if found is not None else None


class Fts:
    """SQLite FTS5 in memory, a row for each phrasing, any of the question's words, by bm25."""

    _WORD = re.compile(r"\w+")

    def __init__(self, base: Sequence[Labelled], language: str) -> None:  # noqa: ARG002  # it knows no language
        from sqlite_utils import Database

        self._database = Database(memory=True)
        self._database.execute(
            "create virtual table phrasing using fts5(text, label unindexed, tokenize='unicode61 remove_diacritics 2')"
        )
        self._database.conn.executemany("insert into phrasing(text, label) values (?, ?)", base)

    def rank(self, text: str) -> Ranked:
        """See Contender."""
        return _ranked((label, -score) for label, score in self._rows(text, _ROWS))

    def first(self, text: str) -> str | None:
        """See Contender."""
        return next((label for label, _ in self._rows(text, 1)), None)

    def _rows(self, text: str, limit: int) -> Iterable[tuple[str, float]]:
        query = " OR ".join(self._database.quote_fts(word) for word in self._WORD.findall(text))
        if not query:
            return ()
        found = self._database.execute(
            "select label, rank from phrasing where phrasing match ? order by rank limit ?", [query, limit]
        )
        rows: list[tuple[str, float]] = found.fetchall()
        return rows


class Svm:
    """scikit-learn's TF-IDF (words, pairs of words, letters 2 to 5) and linear SVM, one label against all."""

    def __init__(self, base: Sequence[Labelled], language: str) -> None:  # noqa: ARG002  # it knows no language
        from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
        from sklearn.pipeline import make_union  # type: ignore[import-untyped]
        from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

        shared: Mapping[str, Any] = {"sublinear_tf": True, "strip_accents": "unicode"}
        words: Mapping[str, Any] = {**shared, "token_pattern": r"\w+"}
        self._features = make_union(
            TfidfVectorizer(ngram_range=(1, 2), **words),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared),
        )
        texts, labels = [text for text, _ in base], [label for _, label in base]
        vectors = self._features.fit_transform(texts)
        weights = vectors.shape[1] * len(set(labels))
        if weights > _MOST_WEIGHTS:
            raise TooLargeError(f"{weights * 8 / 2**30:.0f} Gio de poids")
        with warnings.catch_warnings():
            # It wonders whether so many labels are not numbers to be predicted: they are not.
            warnings.simplefilter("ignore", UserWarning)
            self._classifier = LinearSVC(random_state=0).fit(vectors, labels)

    def rank(self, text: str) -> Ranked:
        """See Contender."""
        scores = self._classifier.decision_function(self._features.transform([text]))[0]
        best = scores.argsort()[::-1][:_CHOICES]
        return Ranked(tuple(str(self._classifier.classes_[number]) for number in best), float(scores[best[0]]))

    def first(self, text: str) -> str | None:
        """See Contender."""
        return _first(self.rank(text))


BUILDERS: Mapping[str, Callable[[Sequence[Labelled], str], Contender]] = {
    "parvis": Parvis,
    "wratio": WRatio,
    "fts5": Fts,
    "svm": Svm,
}


def _first(ranked: Ranked) -> str | None:
    return ranked.labels[0] if ranked.labels else None


def _ranked(rows: Iterable[tuple[str, float]]) -> Ranked:
    """Labels once each, best first, from rows of phrasings best first."""
    best: dict[str, float] = {}
    for label, score in rows:
        best.setdefault(label, score)
    return Ranked(tuple(best)[:_CHOICES], max(best.values(), default=0.0))
