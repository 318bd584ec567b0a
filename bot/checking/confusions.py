"""Entries that the matcher takes for one another, and questions that stand in two entries."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from bot.answering.analysis import words_of
from bot.answering.documents import documents_of
from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import stem
from bot.checking.findings import warning
from bot.checking.words import wording
from bot.knowledge.faults import shorten
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.checking.findings import Case
    from bot.knowledge.faults import Fault

    Pair = tuple[str, str]

__all__ = ["confusions", "repeated_questions"]

# Below, a pair says nothing: on the Paris base (231 entries) 800 pairs are confused once or
# twice by a model that did not see the question; these limits leave the 15 worth a look.
_FEWEST, _SMALLEST_SHARE = 3, 0.3
_EXAMPLES = 3


def confusions(case: Case) -> Iterator[Fault]:
    """Pairs of entries: questions of the one that a model which had not seen them takes for the other."""
    asked, taken = _trials(case)
    for (right, wrong), questions in taken.items():
        number = len(questions)
        if number < _FEWEST or number / asked[right] < _SMALLEST_SHARE or _accepted(case, right, wrong):
            continue
        yield warning(
            case.at("entries", right),
            "check.confused",
            right=right,
            wrong=wrong,
            number=number,
            total=asked[right],
            examples=" ; ".join(f"« {shorten(text)} »" for _, text in sorted(questions, reverse=True)[:_EXAMPLES]),
        )


def _trials(case: Case) -> tuple[Counter[str], Mapping[Pair, list[tuple[float, str]]]]:
    """How many questions of each entry were asked, and those that went to another, with the confidence."""
    calibration, ids = case.model.calibration, case.model.entry_ids
    documents = tuple(documents_of(case.base.entries.values(), case.base.places))
    asked: Counter[str] = Counter()
    taken: dict[Pair, list[tuple[float, str]]] = defaultdict(list)
    trials = zip(
        calibration.questions.tolist(), calibration.firsts.tolist(), calibration.confidence.tolist(), strict=True
    )
    for question, first, confidence in trials:
        if first < 0:
            continue
        document = documents[question]
        asked[ids[document.entry]] += 1
        if first != document.entry:
            taken[ids[document.entry], ids[first]].append((confidence, document.text))
    return asked, taken


def _accepted(case: Case, one: str, other: str) -> bool:
    entries = case.base.entries
    return other in entries[one].close_to or one in entries[other].close_to


def repeated_questions(case: Case) -> Iterator[Fault]:
    """Questions that are the same, but for small words, word forms, case and accents, in two entries or in one."""
    met: dict[tuple[str, ...], tuple[str, str]] = {}
    for entry in case.base.entries.values():
        listed: list[tuple[str, tuple[str, ...], list[str]]] = [(DEFAULT_LANGUAGE, ("questions",), entry.questions)]
        listed += [(code, ("translations", code, "questions"), t.questions) for code, t in entry.translations.items()]
        for language, path, questions in listed:
            for number, question in enumerate(questions):
                key = (language, *_core(question, language))
                other, first = met.setdefault(key, (entry.id, question))
                where = case.at("entries", entry.id, *path, number)
                if other != entry.id and not _accepted(case, entry.id, other):
                    yield warning(
                        where, "check.question_twice", question=shorten(question), other=other, first=shorten(first)
                    )
                elif first is not question and _plain(first, language) == _plain(question, language):
                    yield warning(where, "check.question_repeated", question=shorten(question))


def _core(question: str, language: str) -> tuple[str, ...]:
    """The stems of the words that carry a subject; all of them if none does."""
    lexicon, telling, words = shipped_lexicon(language), wording().telling, words_of(question, language)
    kept = (word for word in words if word in telling or not lexicon.is_function(word))
    return tuple(stem(word, language) for word in kept) or tuple(words)


def _plain(question: str, language: str) -> list[str]:
    return words_of(question, language)
