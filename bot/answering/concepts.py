"""Which ideas of municipal life a text speaks of, whatever words it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answering.analysis import words_of
from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.answering.analysis import Analysis
    from bot.answering.lexicon import Lexicon
    from bot.knowledge.model import Concept

__all__ = ["ConceptFinder", "Sighting", "term_stems"]

# Words that may stand between two words of an expression ("perdu *toute ma* carte").
_MAX_GAP = 2
# A parent is seen half as clearly as its child.
_PARENT_DECAY = 0.5
_MAX_DEPTH = 6
_NEGATIONS = frozenset({"pas", "plus", "sans", "jamais", "rien", "no", "not", "without"})


@dataclass(frozen=True, slots=True)
class Sighting:
    """The concepts a text speaks of.

    ``strengths``: concept id to strength (0 to 1), parents included; ``positions``:
    for the concepts named outright, which words of the text (by number) name them.
    """

    strengths: Mapping[str, float]
    positions: Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class _Match:
    concept: int
    strength: float
    positions: tuple[int, ...]


class _Node:
    """A step in the tree of expressions: the next stems, and the concepts that end here."""

    __slots__ = ("concepts", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.concepts: list[int] = []


class ConceptFinder:
    """Finds concepts in texts by their terms, stems compared, gaps allowed."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        ordered = sorted(concepts, key=lambda concept: concept.id)
        self.ids = tuple(concept.id for concept in ordered)
        self._roots: dict[str, _Node] = {}
        index = {concept.id: position for position, concept in enumerate(ordered)}
        self._parents = [self._ancestors(concept, index, ordered) for concept in ordered]
        for position, concept in enumerate(ordered):
            for language, terms in concept.terms.items():
                for term in terms:
                    self._add(term, language, position)

    @staticmethod
    def _ancestors(concept: Concept, index: Mapping[str, int], ordered: list[Concept]) -> tuple[tuple[int, float], ...]:
        found: list[tuple[int, float]] = []
        parent, strength = concept.parent, _PARENT_DECAY
        while parent is not None and parent in index and len(found) < _MAX_DEPTH:
            found.append((index[parent], strength))
            parent, strength = ordered[index[parent]].parent, strength * _PARENT_DECAY
        return tuple(found)

    def _add(self, term: str, language: str, concept: int) -> None:
        node = self._roots.setdefault(language, _Node())
        steps = term_stems(term, language)
        for step in steps:
            node = node.next.setdefault(step, _Node())
        if steps and concept not in node.concepts:
            node.concepts.append(concept)

    def find(self, analysis: Analysis) -> Sighting:
        """The concepts ``analysis`` speaks of, read in its own language and in French.

        A word in another script is looked for in every language: "护照" means one thing only.
        """
        if not self._roots:
            return Sighting({}, {})
        strengths: dict[int, float] = {}
        positions: dict[int, set[int]] = {}
        foreign = any(not word.text.isascii() for word in analysis.words)
        for language in dict.fromkeys((analysis.language, "fr", *(self._roots if foreign else ()))):
            root = self._roots.get(language)
            if root is not None:
                for match in self._matches(root, analysis, language):
                    strengths[match.concept] = max(strengths.get(match.concept, 0.0), match.strength)
                    positions.setdefault(match.concept, set()).update(match.positions)
        direct = tuple(strengths)
        for concept in direct:
            for parent, decay in self._parents[concept]:
                strengths[parent] = max(strengths.get(parent, 0.0), strengths[concept] * decay)
        return Sighting(
            {self.ids[concept]: strength for concept, strength in strengths.items()},
            {self.ids[concept]: frozenset(positions[concept]) for concept in direct},
        )

    def _matches(self, root: _Node, analysis: Analysis, language: str) -> Iterator[_Match]:
        lexicon = shipped_lexicon(language)
        own = language == analysis.language
        asked = shipped_lexicon(analysis.language)
        kept = [
            (position, word.stem if own else stem(word.text, language), word.weight)
            for position, word in enumerate(analysis.words)
            if _counts(word.text, lexicon) and (own or not asked.is_common(word.text))
        ]
        for start, (position, first, weight) in enumerate(kept):
            node = root.next.get(first)
            if node is not None:
                yield from _follow(node, kept, start + 1, weight, (position,))


def _follow(
    node: _Node, kept: Sequence[tuple[int, str, float]], start: int, weight: float, path: tuple[int, ...]
) -> Iterator[_Match]:
    for concept in node.concepts:
        yield _Match(concept, weight, path)
    if not node.next:
        return
    for step, (position, found, other) in enumerate(kept[start : start + _MAX_GAP + 1], start + 1):
        following = node.next.get(found)
        if following is not None:
            yield from _follow(following, kept, step, min(weight, other), (*path, position))


def term_stems(term: str, language: str) -> list[str]:
    """The stems that must be met for ``term`` to be recognised; none if it is made of small words only."""
    lexicon = shipped_lexicon(language)
    return [stem(word, language) for word in words_of(term, language) if _counts(word, lexicon)]


def _counts(word: str, lexicon: Lexicon) -> bool:
    """True for a word expressions are made of: "la lumière marche plus" needs its "plus"."""
    return word in _NEGATIONS or not lexicon.is_function(word)
