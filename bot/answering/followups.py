"""What a short message means after an answer: a choice, a side of the entry, or the same subject taken further."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz.fuzz import ratio

from bot.answering.cues import load_cue_data
from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import stem, tokens
from bot.answering.phonetics import sound
from bot.answering.phrases import nearest
from bot.answering.placetypes import fillers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.knowledge.model import Entry, FollowUp
    from bot.messages import Choice

__all__ = [
    "Facet",
    "is_bare_number",
    "is_elliptic",
    "is_refusal",
    "read_facet",
    "read_follow_up",
    "read_pick",
    "says_nothing",
]

# Out of 100: one letter in six may be wrong in a choice's own words.
_WORD_LIKENESS = 83
# Of a choice's words, those a resident must use where a new question is as likely as a pick.
_LABEL_SHARE = 0.5
_FOLLOW_UP_SHARE = 0.6
# Shorter words, and shorter sounds, are those of too many others.
_MIN_HEARD, _MIN_SOUND = 4, 3
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
    refusal: frozenset[str]
    around_refusal: frozenset[str]
    around_pick: frozenset[str]
    openers: frozenset[str]
    facets: Mapping[Facet, frozenset[str]]
    pairs: Mapping[Facet, tuple[frozenset[str], ...]]
    around_facet: frozenset[str]


@cache
def _words() -> _Words:
    data = load_cue_data("followups")
    facets = {Facet(name): frozenset(words.split()) for name, words in data["facets"].items()}
    pairs = {Facet(name): tuple(frozenset(pair.split()) for pair in found) for name, found in data["pairs"].items()}
    openers = frozenset(data["openers"].split())
    named = frozenset().union(*facets.values(), *(pair for found in pairs.values() for pair in found))
    return _Words(
        ordinals={word: int(number) for number, words in data["ordinals"].items() for word in words.split()},
        last=frozenset(data["last"].split()),
        assent=frozenset(data["assent"].split()),
        refusal=frozenset(data["refusal"].split()),
        around_refusal=frozenset(data["refusal_fillers"].split()) | frozenset(data["pick_fillers"].split()),
        around_pick=frozenset(data["pick_fillers"].split()),
        openers=openers,
        facets=facets,
        pairs=pairs,
        around_facet=named | openers | frozenset(data["facet_fillers"].split()),
    )


def read_pick(text: str, choices: Sequence[Choice], *, only_choices: bool) -> Choice | None:
    """The choice ``text`` points at by number, rank, assent or its own words; None if it says anything else.

    ``only_choices``: the bot said nothing but the choices, so that any of a choice's own
    words point at it; under a whole answer, a new question is as likely.
    """
    if not choices:
        return None
    lists = _words()
    said = tokens(text)
    if not said or len(said) > _MAX_PICK_WORDS:
        return None
    numbers = {lists.ordinals[word] for word in said if word in lists.ordinals}
    rest = [word for word in said if word not in lists.ordinals and word not in lists.around_pick]
    # "un" and "une" are articles before they are numbers: they only count alone.
    if not rest and len(numbers) == 1:
        return next((choice for choice in choices if choice.number in numbers), None)
    if rest and lists.last.issuperset(rest):
        return choices[-1]
    if rest and (lists.assent | lists.last).issuperset(rest) and not numbers:
        return choices[0]
    if rest and lists.assent.issuperset(rest) and len(numbers) == 1:
        return next((choice for choice in choices if choice.number in numbers), None)
    return _by_label(said, choices, 0.0 if only_choices else _LABEL_SHARE)


def _by_label(said: Sequence[str], choices: Sequence[Choice], share: float) -> Choice | None:
    """The only choice whose label has all that is ``said``, if that is ``share`` of the label's words or more."""
    asked = _telling(said)
    close = [choice for choice in choices if _names(asked, _telling(tokens(choice.label)), share)]
    return close[0] if len(close) == 1 else None


