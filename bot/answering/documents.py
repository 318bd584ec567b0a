"""The texts of a base that teach the ranker what each entry is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answering.normalise import tokens, without_politeness
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.knowledge.model import Entry, Place, Translation

__all__ = ["Document", "documents_of", "verbatim", "verbatim_key"]

# What residents ask teaches more than what the town answers (worth 2 to 5 points in trials).
_QUESTION_WEIGHT = 1.0
_ANSWER_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Document:
    """A text of entry number ``entry``; ``asked`` if a resident could have typed it."""

    text: str
    language: str
    entry: int
    weight: float
    asked: bool


def documents_of(
    entries: Iterable[Entry], places: Mapping[str, Place], language: str = DEFAULT_LANGUAGE
) -> Iterator[Document]:
    """Every text of ``entries``, numbered in order; ``language`` is the base's own."""
    for number, entry in enumerate(entries):
        yield from _texts(entry, number, language, _place_words(entry, places))
        for code, translation in sorted(entry.translations.items()):
            yield from _texts(translation, number, code, "")


def _texts(words: Entry | Translation, number: int, language: str, extra: str) -> Iterator[Document]:
    asked = dict.fromkeys([words.title, *words.questions])
    for text in asked:
        yield Document(text, language, number, _QUESTION_WEIGHT, asked=True)
    said = [*words.keywords, words.answer, *words.documents, words.cost or "", words.delay or "", extra]
    yield Document(" . ".join(part for part in said if part), language, number, _ANSWER_WEIGHT, asked=False)


def _place_words(entry: Entry, places: Mapping[str, Place]) -> str:
    place = places.get(entry.place or "")
    return " . ".join([place.name, *place.aliases]) if place is not None else ""


def verbatim_key(text: str) -> tuple[str, ...]:
    """``text`` without case, accents, punctuation or polite words: two texts with the same key ask the same."""
    return tuple(without_politeness(tokens(text)))


def verbatim(entries: Iterable[Entry]) -> Mapping[tuple[str, ...], str]:
    """The entry of each title and question that staff wrote for one entry alone, by ``verbatim_key``."""
    owners: dict[tuple[str, ...], set[str]] = {}
    for entry in entries:
        wordings: list[Entry | Translation] = [entry, *entry.translations.values()]
        for words in wordings:
            for text in (words.title, *words.questions):
                owners.setdefault(verbatim_key(text), set()).add(entry.id)
    return {key: next(iter(ids)) for key, ids in owners.items() if key and len(ids) == 1}
