"""Finds a street among thousands in what a resident typed, misspelt, shortened, with or without its number."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from math import log
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.answering.lexicon import shipped_lexicon
from bot.answering.phonetics import sound
from bot.answering.phrases import Word, nearest, read_words, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["Found", "StreetIndex", "StreetMatch"]

# Share of a name's weight that must be recognised: to propose it, and to take it without asking.
_POSSIBLE, _SURE = 0.5, 0.66
# Two names this close are as good as each other.
_CLOSE = 0.12
# A shorter word has too many neighbours one letter away; a longer one may have two letters wrong.
_SHORTEST, _LONGER = 4, 7
# Each letter wrong in a word costs this share of it.
_SLIP = 0.12
# A shorter sound is that of too many words; one sign of difference is forgiven from the second length on.
_HEARD, _HALF_HEARD = 3, 5
# A word typed after the street's kind and found in no part of the name; shorter ones are initials.
_STRANGER = 0.15
_INITIALS = 2
# Without "rue" or the like, an unknown name has a word this long that is no everyday one.
_LONG = 5
_CHOICES = 3
# Kinds of up to this many letters look too much like other words to be repaired.
_SHORT_KIND = 5
# Likeness (0 to 100) from which a whole name is worth proposing.
_ALIKE = 78


class Found(StrEnum):
    """How a search ended."""

    ONE = "one"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    NOT_NAMED = "not_named"


@dataclass(frozen=True, slots=True)
class StreetMatch:
    """The street meant, or up to three to choose from (one to confirm); ``asked`` is what was looked for.

    ``positions`` are the words of the text that name it. ``says_street``: the text
    says "rue", "avenue"… so it speaks of a street, even of one that is unknown.
    """

    found: Found
    streets: tuple[str, ...] = ()
    asked: str = ""
    positions: frozenset[int] = frozenset()
    says_street: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    street: str
    kind: str | None
    core: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class _Hit:
    name: _Name
    score: float
    same_kind: bool
    positions: frozenset[int]


class StreetIndex:
    """Streets by the words of their names."""

    def __init__(self, streets: Iterable[str]) -> None:
        cores = {street: _core(_tokens(words(street))) for street in streets}
        counts = Counter(word for _, core in cores.values() for word in set(core))
        self._weights = {word: log(1 + len(cores) / times) for word, times in counts.items()}
        self._by_word: dict[str, list[_Name]] = defaultdict(list)
        self._exact: dict[tuple[str | None, tuple[str, ...]], list[_Name]] = defaultdict(list)
        for street, (kind, core) in cores.items():
            name = _Name(street, kind, core, sum(self._weights[word] for word in set(core)))
            self._exact[kind, core].append(name)
            for word in set(core):
                self._by_word[word].append(name)
        self._by_joined: dict[str, list[_Name]] = defaultdict(list)
        for names in self._exact.values():
            self._by_joined[" ".join(names[0].core)] += names
        self._joined = tuple(self._by_joined)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(counts):
            self._by_length[len(word)].append(word)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in sorted(counts):
            self._by_sound[_heard(word)].append(word)
        self._sounds: dict[int, list[str]] = defaultdict(list)
        for heard in self._by_sound:
            self._sounds[len(heard)].append(heard)

    def find(self, text: str, fillers: Collection[str] = (), skip: Collection[int] = ()) -> StreetMatch:
        """The street named in ``text``; ``fillers`` are words, and ``skip`` positions, that say something else."""
        found = _tokens([self._kind_repaired(word) for word in words(text)])
        whole = self._exact.get(_core(found), [])
        if len(whole) == 1:
            return StreetMatch(Found.ONE, (whole[0].street,), text, frozenset(token.position for token in found))
        kinds = [token for token in found if token.text in _kinds().values()]
        sought = self._without_misspelt_fillers(_sought(found, kinds, fillers, skip), kinds, fillers)
        hits = self._score(sought, kinds) or self._alike(sought)
        if not hits and not (kinds and sought) and not any(_may_name(token.text) for token in sought):
            return StreetMatch(Found.NOT_NAMED)
        asked = " ".join(word.text for word in words(text)[(kinds or sought)[0].position : sought[-1].position + 1])
        return replace(_decide(hits, asked), says_street=any(token.text in _unmistakable() for token in kinds))

    def _kind_repaired(self, word: Word) -> Word:
        """ "aveune" is an avenue, unless the word is in a street's name."""
        if word.text in self._weights or word.text in _kinds():
            return word
        return Word(nearest(word.text, _long_kinds()) or word.text, word.gap)

    def _without_misspelt_fillers(
        self, sought: Sequence[_Token], kinds: Sequence[_Token], fillers: Collection[str]
    ) -> list[_Token]:
        """``sought`` without fillers spelt by ear ("kan"), unless a street's kind leads to them."""
        heard, listed = _fillers_heard(frozenset(fillers))
        sure = any(kind.text in _unmistakable() for kind in kinds)
        kept: list[_Token] = []
        for token in sought:
            direct = token is sought[0] and (sure or (bool(kinds) and token.text in fillers))
            known = token.text in self._weights or token.text.isdecimal() or (sure and self._near(token.text))
            if direct or known or (_heard(token.text) not in heard and nearest(token.text, listed) is None):
                kept.append(token)
        return kept

    def _score(self, sought: Sequence[_Token], kinds: Sequence[_Token]) -> list[_Hit]:
        read = {token: self._near(token.text) for token in sought}
        gained: dict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
        names: dict[str, _Name] = {}
        for token, near in read.items():
            for word, share in near.items():
                for name in self._by_word[word]:
                    names[name.street] = name
                    best = gained[name.street].get(word, (0.0, 0))
                    gained[name.street][word] = max(best, (share * self._weights[word], token.position))
        hits: list[_Hit] = []
        for street, parts in gained.items():
            share = sum(weight for weight, _ in parts.values()) / names[street].weight
            last = names[street].core[-1]
            # Most people say only the last word of a long name ("place Clément"): it is worth asking.
            if last in parts and len(names[street].core) > 1:
                share = max(share, _POSSIBLE * parts[last][0] / self._weights[last])
            if share >= _POSSIBLE:
                hits.append(
                    self._hit(names[street], share, frozenset(place for _, place in parts.values()), sought, kinds)
                )
        return hits

    def _hit(
        self, name: _Name, share: float, places: frozenset[int], sought: Sequence[_Token], kinds: Sequence[_Token]
    ) -> _Hit:
        before = [kind for kind in kinds if kind.position < min(places)]
        last = before[-1] if before else None
        # Without a kind before it, only the words that touch the name are held against it.
        near = [token for token in sought if last or {token.position - 1, token.position + 1} & places]
        strange = [token.text for token in near if token.position not in places and len(token.text) > _INITIALS]
        strangers = sum(1 for text in strange if not text.isdecimal())
        # A bare name next to words that are no part of it is to be confirmed.
        same_kind = last.text == name.kind or name.kind is None if last else not strangers
        return _Hit(name, share - _STRANGER * strangers, same_kind, places | ({last.position} if last else set()))

    def _alike(self, sought: Sequence[_Token]) -> list[_Hit]:
        """Names that look like the whole of what was typed: words split, joined or spelt by ear."""
        typed = " ".join(token.text for token in sought)
        found = process.extract(typed, self._joined, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_CHOICES)
        places = frozenset(token.position for token in sought)
        # Never sure: these are to be confirmed.
        return [_Hit(name, _POSSIBLE, True, places) for text, _, _ in found for name in self._by_joined[text]]

    def _near(self, word: str) -> Mapping[str, float]:
        """The words of streets that ``word`` may be, with how much of it is right."""
        if word in self._weights:
            return {word: 1.0}
        if not word.isalpha():
            return {}
        return {**self._half_heard(word), **self._misspelt(word), **self._by_ear(word)}

    def _by_ear(self, word: str) -> Mapping[str, float]:
        """The words that sound like ``word``: "jores" is "jaurès"."""
        heard = _heard(word)
        return dict.fromkeys(self._by_sound.get(heard, ()) if len(heard) >= _HEARD else (), 1 - _SLIP)

    def _half_heard(self, word: str) -> Mapping[str, float]:
        """The words that sound almost like ``word``: "leclair" is "leclerc"."""
        heard = _heard(word)
        if len(heard) < _HALF_HEARD:
            return {}
        near = [other for length in range(len(heard) - 1, len(heard) + 2) for other in self._sounds[length]]
        found = process.extract(heard, near, scorer=OSA.distance, score_cutoff=1, limit=8)
        return {known: 1 - 2 * _SLIP for other, _, _ in found for known in self._by_sound[other]}

    def _misspelt(self, word: str) -> Mapping[str, float]:
        if len(word) < _SHORTEST:
            return {}
        reach = 1 if len(word) < _LONGER else 2
        candidates = [
            known for length in range(len(word) - reach, len(word) + reach + 1) for known in self._by_length[length]
        ]
        found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=reach, limit=8)
        return {known: 1 - _SLIP * distance for known, distance, _ in found}


