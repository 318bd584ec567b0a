"""How entries are written: enough questions, plain and short sentences, no one's private data, known markup."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.answering.normalise import tokens
from bot.checking.findings import passages, warning
from bot.checking.words import wording
from bot.knowledge.faults import shorten
from bot.markup import Unsupported, parse, unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.checking.findings import Case, Passage
    from bot.knowledge.faults import Fault, Location
    from bot.knowledge.model import Entry

__all__ = ["markup", "private_data", "questions", "sentences"]

# One for each round of the trials (bot.answering.trials): with fewer, some rounds tell nothing of the entry.
_FEWEST_QUESTIONS = 5
# A text message (GSM 03.38); what is longer tells a story around the question.
_LONGEST_QUESTION = 160
_MOST_WORDS = 30
_SENTENCE = re.compile(r"(?<=[.!?…;])\s+")
_MOBILE = re.compile(r"(?<![\d+])(?:(?:\+|00)33[ .-]?(?:\(0\)[ .-]?)?|0)[67](?:[ .-]?\d\d){4}(?!\d)")
_MAIL = re.compile(r"(?<![\w.+-])[a-z]{2,}[._-][a-z]{2,}\d*@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
# Sex, year, month (with its odd values), department, and eight digits more: INSEE, NIR.
_NIR = re.compile(r"(?<!\d)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3}(?: ?\d\d)?(?![\d.,])")


def questions(case: Case) -> Iterator[Fault]:
    """Entries with too few questions, and questions that are too long to teach anything."""
    for entry in case.base.entries.values():
        if len(entry.questions) < _FEWEST_QUESTIONS:
            where = case.at("entries", entry.id, "questions")
            number = len(entry.questions)
            yield warning(where, "check.few_questions", id=entry.id, number=number, least=_FEWEST_QUESTIONS)
        for steps, question in _asked(entry):
            if len(question) > _LONGEST_QUESTION:
                where = case.at("entries", entry.id, *steps)
                yield warning(where, "check.long_question", question=shorten(question), limit=_LONGEST_QUESTION)


def _asked(entry: Entry) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for number, question in enumerate(entry.questions):
        yield ("questions", number), question
    for code, words in entry.translations.items():
        for number, question in enumerate(words.questions):
            yield ("translations", code, "questions", number), question


def sentences(case: Case) -> Iterator[Fault]:
    """Words of the administration, and sentences that are too long."""
    for entry in case.base.entries.values():
        for passage in passages(entry):
            where = case.at("entries", entry.id, *passage.steps)
            for said, plain in _jargon(passage):
                yield warning(where, "check.jargon", id=entry.id, said=said, plain=plain)
            for sentence, number in _long_sentences(passage.text):
                yield warning(
                    where, "check.long_sentence", sentence=shorten(sentence), number=number, limit=_MOST_WORDS
                )


def _jargon(passage: Passage) -> Iterator[tuple[str, str]]:
    listed = wording().jargon.get(passage.language, {})
    words = tokens(passage.text)
    starts = {said[0] for said in listed}
    hits = (number for number, word in enumerate(words) if word in starts)
    found = {said: names for at in hits for said, names in listed.items() if tuple(words[at : at + len(said)]) == said}
    yield from found.values()


def _long_sentences(text: str) -> Iterator[tuple[str, int]]:
    for block in parse(text):
        for sentence in _SENTENCE.split(block.text):
            number = sum(any(char.isalnum() for char in word) for word in sentence.split())
            if number > _MOST_WORDS:
                yield sentence, number


def private_data(case: Case) -> Iterator[Fault]:
    """Mobile numbers, private mail addresses and social security numbers in what residents read."""
    for entry in case.base.entries.values():
        for passage in passages(entry):
            yield from _private(case.at("entries", entry.id, *passage.steps), passage.text)
    for place in case.base.places.values():
        for field in ("name", "address", "phone", "email", "accessibility", "hours_note"):
            yield from _private(case.at("places", place.id, field), getattr(place, field) or "")


def _private(where: Location, text: str) -> Iterator[Fault]:
    for match in _MOBILE.finditer(text):
        yield warning(where, "check.mobile", value=match.group())
    for match in _MAIL.finditer(text):
        if match.group(1).lower() in wording().private_mail:
            yield warning(where, "check.private_mail", value=shorten(match.group()))
    if _NIR.search(text):
        # The number itself is not repeated: this text may be kept in a log.
        yield warning(where, "check.social_number")


def markup(case: Case) -> Iterator[Fault]:
    """Markup that channels cannot show, with the line of the text where it stands."""
    for entry in case.base.entries.values():
        for passage in passages(entry):
            lines = passage.text.splitlines()
            for line, kind in unsupported(passage.text):
                where = case.at("entries", entry.id, *passage.steps)
                extract = shorten(lines[line - 1]) if line <= len(lines) else ""
                yield warning(where, _MARKUP_CODES[kind], extract=extract)


_MARKUP_CODES = MappingProxyType(
    {
        Unsupported.HEADING: "markup.heading",
        Unsupported.IMAGE: "markup.image",
        Unsupported.TABLE: "markup.table",
        Unsupported.CODE: "markup.code",
        Unsupported.HTML: "markup.html",
        Unsupported.QUOTE: "markup.quote",
        Unsupported.RULE: "markup.rule",
        Unsupported.EMPHASIS: "markup.emphasis",
        Unsupported.NESTED_LIST: "markup.nested_list",
        Unsupported.LINE_BREAK: "markup.line_break",
        Unsupported.LINK_SCHEME: "markup.link_scheme",
    }
)
