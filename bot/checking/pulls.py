"""Terms of the vocabulary that lead residents to the wrong entry: "pile", said of a date, brings batteries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bot.answering.analysis import analyse
from bot.answering.concepts import ConceptFinder, term_stems
from bot.answering.documents import documents_of
from bot.answering.features import Vector
from bot.checking.findings import warning
from bot.knowledge.faults import shorten
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.answering.analysis import Analysis
    from bot.answering.concepts import Sighting
    from bot.checking.findings import Case
    from bot.knowledge.faults import Fault, Location

__all__ = ["misleading_terms"]

# In logits: an idea that moves the odds by a factor e decides of many questions, below it of few. A term that
# helps other questions as much as it harms these is worth keeping. Of Paris's 3,000 terms, 30 are left to look at.
_STRONG = 1.0
_WORTH_A_LOOK = 1.5
_HELP_COUNTED = 0.15
_EXAMPLES = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question whose answer is known, and the entry that came first (both by number)."""

    text: str
    language: str
    right: int
    first: int


@dataclass(slots=True)
class _Term:
    """What one term did to the questions it was seen in (logits)."""

    harm: float = 0.0
    help: float = 0.0
    misled: list[tuple[float, _Asked]] = field(default_factory=list)


def misleading_terms(case: Case) -> Iterator[Fault]:
    """Terms that decide for a wrong entry, in phrasings a model had not seen and in control questions."""
    terms: dict[tuple[Location, str], _Term] = defaultdict(_Term)
    finder = ConceptFinder(case.base.concepts.values())
    for asked in (*_trials(case), *_golden(case, finder)):
        for named, pull in _pulls(case, finder, asked):
            term = terms[named]
            if asked.first != asked.right and pull >= _STRONG:
                term.harm += pull
                term.misled.append((pull, asked))
            elif asked.first == asked.right and -pull >= _HELP_COUNTED:
                term.help -= pull
    ids = case.model.entry_ids
    for (where, name), term in terms.items():
        if term.harm > max(term.help, _WORTH_A_LOOK):
            term.misled.sort(key=lambda one: -one[0])
            worst = term.misled[0][1]
            yield warning(
                where,
                "concept.misleads",
                term=shorten(name),
                number=len(term.misled),
                right=ids[worst.right],
                wrong=ids[worst.first],
                examples=" ; ".join(f"« {shorten(asked.text)} »" for _, asked in term.misled[:_EXAMPLES]),
            )


def _trials(case: Case) -> Iterator[_Asked]:
    """Phrasings asked of a model that had not seen them."""
    calibration = case.model.calibration
    documents = tuple(documents_of(case.base.entries.values(), case.base.places))
    for question, first in zip(calibration.questions.tolist(), calibration.firsts.tolist(), strict=True):
        if first >= 0:
            document = documents[question]
            yield _Asked(document.text, document.language, document.entry, first)


def _golden(case: Case, finder: ConceptFinder) -> Iterator[_Asked]:
    """Control questions that one entry answers."""
    numbers = {entry: number for number, entry in enumerate(case.model.entry_ids)}
    for golden in case.base.golden:
        if golden.expect in numbers and not golden.also:
            language = golden.language or DEFAULT_LANGUAGE
            analysis = analyse(golden.question, language)
            logits = case.model.scorer.logits(case.model.space.vector(analysis, finder.find(analysis)))
            first = int(logits[: len(numbers)].argmax())
            yield _Asked(golden.question, language, numbers[golden.expect], first)


def _pulls(case: Case, finder: ConceptFinder, asked: _Asked) -> Iterator[tuple[tuple[Location, str], float]]:
    """For each term named in a question, by how much its idea moves it away from the right entry (logits)."""
    analysis = analyse(asked.text, asked.language)
    sighting = finder.find(analysis)
    if not sighting.positions:
        return
    vector = case.model.space.vector(analysis, sighting)
    whole = case.model.scorer.logits(vector)[: len(case.model.entry_ids)]
    rival = asked.first
    if rival == asked.right:
        others = whole.copy()
        others[asked.right] = -np.inf
        rival = int(others.argmax())
    numbers = case.model.space.ids["v"]
    for concept in sighting.positions:
        kept = vector.ids != numbers.get(concept, -1)
        if not kept.all():
            without = case.model.scorer.logits(Vector(vector.ids[kept], vector.values[kept]))
            moved = whole - without[: len(whole)]
            yield _term(case, concept, analysis, sighting), float(moved[rival] - moved[asked.right])


def _term(case: Case, concept: str, analysis: Analysis, sighting: Sighting) -> tuple[Location, str]:
    """Where and what: the longest term of ``concept`` the question's own words make; the concept, if forms differ."""
    named = {analysis.words[position].stem for position in sighting.positions[concept]}
    most, name = 0, concept
    path: tuple[str | int, ...] = ("concepts", concept)
    for language in dict.fromkeys((analysis.language, DEFAULT_LANGUAGE)):
        for number, term in enumerate(case.base.concepts[concept].terms.get(language, ())):
            stems = term_stems(term, language)
            if named.issuperset(stems) and len(stems) > most:
                most, path, name = len(stems), ("concepts", concept, "terms", language, number), term
    return case.at(*path), name
