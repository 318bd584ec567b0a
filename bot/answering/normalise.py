"""Turn what a resident typed into words that can be compared: folded, split, stemmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["clean", "fold", "stem", "tokens", "without_politeness"]

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", "‘": "'"})
# Chinese and Japanese are written without spaces: each character counts as a word.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
# French elisions: the letter before the apostrophe is a word of its own ("l'école", "qu'est").
_ELISION = re.compile(r"\b(l|d|j|m|t|s|c|n|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)'(?=\w)")
# More combining marks than this on one letter is decoration, not writing; Vietnamese needs two.
_MAX_MARKS = 2
_SEPARATORS = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str, limit: int = 1000) -> str:
    """Plain NFC text of at most ``limit`` characters: no control character, surrogate or stacked accents.

    Format characters (zero-width joiners, direction marks) are dropped; line breaks become spaces.
    """
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: limit * 8]):
        category = unicodedata.category(char)
        if category == "Mn":
            marks += 1
            if marks > _MAX_MARKS:
                continue
        else:
            marks = 0
        if category == "Cf":
            continue
        kept.append(" " if category in _SEPARATORS else char)
    return " ".join("".join(kept).split())[:limit].rstrip()


def fold(text: str) -> str:
    """``text`` without case or accents, ligatures and apostrophes unified ("Œuvre d’Élise" -> "oeuvre d'elise")."""
    plain = text.translate(_LIGATURES).casefold()
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def tokens(text: str) -> list[str]:
    """The folded words of ``text`` in order, elisions split ("l'école" -> "l", "ecole")."""
    return _TOKEN.findall(_ELISION.sub(r"\1 ", fold(text)))


# What residents put around a question without changing it, folded.
_POLITE = re.compile(
    r"(?<= )(?:svp|stp|s il (?:vous|te) plait|bonjour|bonsoir|salut|coucou|cordialement|hello|hi|please"
    r"|(?:(?:merci|thanks|thank you)(?: (?:d avance|beaucoup|bien|a vous|very much|a lot|in advance))*))(?= )"
)


def without_politeness(words: Sequence[str]) -> list[str]:
    """Folded ``words`` without "s'il vous plaît" and the like; nothing is left of words that say nothing else."""
    return _POLITE.sub(" ", f" {' '.join(words)} ").split()


# PyStemmer's stemmers are not thread-safe when shared with a cache of their own; ours is
# the lru_cache below, so theirs is off.
_STEMMERS = {"fr": Stemmer.Stemmer("french", 0), "en": Stemmer.Stemmer("english", 0)}


_FEMININE = re.compile(r"ee(s?)$")


@lru_cache(maxsize=4_096)
def stem(word: str, language: str = "fr") -> str:
    """The Snowball stem of a folded word; the word itself in a language without a stemmer here."""
    stemmer = _STEMMERS.get(language)
    if stemmer is None:
        return word
    # Without accents, Snowball no longer sees that "cassée" is "cassé" with one more letter.
    plain = _FEMININE.sub(r"e\1", word) if language == "fr" else word
    stemmed: str = stemmer.stemWord(plain)
    return stemmed
