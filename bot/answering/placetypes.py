"""The words residents have for each kind of place, taken from the base itself: "mairie", "hôtel de ville", "pool"."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import stem, tokens
from bot.answering.numerals import terms
from bot.answering.phrases import read_words, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.answering.numerals import Term
    from bot.knowledge.model import Concept, Place

__all__ = ["TypeWords", "asked_words", "fillers", "is_common", "people"]

_SPOKEN = ("fr", "en")
# A shorter beginning fits too many words ("bib").
_SHORTEST_BEGINNING = 4

_Head = tuple[str, ...]


class TypeWords:
    """Expressions that name a type of place: its slug, what most of its places' names begin with, its concept."""

    def __init__(self, places: Sequence[Place], concepts: Iterable[Concept]) -> None:
        self._heads: dict[_Head, str] = {}
        for head, type_ in (*_slugs(places), *_shared(places), *_named(concepts, {place.type for place in places})):
            kept = tuple(word for word in head if word not in fillers()) or head
            self._heads.setdefault(kept, type_)
        self._by_stem = {tuple(map(stem, head)): type_ for head, type_ in self._heads.items()}
        self._longest = max(map(len, self._heads), default=0)
        self.all = frozenset(word for head in self._heads for word in head)

    def of(self, type_: str) -> frozenset[str]:
        """The words that name a type."""
        return frozenset(word for head, its_type in self._heads.items() if its_type == type_ for word in head)

    def beginning(self, word: str) -> str | None:
        """The type word that ``word`` is the beginning of ("bibli"), if only one type has such a word."""
        if len(word) < _SHORTEST_BEGINNING:
            return None
        longer = {head[0]: type_ for head, type_ in self._heads.items() if len(head) == 1 and head[0].startswith(word)}
        return min(longer) if len(set(longer.values())) == 1 else None

    def find(self, found: Sequence[Term], read: Mapping[Term, str]) -> list[tuple[str, frozenset[int]]]:
        """The types named, in order, with the words that name them; ``read`` gives each term without its typos."""
        content = [term for term in found if term.text not in fillers()]
        # Someone who works there has the stem of the place, and no more: "maire" is not "mairie".
        stems = [term.text if term.text in people() else stem(read[term]) for term in content]
        hits: list[tuple[str, frozenset[int]]] = []
        start = 0
        while start < len(content):
            length = self._length_at(stems, start)
            if length:
                covered = content[start : start + length]
                positions = frozenset(place for term in covered for place in range(term.start, term.end))
                hits.append((self._by_stem[tuple(stems[start : start + length])], positions))
            start += max(1, length)
        return hits

    def _length_at(self, stems: Sequence[str], start: int) -> int:
        lengths = range(min(self._longest, len(stems) - start), 0, -1)
        return next((length for length in lengths if tuple(stems[start : start + length]) in self._by_stem), 0)


@cache
def fillers() -> frozenset[str]:
    """The words of a question that say nothing of their own."""
    return frozenset(read_words("places")["fillers"].split())


@cache
def people() -> frozenset[str]:
    """Who works in a place, in words that look like the place's name."""
    return frozenset(read_words("places")["people"])


@cache
def asked_words() -> frozenset[str]:
    """The words with which residents ask about places: "horaires", "trouve"; they misspell nothing."""
    intents = read_words("places")["intents"]
    return frozenset(word for texts in intents.values() for text in texts for word in tokens(text))


def is_common(word: str) -> bool:
    """True for an everyday word of a shipped language."""
    return any(shipped_lexicon(language).is_common(word) for language in _SPOKEN)


def _slugs(places: Iterable[Place]) -> Iterator[tuple[_Head, str]]:
    for place in places:
        yield tuple(place.type.split("-")), place.type


def _named(concepts: Iterable[Concept], types: frozenset[str] | set[str]) -> Iterator[tuple[_Head, str]]:
    """A concept's first term in each language is its name; the others are all that has to do with it."""
    for concept in concepts:
        type_ = concept.id.rpartition(".")[2].replace("_", "-")
        if type_ in types:
            yield from ((tuple(tokens(listed[0])), type_) for listed in concept.terms.values() if listed)


def _shared(places: Sequence[Place]) -> Iterator[tuple[_Head, str]]:
    """What most names of a type begin with, or are once their number is taken away ("hôtel de ville du 5e")."""
    number = Counter(place.type for place in places)
    counts = Counter((head, place.type) for place in places for head in _kind_words(place))
    for (head, type_), times in counts.items():
        # One place alone gives its kind a word only where the slug has another ("Toilettes", type wc).
        alone = number[type_] == 1 and len(head) == 1 and head[0] not in type_ and not is_common(head[0])
        if alone or (number[type_] > 1 and times * 2 > number[type_]):
            yield head, type_


def _kind_words(place: Place) -> frozenset[_Head]:
    named = [word for word in tokens(place.name) if word not in fillers()]
    found = {tuple(named[:1])}
    for name in (place.name, *place.aliases):
        numbered = terms(words(name))
        kept = tuple(term.text for term in numbered if not term.is_number)
        if len(kept) < len(numbered):
            found.add(kept)
    return frozenset(head for head in found if head and not head[0].isdecimal())
