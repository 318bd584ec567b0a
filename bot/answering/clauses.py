"""The parts of a long message: one of them usually carries the question, sometimes two do."""

from __future__ import annotations

import re

from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import tokens

__all__ = ["clauses", "pieces", "without_home"]

# No break inside "8.30", "1,50", "8:30", nor after an initial ("M. Dupont").
_BREAK = re.compile(
    r"(?<!\b[^\W\d_])\.(?!\d)|[,:](?!\d)|[?!;…]"
    r"|\b(?:et|mais|donc|car|puis|sinon|aussi|parce que|and|but|so|because|also)\b",
    re.IGNORECASE,
)
# "J'habite place Neuve" says where, and asks nothing; longer, it may go on to ask.
_HOME = re.compile(r"\W*(?:j\W?habit\w*|(?:on|nous) habit\w+|je vis|(?:i|we) live)\b(?:\W+\w+){0,5}\W*$", re.IGNORECASE)
# "J'habite dans le 15e", "dans le 18e arrondissement": where, in a town of districts.
_DISTRICT = r"\d{1,2} ?(?:er|e|[eéè]me|i[eè]me|th|nd|rd|st)\b(?: arr\w*)?"
_LIVED = r"\b(?:j\W?habite|(?:on|nous) habit(?:e|ons)|je vis|(?:i|we) live)\b"
_MAX_CLAUSES = 8


def pieces(text: str) -> tuple[str, ...]:
    """What stands between the stops and conjunctions of ``text``."""
    return tuple(piece.strip() for piece in _BREAK.split(text) if piece.strip())


def without_home(text: str, town: str) -> str:
    """``text`` without the district of the ``town``, or the town, that its author lives in or says it is about.

    The whole, if it says nothing else.
    """
    lived = rf"{_LIVED} (?:(?:dans|à|a|au|in|sur) )?(?:le |the )?(?:{_DISTRICT}|{re.escape(town)}\b)[ ,]*"
    there = rf"\b(?:dans le|[àa] la mairie du|at the town hall of the) {_DISTRICT}"
    said = re.sub(f"{lived}|{there}", " ", text, flags=re.IGNORECASE)
    return " ".join(said.split()) or text


def clauses(text: str, language: str) -> tuple[str, ...]:
    """The parts of ``text`` that say something of their own; nothing if there is only one.

    A part says something if it has a word beyond everyday ones, and more than where the
    resident lives. At most eight parts
    are kept, the richest, so that a rambling message costs no more than a short one.
    """
    lexicon = shipped_lexicon(language)
    pieces: list[tuple[int, int, str]] = []
    for position, piece in enumerate(_BREAK.split(text)):
        rare = sum(not lexicon.is_common(word) for word in tokens(piece))
        if rare and not _HOME.match(piece):
            pieces.append((-rare, position, piece.strip()))
    if len(pieces) < 2:
        return ()
    kept = sorted(pieces)[:_MAX_CLAUSES]
    return tuple(piece for _, _, piece in sorted(kept, key=lambda item: item[1]))
