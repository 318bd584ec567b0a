"""Which place of the town a resident means, from the places' own names, aliases, types and addresses."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from bot.answering.numerals import Term, terms
from bot.answering.phrases import nearest, read_words, words
from bot.answering.placetypes import TypeWords, asked_words, fillers, is_common, people

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.knowledge.model import Concept, Place

__all__ = ["PlaceIndex", "PlaceMention"]

# Share of a name's weight that must be in the question: with its type named, and without.
_ENOUGH, _ENOUGH_ALONE = 0.3, 0.99
# Names this close to the best one are as good as it.
_TIE = 0.02
# A word read through a typo counts a little less than one written right.
_TYPO = 0.95
# A word in this share of a type's names belongs to the type ("arrondissement"); some names may stray.
_SHARED = 0.8
# A shorter word alone does not name a place.
_TELLING = 4
_POSTCODE = re.compile(r"\b\d{3}(\d{2})\b")


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """The places that fit a question equally well, best known first; none if only a ``type`` was named.

    ``positions`` are the words that named them. ``unknown`` is a number that no place
    of the type has ("mairie du 23e"). Not ``sure``: one word alone named the place, which
    counts only if the question says nothing else ("centre", but not "centre de loisirs").
    """

    places: tuple[str, ...]
    type: str | None
    positions: frozenset[int]
    unknown: str | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a place: the terms that tell it from others of its type."""

    place: str
    telling: frozenset[str]
    whole: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Fit:
    place: str
    share: float
    positions: frozenset[int]