def _names(asked: frozenset[str], label: frozenset[str], share: float) -> bool:
    found = [any(ratio(word, other) >= _WORD_LIKENESS for other in label) for word in asked]
    return bool(asked) and all(found) and len(asked) >= share * len(label)


def _telling(said: Sequence[str]) -> frozenset[str]:
    """The words of ``said`` that say something of their own."""
    return frozenset(said) - fillers() - _words().openers


def is_refusal(text: str) -> bool:
    """True if ``text`` turns down what was offered and says no more: "non", "aucun des deux", "ni l'un ni l'autre"."""
    lists = _words()
    said = set(tokens(text))
    if not said or not said <= lists.refusal | lists.around_refusal:
        return False
    return bool(said & lists.refusal) or {"ni", "autre"} <= said


def is_bare_number(text: str) -> bool:
    """True if ``text`` is the number or rank of a choice and nothing else: "2", "la première", "le 3 svp"."""
    lists = _words()
    said = tokens(text)
    numbers = [word for word in said if word in lists.ordinals]
    return len(numbers) == 1 and all(word in lists.ordinals or word in lists.around_pick for word in said)


def read_facet(text: str) -> Facet | None:
    """The side of an entry ``text`` asks about and nothing else ("combien ça coûte ?")."""
    lists = _words()
    said = frozenset(_as_listed(word) for word in tokens(text))
    if said - lists.around_facet - fillers():
        return None
    for facet, pairs in lists.pairs.items():
        if any(pair <= said for pair in pairs):
            return facet
    return next((facet for facet in Facet if lists.facets[facet] & said), None)


def _as_listed(word: str) -> str:
    """``word``, or the listed word it is a slip of or sounds like: "papié" is "papiers"."""
    listed, heard = _facet_words()
    if word in listed or len(word) < _MIN_HEARD:
        return word
    return heard.get(sound(word)) or nearest(word, listed) or word


@cache
def _facet_words() -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Every word of a question about one side of an answer; and by sound, the words of the sides before the rest."""
    lists = _words()
    named = frozenset().union(*lists.facets.values(), *(pair for found in lists.pairs.values() for pair in found))
    ordered = [*sorted((lists.around_facet | fillers()) - named), *sorted(named)]
    return tuple(ordered), {sound(word): word for word in ordered if len(sound(word)) >= _MIN_SOUND}


def says_nothing(text: str) -> bool:
    """True if ``text`` has no word that says something of its own ("comment ?"): any entry would be a guess."""
    return not _telling(tokens(text))


def is_elliptic(text: str) -> bool:
    """True for a short message that leans on the one before ("et pour un mineur ?")."""
    said = tokens(text)
    return bool(said) and len(said) <= _MAX_ELLIPTIC_WORDS and said[0] in _words().openers


def read_follow_up(text: str, entry: Entry, language: str) -> FollowUp | None:
    """The follow-up of ``entry`` whose questions share most of ``text``'s words.

    A word of its own that neither the follow-up nor the entry uses makes it a new
    question: "la cantine pour mon fils" is not "et pour mon fils ?".
    """
    asked = _stems(text, language)
    subject = frozenset().union(*(_stems(known, language) for known in (entry.title, *entry.questions)))
    best: tuple[float, FollowUp | None] = (0.0, None)
    for follow_up in entry.follow_ups:
        for question in (follow_up.label, *follow_up.questions):
            words = _stems(question, language)
            shared = 2 * len(asked & words) / max(1, len(asked) + len(words))
            if shared > best[0] and asked <= words | subject:
                best = (shared, follow_up)
    return best[1] if best[0] >= _FOLLOW_UP_SHARE else None


def _stems(text: str, language: str) -> frozenset[str]:
    lexicon = shipped_lexicon(language)
    glue = fillers() | _words().openers
    return frozenset(
        stem(word, language) for word in tokens(text) if word not in glue and not lexicon.is_function(word)
    )