def _decide(hits: Sequence[_Hit], asked: str) -> StreetMatch:
    ordered = sorted(hits, key=lambda hit: (-hit.score, not hit.same_kind, hit.name.street))
    possible = [hit for hit in ordered if hit.score >= _POSSIBLE]
    if not possible:
        return StreetMatch(Found.UNKNOWN, asked=asked)
    close = [hit for hit in possible if hit.score >= possible[0].score - _CLOSE]
    # "Rue de Paris" is not "avenue de Paris": of the close ones, those of the kind that was named.
    fitting = [hit for hit in close if hit.same_kind] or close
    best = fitting[0]
    exact = [hit for hit in fitting if hit.score >= best.score - 1e-9]
    alone = len(fitting) == 1 or (len(exact) == 1 and best.score >= 1)
    if alone and best.same_kind and best.score >= _SURE:
        return StreetMatch(Found.ONE, (best.name.street,), asked, best.positions)
    return StreetMatch(Found.SEVERAL, tuple(hit.name.street for hit in fitting[:_CHOICES]), asked, best.positions)


@lru_cache(maxsize=16_384)
def _heard(word: str) -> str:
    """How ``word`` sounds, in the singular."""
    return sound(word.removesuffix("s"))


@lru_cache(maxsize=64)
def _fillers_heard(fillers: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    return frozenset(map(_heard, fillers)), tuple(sorted(fillers))


def _may_name(word: str) -> bool:
    return len(word) >= _LONG and word.isalpha() and not shipped_lexicon("fr").is_common(word)


def _tokens(found: Sequence[Word]) -> list[_Token]:
    """Words with short forms written out and house numbers left out."""
    kinds, names, house = _kinds(), _short_names(), read_words("streets")["house_number"]
    tokens = [
        _Token(kinds.get(word.text) or names.get(word.text) or word.text, place) for place, word in enumerate(found)
    ]
    kept: list[_Token] = []
    for token in tokens:
        if token.text in kinds.values():
            while kept and (kept[-1].text in house or kept[-1].text.isdecimal()):
                kept.pop()
        kept.append(token)
    return kept


def _core(tokens: Sequence[_Token]) -> tuple[str | None, tuple[str, ...]]:
    """A street's kind and the words that name it."""
    articles = read_words("streets")["articles"]
    named = [token.text for token in tokens if token.text not in articles]
    if len(named) > 1 and named[0] in _kinds().values():
        return named[0], tuple(named[1:])
    return None, tuple(named)


def _sought(
    found: Sequence[_Token], kinds: Sequence[_Token], fillers: Collection[str], skip: Collection[int]
) -> list[_Token]:
    """The words that may name the street: after its kind if it is named, and no filler unless right after it."""
    articles = read_words("streets")["articles"]
    content = [token for token in found if token.text not in articles]
    kind_places = {token.position for token in kinds}
    first = min(kind_places, default=-1)
    after = [token for token in content if token.position > first]
    # "Rue Verte", "rue du 8 mai": what follows the kind directly belongs to the name.
    direct = {token.position for token in after[:1]} if kinds else set()
    kept = [
        token
        for token in after
        if token.position in direct
        or (token.text not in fillers and token.position not in skip and token.position not in kind_places)
    ]
    before = [token for token in content if token.position < first and token.text not in fillers]
    return kept or [token for token in before if token.position not in skip]


@cache
def _long_kinds() -> tuple[str, ...]:
    return tuple(sorted({kind for kind in _kinds().values() if len(kind) > _SHORT_KIND}))


@cache
def _unmistakable() -> frozenset[str]:
    return frozenset(read_words("streets")["unmistakable"])


@cache
def _kinds() -> Mapping[str, str]:
    return _forms("types")


@cache
def _short_names() -> Mapping[str, str]:
    return _forms("names")


def _forms(name: str) -> Mapping[str, str]:
    listed = read_words("streets")[name]
    return {form: full for full, forms in listed.items() for form in (full, *forms)}