class PlaceIndex:
    """Finds places by what residents call them."""

    def __init__(self, places: Mapping[str, Place], concepts: Iterable[Concept] = ()) -> None:
        """``concepts`` lend their synonyms ("swimming pool") to the types they name."""
        self._types = {place.id: place.type for place in places.values()}
        self._type_words = TypeWords(tuple(places.values()), concepts)
        common = self._common_words(places)
        self._names = [
            _Name(place.id, whole - common[place.type] or whole, whole)
            for place in places.values()
            for whole in {self._content(name) for name in (place.name, *place.aliases)}
            if whole
        ]
        self._areas = {place.id: _areas(place) for place in places.values()}
        counts = self._count(places)
        # A word in many names and addresses (the town's own) tells little.
        self._weights = {word: log(1 + len(places) / times) for word, times in counts.items()}
        self._town = frozenset(word for word, times in counts.items() if len(places) > 2 and times * 2 > len(places))
        self.kinds = self._type_words.all
        listed = {term for name in self._names for term in name.whole if not term.startswith("#")}
        self.known = self.kinds.union(listed)
        self._repairable = tuple(sorted(word for word in self.known if len(word) >= _TELLING))

    # Public: ``known`` are the words of every name and type, which nothing else should read as misspellings;
    # ``kinds`` those of the types alone.

    def of_type(self, type_: str) -> tuple[str, ...]:
        """The ids of every place of a type."""
        return tuple(place for place, its_type in self._types.items() if its_type == type_)

    def is_kind(self, name: str) -> bool:
        """True if ``name`` says nothing but a kind of place: "la piscine", "mairie"."""
        return self._content(name) <= self.kinds

    def find(self, text: str, taken: Collection[int] = (), type_hint: str | None = None) -> PlaceMention | None:
        """The place or type ``text`` names, outside the ``taken`` words; None if it names none.

        ``type_hint``: the type talked of, so that "et celle du 14e ?" is understood.
        """
        found = [term for term in terms(words(text)) if not set(range(term.start, term.end)) & set(taken)]
        read = {term: self._read(term) for term in found}
        heads = self._type_words.find(found, read)
        types = {type_ for type_, _ in heads} or ({type_hint} if type_hint else set())
        head_positions = frozenset(place for _, positions in heads for place in positions)
        numbers = [term for term in found if term.is_number and self._names_a_place(term, found, head_positions)]
        usable = [term for term in found if not term.is_number or term in numbers]
        fits = self._fits(usable, read, types) or self._fits_area(numbers, types)
        if not fits and not heads and types:
            fits = self._fits(usable, read, ())
        if fits:
            best = max(fit.share for fit in fits)
            kept = [fit for fit in fits if fit.share >= best - _TIE]
            # "Hôtel de ville du 7e" is not the hôtel de ville: the fullest name is the one meant.
            kept = [fit for fit in kept if not any(fit.positions < other.positions for other in kept)]
            positions = head_positions.union(self._of_town(found), *(fit.positions for fit in kept))
            ids = tuple(dict.fromkeys(fit.place for fit in kept))
            return PlaceMention(ids, self._types[kept[0].place], positions, sure=bool(heads) or len(positions) > 1)
        if not heads:
            return None
        type_ = heads[0][0]
        unknown = numbers[0] if numbers else None
        ids = self.of_type(type_)
        only = ids if len(ids) == 1 and unknown is None else ()
        positions = head_positions | self._of_town(found)
        if unknown is not None:
            positions |= frozenset(range(unknown.start, unknown.end))
        return PlaceMention(only, type_, positions, unknown.text.removeprefix("#") if unknown else None)

    # How the names are prepared.

    def _content(self, text: str) -> frozenset[str]:
        return frozenset(term.text for term in terms(words(text)) if term.text not in fillers())

    def _common_words(self, places: Mapping[str, Place]) -> dict[str, frozenset[str]]:
        """By type, the words that do not tell its places apart: those of the type, and those most names have."""
        by_type: dict[str, list[frozenset[str]]] = {}
        for place in places.values():
            by_type.setdefault(place.type, []).append(self._content(place.name))
        common: dict[str, frozenset[str]] = {}
        for type_, names in by_type.items():
            counts = Counter(word for name in names for word in name)
            shared = {word for word, times in counts.items() if len(names) > 2 and times >= _SHARED * len(names)}
            common[type_] = self._type_words.of(type_) | shared
        return common

    def _count(self, places: Mapping[str, Place]) -> Counter[str]:
        """In how many places' names and addresses each word stands."""
        counts: Counter[str] = Counter()
        for place in places.values():
            counts.update(self._content(" ".join((place.name, *place.aliases, place.address or ""))))
        return counts

    # How a question is read.

    def _read(self, term: Term) -> str:
        if term.is_number or term.text in self.known or term.text in fillers() | asked_words() | people():
            return term.text
        return nearest(term.text, self._repairable) or self._type_words.beginning(term.text) or term.text

    def _of_town(self, found: Sequence[Term]) -> frozenset[int]:
        """Where ``found`` has words that most places share: the town's own name."""
        return frozenset(term.start for term in found if term.text in self._town)

    def _names_a_place(self, number: Term, found: Sequence[Term], heads: frozenset[int]) -> bool:
        """An ordinal, or a number soon after the type ("mairie paris 19"), or after "du", "dans le".

        Never a quantity ("3 euros").
        """
        following = next((term.text for term in found if term.start == number.end), "")
        if following in read_words("places")["units"]:
            return False
        # With no type named, "la première" is one of the choices offered, not a district.
        if (number.ordinal and (heads or not number.spelt)) or len(number.text) == len("#75019"):
            return True
        before = [term for term in found if term.end <= number.start][-2:]
        last = before[-1].text if before else ""
        listed = last in ("ou", "et", "or", "and") and before[0].is_number
        return listed or last in ("du", "u", "le") or any(term.start in heads for term in before)

    def _fits(self, found: Sequence[Term], read: Mapping[Term, str], types: Collection[str]) -> list[_Fit]:
        asked = {read[term]: term for term in reversed(found)}
        fits: list[_Fit] = []
        for name in self._names:
            if types and self._types[name.place] not in types:
                continue
            fit = self._fit(name, asked)
            enough = _ENOUGH if types else _ENOUGH_ALONE
            if fit is not None and fit.share >= enough and (types or self._stands_alone(name, fit, found)):
                fits.append(fit)
        return fits

    def _fit(self, name: _Name, asked: Mapping[str, Term]) -> _Fit | None:
        telling = name.telling
        matched = [word for word in telling if word in asked]
        if not matched or any(word.startswith("#") and word not in asked for word in telling):
            return None
        total = sum(self._weights.get(word, 0.0) for word in telling)
        share = sum(self._weights[word] * (1.0 if asked[word].text == word else _TYPO) for word in matched) / total
        positions = frozenset(
            place for word in name.whole if word in asked for place in range(asked[word].start, asked[word].end)
        )
        return _Fit(name.place, share, positions)

    def _stands_alone(self, name: _Name, fit: _Fit, found: Sequence[Term]) -> bool:
        """True if the name's own words suffice without the type: "Butte-aux-Cailles" does, "19e" or "centre" do not.

        They must stand together, and one word alone must not be an everyday one.
        """
        own = [word for word in name.telling if not word.startswith("#")]
        if len(own) == 1 and (len(own[0]) <= _TELLING or is_common(own[0])):
            return False
        between = [term for term in found if min(fit.positions) < term.start < max(fit.positions)]
        return bool(own) and all(term.start in fit.positions or term.text in fillers() for term in between)

    def _fits_area(self, numbers: Sequence[Term], types: Collection[str]) -> list[_Fit]:
        return [
            _Fit(place, 1.0, frozenset(range(number.start, number.end)))
            for number in numbers
            for place, areas in self._areas.items()
            if self._types[place] in types and number.text in areas
        ]


def _areas(place: Place) -> frozenset[str]:
    """The district numbers of a place's address: its postcode, and the last two digits of it (75019: the 19th)."""
    found = [f"#{match[1].lstrip('0')}" for match in _POSTCODE.finditer(place.address or "")]
    codes = [f"#{match[0]}" for match in _POSTCODE.finditer(place.address or "")]
    return frozenset((*found, *codes))
