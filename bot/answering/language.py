"""In which language to answer: what the resident asked for, what the platform says, what the words say."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.cues import CueBook, cover_all, load_cue_data
from bot.answering.lexicon import shipped_lexicon
from bot.answering.normalise import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.answering.cues import Cue, Reading

__all__ = ["LanguageGuesser", "detect_language_request"]

_SCRIPTS = (
    ("ar", re.compile(r"[\u0600-\u06ff\u0750-\u077f]")),
    ("uk", re.compile(r"[\u0400-\u04ff]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
)
_WORD = re.compile(r"[^\W\d_]+")
_READ = 600  # characters: more adds nothing to a guess
# Chosen on tests/data/languages.yaml: a word known to one language alone is worth 1.
_ENDING = 0.25
_LETTER = 0.35
_SURE_WORDS = 3
_LONG_REQUEST = 14  # words: "bonjour, est-ce que vous pouvez me répondre en anglais s'il vous plaît"
_SURE_LEAD = 1.0
_SOME_LEAD = 0.3


class LanguageGuesser:
    """Decides the language of an answer among those the town has configured, the first being its own."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)

    def guess(self, text: str, platform: str | None, chosen: str | None) -> str:
        """The language to answer ``text`` in, as an ISO 639-1 code of the configured ones.

        What the resident chose always wins. What the platform says of the resident comes
        next, unless three words or more are surely in another configured language: a
        telephone set to French is often lent or shared, and an answer the asker cannot
        read is worse than one in the language they wrote in. Then weaker evidence, then
        the town's own language: "passeport" alone says nothing.
        """
        if chosen in self._languages:
            return str(chosen)
        read = text[:_READ]
        script = _script(read)
        if script is not None:
            return script if script in self._languages else self._fallback(platform)
        found, lead = self.detect(read)
        if found is not None and lead >= _SURE_LEAD and len(_WORD.findall(read)) >= _SURE_WORDS:
            return found
        if platform in self._languages or found is None or lead < _SOME_LEAD:
            return self._fallback(platform)
        return found

    def requested(self, text: str) -> str | None:
        """The configured language that ``text`` asks for and nothing else ("in English please"), or None."""
        code = detect_language_request(text)
        return code if code in self._languages else None

    def read_as(self, text: str, language: str) -> str:
        """The language ``text`` is surely written in, be it configured or not; else ``language``."""
        read = text[:_READ]
        script = _script(read)
        if script is not None:
            return script
        ranked = sorted(_scores(read).items(), key=lambda item: -item[1])
        lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0) if ranked else 0.0
        return ranked[0][0] if lead >= _SOME_LEAD else language

    def detect(self, text: str) -> tuple[str | None, float]:
        """The configured language of ``text`` and its lead over any other known one; (None, 0) if none leads."""
        scores = _scores(text)
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][0] not in self._languages:
            return None, 0.0
        return ranked[0][0], ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)

    def _fallback(self, platform: str | None) -> str:
        return str(platform) if platform in self._languages else self._languages[0]


def _script(text: str) -> str | None:
    """The language whose script most of the letters are in, if it is not the Latin one."""
    letters = sum(map(len, _WORD.findall(text)))
    for code, script in _SCRIPTS:
        if 2 * len(script.findall(text)) > letters > 0:
            return code
    return None


@cache
def _data() -> Mapping[str, Mapping[str, object]]:
    return load_cue_data("language")


@cache
def _vocabulary() -> Mapping[str, tuple[str, ...]]:
    """Each known word and the languages it belongs to."""
    known: dict[str, set[str]] = {}
    for code, words in _data()["words"].items():
        for word in (*str(words).split(), *shipped_lexicon(code).zipf):
            known.setdefault(fold(word), set()).add(code)
    return {word: tuple(sorted(codes)) for word, codes in known.items()}


@cache
def _endings() -> Mapping[str, tuple[str, ...]]:
    endings: dict[str, set[str]] = {}
    for code, found in _data()["endings"].items():
        for ending in found:  # type: ignore[attr-defined]
            endings.setdefault(ending, set()).add(code)
    return {ending: tuple(sorted(codes)) for ending, codes in endings.items()}


def _scores(text: str) -> dict[str, float]:
    scores: dict[str, float] = {}
    known, endings = _vocabulary(), _endings()
    for word in _WORD.findall(fold(text)):
        codes = known.get(word)
        if codes is not None:
            _add(scores, codes, 1.0 / len(codes))
            continue
        for size in (5, 4, 3, 2):
            found = endings.get(word[-size:]) if len(word) > size + 1 else None
            if found:
                _add(scores, found, _ENDING / len(found))
                break
    lowered = set(text.casefold())
    for code, letters in _data()["letters"].items():
        hits = len(lowered & set(str(letters)))
        if hits:
            owners = [other for other, found in _data()["letters"].items() if lowered & set(str(found))]
            _add(scores, (code,), _LETTER * hits / len(owners))
    return scores


def _add(scores: dict[str, float], codes: Sequence[str], worth: float) -> None:
    for code in codes:
        scores[code] = scores.get(code, 0.0) + worth


@cache
def _requests() -> tuple[CueBook, Mapping[str, tuple[Cue, ...]], Cue]:
    data = load_cue_data("language")
    book = CueBook({"polite": data["request_polite"]})
    cues = {code: book.compile_all(patterns) for code, patterns in data["requests"].items()}
    return book, cues, book.compile("@polite")


def detect_language_request(text: str) -> str | None:
    """The language that ``text`` asks for, as an ISO 639-1 code, if that is all it asks; else None."""
    book, cues, polite = _requests()
    reading = book.read(text)
    if len(reading.words) > _LONG_REQUEST:
        return None
    left = reading.everything & ~reading.cover(polite)
    return next((code for code, found in cues.items() if _covers(reading, found, left)), None)


def _covers(reading: Reading, cues: tuple[Cue, ...], left: int) -> bool:
    covered = cover_all(reading, cues)
    return bool(covered) and not left & ~covered
