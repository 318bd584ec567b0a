"""Numbers in the names of places, however they are written: "19e", "19 ème", "dix-neuvième", "19th", "d u19e"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.normalise import fold
from bot.answering.phrases import Phrases, read_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answering.phrases import Word

__all__ = ["Term", "terms"]

# Shorter number words have everyday neighbours ("douce" is not "douze").
_REPAIRED = 8


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or a number written ``"#19"``, at words ``start`` to before ``end``.

    ``ordinal``: written as one ("19e", "première"); ``spelt``: in letters.
    """

    text: str
    start: int
    end: int
    ordinal: bool = False
    spelt: bool = False

    @property
    def is_number(self) -> bool:
        """True for a number."""
        return self.text.startswith("#")


def terms(found: Sequence[Word]) -> tuple[Term, ...]:
    """``found`` with each number in one canonical form."""
    in_words = {hit.start: hit for hit in _number_words().find(found)}
    result: list[Term] = []
    start = 0
    while start < len(found):
        hit = in_words.get(start)
        if hit is not None:
            kind, _, number = hit.meaning.partition(".")
            result.append(Term(f"#{number}", hit.start, hit.end, kind == "ordinals", spelt=True))
        else:
            result.append(_digits(found, start))
        start = result[-1].end
    return tuple(result)


def _digits(found: Sequence[Word], start: int) -> Term:
    match = _pattern().match(found[start].text)
    if match is None:
        return Term(found[start].text, start, start + 1)
    apart = not match["ending"] and start + 1 < len(found) and found[start + 1].text in _endings()
    ordinal = bool(match["ending"]) or apart
    return Term(f"#{int(match['digits'])}", start, start + 1 + apart, ordinal)


@cache
def _endings() -> frozenset[str]:
    return frozenset(fold(ending) for ending in read_words("numbers")["endings"])


@cache
def _pattern() -> re.Pattern[str]:
    glued = "|".join(read_words("numbers")["glued"])
    endings = "|".join(sorted(_endings(), key=len, reverse=True))
    return re.compile(rf"(?:{glued})?(?P<digits>\d{{1,5}})(?P<ending>{endings})?$")


@cache
def _number_words() -> Phrases:
    data = read_words("numbers")
    listed = {f"{kind}.{number}": texts for kind in ("ordinals", "cardinals") for number, texts in data[kind].items()}
    return Phrases(listed, repair_from=_REPAIRED)
