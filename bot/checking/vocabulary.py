"""The words for ideas: those that two ideas share, those that can never be recognised, ideas without words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.answering.concepts import term_stems
from bot.answering.normalise import tokens
from bot.checking.findings import warning
from bot.knowledge.faults import shorten
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.checking.findings import Case
    from bot.knowledge.faults import Fault
    from bot.knowledge.model import Concept

__all__ = ["vocabulary"]


def vocabulary(case: Case) -> Iterator[Fault]:
    """Every such finding, term by term."""
    met: dict[tuple[str, ...], tuple[Concept, str]] = {}
    for concept in case.base.concepts.values():
        if not concept.terms.get(DEFAULT_LANGUAGE):
            where = case.at("concepts", concept.id, "terms")
            yield warning(where, "concept.no_terms", id=concept.id, language=DEFAULT_LANGUAGE)
        for language, terms in concept.terms.items():
            for number, term in enumerate(terms):
                where = case.at("concepts", concept.id, "terms", language, number)
                read = tuple(term_stems(term, language))
                if not read:
                    yield warning(where, "concept.never_seen", term=shorten(term))
                    continue
                other, first = met.setdefault((language, *read), (concept, term))
                if other.id != concept.id:
                    same = tokens(term) == tokens(first)
                    code = "concept.term_twice" if same else "concept.term_alike"
                    yield warning(where, code, term=shorten(term), other=other.id, first=shorten(first))
