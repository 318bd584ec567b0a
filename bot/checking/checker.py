"""Everything `parvis check` tells staff of a base that loads: what to mend, what to explain, what to know."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.checking.addresses import addresses, link_labels
from bot.checking.confusions import confusions, repeated_questions
from bot.checking.findings import Case
from bot.checking.freshness import reviews, translations
from bot.checking.lengths import lengths
from bot.checking.places import places
from bot.checking.pulls import misleading_terms
from bot.checking.style import markup, private_data, questions, sentences
from bot.checking.vocabulary import vocabulary

if TYPE_CHECKING:
    from datetime import date

    from bot.answering.ranking import Ranker
    from bot.knowledge.base import KnowledgeBase
    from bot.knowledge.faults import Fault

__all__ = ["check_base"]

_CHECKS = (
    confusions,
    repeated_questions,
    reviews,
    translations,
    lengths,
    markup,
    addresses,
    link_labels,
    places,
    questions,
    sentences,
    private_data,
    vocabulary,
    misleading_terms,
)
_ORDER = MappingProxyType({"error": 0, "warning": 1, "note": 2})


def check_base(base: KnowledgeBase, ranker: Ranker, today: date) -> list[Fault]:
    """Every finding on ``base``, by file and line, the most pressing first on one line.

    ``ranker`` holds the model trained on this very base: its trials tell which
    entries are confused. ``today`` is the town's own date. What is found in the
    included pack is a note: the town's staff can do no more than tell those who keep it.
    """
    case = Case(base, ranker.model, today)
    found = [_for_the_town(fault) for fault in chain.from_iterable(check(case) for check in _CHECKS)]
    return sorted(found, key=lambda fault: (fault.location.file, fault.location.line, _ORDER[fault.severity]))


def _for_the_town(fault: Fault) -> Fault:
    is_packs_own = fault.location.file.parts[:1] == ("..",)
    return replace(fault, severity="note") if is_packs_own and fault.severity == "warning" else fault
