"""Names of places in a question: other towns, regions, countries, postcodes and departments, however typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import OSA

from bot.answering.cues import load_cue_data
from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Gazetteer", "Mention", "Name", "Token", "read_tokens", "shipped_gazetteer", "spelling"]

_WORD = re.compile(r"[^\W_]+")
_ARTICLES = frozenset({"le", "la", "les", "l"})
# "au Mans", "des Lilas": the article of the name is inside.
_CONTRACTED = frozenset({"du", "des", "au", "aux"})
_SHORT = {"st": "saint", "ste": "sainte", "s": "sur"}
# From this many letters on, one slip of the keyboard leaves a name recognisable.
_MIN_SLIP = 6
# Names typed as one word ("saintdenis"): shorter ones would be words of their own.
_MIN_GLUED = 8
_REMEMBERED = 8_192


@dataclass(frozen=True, slots=True)
class Token:
    """A word: folded, as typed, and what stood between it and the one before."""

    text: str
    raw: str
    gap: str


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write a place. Names of the same ``place`` number are the same place.

    ``area`` is the French department of a commune ("93"), those of a region ("22 29"), or "".
    ``word``: the name is also a word. ``article``: it begins with one ("Le Mans").
    """

    text: str
    place: int
    kind: str
    area: str
    word: bool
    article: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found at words ``start`` to before ``end``; ``slip`` if it was misspelt."""

    name: Name
    start: int
    end: int
    slip: bool = False


def read_tokens(text: str) -> tuple[Token, ...]:
    """The words of ``text``, with their case and what separates them."""
    folded = fold(text)
    aligned = len(folded) == len(text)  # no ligature: the whole is folded at once
    found: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        start, stop = match.span()
        word = folded[start:stop] if aligned else fold(match.group())
        found.append(Token(word, match.group(), text[end:start].strip(" ").replace("’", "'")))
        end = stop
    return tuple(found)


def spelling(name: str) -> tuple[str, ...]:
    """The folded words of ``name`` without its article, abbreviations written out ("St-Ouen" -> saint, ouen)."""
    words = [_SHORT.get(word, word) for word in _WORD.findall(fold(name))]
    return tuple(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


class Gazetteer:
    """Finds the names it was given."""

    def __init__(self, names: Iterable[Name], not_typos: Iterable[str] = ()) -> None:
        self._names: dict[tuple[str, ...], Name] = {}
        for name in names:
            words = spelling(name.text)
            self._names.setdefault(words, name)
            if len(words) > 1 and len("".join(words)) >= _MIN_GLUED:
                self._names.setdefault(("".join(words),), name)
        self._longest: dict[str, int] = {}
        for words in self._names:
            self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))
        self._known = frozenset(word for words in self._names for word in words)
        self._not_typos = frozenset(not_typos)
        self._slips: dict[str, list[str]] = {}
        for word in sorted(self._known):
            for short in _shortened(word) if len(word) >= _MIN_SLIP and word.isalpha() else ():
                self._slips.setdefault(short, []).append(word)
        self._read = lru_cache(_REMEMBERED)(self._repaired)

    @property
    def names(self) -> tuple[Name, ...]:
        """Every name, each once."""
        return tuple(dict.fromkeys(self._names.values()))

    def named(self, text: str) -> Name | None:
        """The place called ``text``, or None."""
        return self._names.get(spelling(text))

    def find(self, words: Sequence[Token], taken: Mapping[int, int]) -> list[Mention]:
        """The names in ``words``, left to right, longest first; ``taken`` (start to end) is something else.

        A longer name wins over a taken stretch that it contains.
        """
        read = [self._read(word.text) for word in words]
        found: list[Mention] = []
        start = 0
        while start < len(words):
            mention = self._at(words, read, start)
            own_end = taken.get(start, start)
            if mention is not None and mention.end > own_end:
                found.append(mention)
                start = mention.end
            else:
                start = max(own_end, start + 1)
        return found

    def _at(self, words: Sequence[Token], read: Sequence[str], start: int) -> Mention | None:
        for length in range(min(self._longest.get(read[start], 0), len(read) - start), 0, -1):
            end = start + length
            name = self._names.get(tuple(read[start:end]))
            if name is None or any(word.gap.strip("-'. /") for word in words[start + 1 : end]):
                continue
            before = words[start - 1].text if start else ""
            if name.article and name.word and before not in _ARTICLES | _CONTRACTED:
                continue
            first = start - 1 if name.article and before in _ARTICLES else start
            slip = any(read[i] != _SHORT.get(words[i].text, words[i].text) for i in range(start, end))
            if not (slip and name.word):
                return Mention(name, first, end, slip)
        return None

    def _repaired(self, word: str) -> str:
        word = _SHORT.get(word, word)
        if word in self._known or len(word) < _MIN_SLIP - 1 or not word.isalpha() or word in self._not_typos:
            return word
        if any(shipped_lexicon(language).is_common(word) for language in ("fr", "en")):
            return word
        near = {name for short in _shortened(word) for name in self._slips.get(short, ())}
        close = sorted(name for name in near if name[0] == word[0] and OSA.distance(word, name, score_cutoff=1) <= 1)
        return close[0] if close else word


def _shortened(word: str) -> set[str]:
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}


def _listed(data: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Each group of names, its kind and its departments."""
    communes, departments, regions = data["communes"], data["departments"], data["regions"]
    for area, names in communes.items():
        yield from ((name, "commune", area) for name in names.split(","))
    for area, name in departments.items():
        if "-" in name or name in data["sure_departments"]:
            yield name, "area", area
    yield from ((names, "area", areas) for names, areas in regions.items())
    for kind, key in (("city", "cities"), ("country", "countries")):
        yield from ((name, kind, "") for name in data[key].split(","))


@cache
def shipped_gazetteer() -> Gazetteer:
    """The names of ``data/elsewhere.yaml``, read once."""
    data = load_cue_data("elsewhere")
    words = {spelling(word) for word in data["words"].split()}
    names = [
        Name(text, number, kind, area, spelling(text) in words, _articled(text))
        for number, (group, kind, area) in enumerate(_listed(data))
        for text in (part.strip() for part in group.split("/"))
    ]
    return Gazetteer(names, data["not_typos"].split())


def _articled(text: str) -> bool:
    words = _WORD.findall(fold(text))
    return len(words) > 1 and words[0] in _ARTICLES
