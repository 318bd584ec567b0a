"""What a short message means after an answer: a choice, a side of the entry, or the same subject taken further."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz.fuzz import token_set_ratio

from bot.answering.cues import load_cue_data
from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import stem, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.knowledge.model import Entry, FollowUp
    from bot.messages import Choice

__all__ = ["Facet", "is_elliptic", "read_facet", "read_follow_up", "read_pick"]

# Out of 100: a resident who types a choice's own words means that choice.
_LABEL_LIKENESS = 90
_FOLLOW_UP_SHARE = 0.6
_MAX_PICK_WORDS = 8
_MAX_ELLIPTIC_WORDS = 6


class Facet(StrEnum):
    """One side of an entry a resident may ask about on its own."""

    DELAY = "delay"
    COST = "cost"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class _Words:
    """The word lists of ``data/followups.yaml``."""

    ordinals: Mapping[str, int]
    last: frozenset[str]
    assent: frozenset[str]
    fillers: frozenset[str]
    openers: frozenset[str]
    facets: Mapping[Facet, frozenset[str]]
    pairs: Mapping[Facet, tuple[tuple[str, ...], ...]]


@cache
def _words() -> _Words:
    data = load_cue_data("followups")
    return _Words(
        ordinals={word: int(number) for number, words in data["ordinals"].items() for word in words.split()},
        last=frozenset(data["last"].split()),
        assent=frozenset(data["assent"].split()),
        fillers=frozenset(data["pick_fillers"].split()),
        openers=frozenset(data["openers"].split()),
        facets={Facet(name): frozenset(words.split()) for name, words in data["facets"].items()},
        pairs={Facet(name): tuple(tuple(pair.split()) for pair in pairs) for name, pairs in data["pairs"].items()},
    )


def read_pick(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice ``text`` points at by number, rank, assent or its own words; None if it says anything else."""
    if not choices:
        return None
    lists = _words()
    said = tokens(text)
    if not said or len(said) > _MAX_PICK_WORDS:
        return None
    numbers = {lists.ordinals[word] for word in said if word in lists.ordinals}
    rest = [word for word in said if word not in lists.ordinals and word not in lists.fillers]
    # "un" and "une" are articles before they are numbers: they only count alone.
    if not rest and len(numbers) == 1:
        return next((choice for choice in choices if choice.number in numbers), None)
    if rest and lists.last.issuperset(rest):
        return choices[-1]
    if rest and lists.assent.issuperset(rest) and not numbers:
        return choices[0]
    return _by_label(text, choices)


def _by_label(text: str, choices: Sequence[Choice]) -> Choice | None:
    asked = " ".join(tokens(text))
    close = [choice for choice in choices if token_set_ratio(asked, " ".join(tokens(choice.label))) >= _LABEL_LIKENESS]
    return close[0] if len(close) == 1 else None


def read_facet(text: str, language: str) -> Facet | None:
    """The side of an entry ``text`` asks about and nothing else ("combien ça coûte ?")."""
    lists, lexicon = _words(), shipped_lexicon(language)
    said = tokens(text)
    found: Facet | None = None
    for facet, pairs in lists.pairs.items():
        if any(set(pair) <= set(said) for pair in pairs):
            found = facet
    named = {facet for facet, words in lists.facets.items() if words & set(said)}
    if found is None:
        found = next((facet for facet in Facet if facet in named), None)
    if found is None:
        return None
    known = frozenset().union(*lists.facets.values(), *(pair for pairs in lists.pairs.values() for pair in pairs))
    rest = [word for word in said if word not in known and word not in lists.openers and not lexicon.is_common(word)]
    return found if not rest else None


def is_elliptic(text: str) -> bool:
    """True for a short message that leans on the one before ("et pour un mineur ?")."""
    said = tokens(text)
    return bool(said) and len(said) <= _MAX_ELLIPTIC_WORDS and said[0] in _words().openers


def read_follow_up(text: str, entry: Entry, language: str) -> FollowUp | None:
    """The follow-up of ``entry`` whose questions share most of ``text``'s content words."""
    lexicon = shipped_lexicon(language)
    asked = {stem(word, language) for word in tokens(text) if not lexicon.is_function(word)}
    asked -= {stem(word, language) for word in _words().openers}
    best: tuple[float, FollowUp | None] = (0.0, None)
    for follow_up in entry.follow_ups:
        for question in (follow_up.label, *follow_up.questions):
            words = {stem(word, language) for word in tokens(question) if not lexicon.is_function(word)}
            words -= {stem(word, language) for word in _words().openers}
            shared = 2 * len(asked & words) / max(1, len(asked) + len(words))
            if shared > best[0]:
                best = (shared, follow_up)
    return best[1] if best[0] >= _FOLLOW_UP_SHARE else None
