"""See an emergency before anything else is done with a message, and say whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.cues import CueBook, cover_all, load_cue_data
from bot.messages import Block, BlockKind, Span
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.answering.cues import Cue, Reading
    from bot.voice import Voice

__all__ = ["Emergency", "EmergencyDetector", "EmergencyKind", "emergency_blocks", "shipped_detector"]

# One clear sign is enough to be certain; two likely ones are as good as one clear. A clear
# sign that is past or told for effect must still give the numbers: .6 * 1 >= _DOUBTFUL.
_WEIGHTS = {"certain": 1.0, "likely": 0.6, "hint": 0.3, "faint": 0.15}
# Someone is named, it is now, help is asked, a place or the body is named: one lifts a hint to the numbers.
_CONTEXT = 0.15
_MOST_CONTEXT = 2
_CERTAIN = 0.9
_DOUBTFUL = 0.44  # a hint and one thing of context, .3 + .15; at .5 the third design set fell from .986 to .959
_WEAKENED = 0.6


class EmergencyKind(StrEnum):
    """What is happening, in the order in which the numbers are given."""

    FIRE = "fire"
    GAS = "gas"
    MEDICAL = "medical"
    VIOLENCE = "violence"
    CHILD = "child"
    SUICIDE = "suicide"
    SHELTER = "shelter"
    SPEECHLESS = "speechless"  # deaf, mute, or must not be heard
    UNSPECIFIED = "unspecified"  # a call for help that does not say why


@dataclass(frozen=True, slots=True)
class Emergency:
    """What a message calls for.

    ``certain`` False: an idiom, a past event or a doubtful case; give the numbers *and*
    the ordinary answer. ``foreign`` True: told in a language the bot does not speak.
    """

    kinds: tuple[EmergencyKind, ...]
    certain: bool
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: EmergencyKind
    weight: float
    cue: Cue


class EmergencyDetector:
    """Reads a message for signs of an emergency; the signs are data (``data/emergency.yaml``)."""

    def __init__(self) -> None:
        data = load_cue_data("emergency")
        self._book = book = CueBook(data["classes"], data["spellings"], data["ordinary"].split())
        self._signs = tuple(
            _Sign(EmergencyKind(kind), _WEIGHTS[tier], book.compile(pattern))
            for kind, tiers in data["kinds"].items()
            for tier, patterns in tiers.items()
            for pattern in patterns
        )
        self._foreign = tuple(
            _Sign(EmergencyKind(kind), 1.0, book.compile(pattern, literal=True))
            for kind, patterns in data["foreign"].items()
            for pattern in patterns
        )
        self._context = tuple(book.compile_all(patterns) for patterns in data["context"].values())
        self._erase = book.compile_all(data["erase"])
        self._weaken = book.compile_all(data["weaken"])

    def detect(self, text: str) -> Emergency | None:
        """The emergency that ``text`` tells of, or None. Any text is safe; time grows with its length."""
        reading = self._book.read(text)
        looked_at = reading.without(cover_all(reading, self._erase))
        scores = dict(self._scores(looked_at))
        foreign = {sign.kind for sign in self._foreign if looked_at.cover(sign.cue)}
        if not scores and not foreign:
            return None
        if scores and any(reading.cover(cue) for cue in self._weaken):
            scores = {kind: score * _WEAKENED for kind, score in scores.items()}
        return _verdict(scores, foreign)

    def _scores(self, reading: Reading) -> Iterator[tuple[EmergencyKind, float]]:
        found: dict[EmergencyKind, list[tuple[float, int]]] = {}
        for sign in self._signs:
            covered = reading.cover(sign.cue)
            if covered:
                found.setdefault(sign.kind, []).append((sign.weight, covered))
        context = [cover_all(reading, cues) for cues in self._context] if found else []
        for kind, signs in found.items():
            yield kind, _total(signs, context)


def _total(signs: list[tuple[float, int]], context: list[int]) -> float:
    # Two patterns over the same words are one sign.
    total, used = 0.0, 0
    for weight, covered in sorted(signs, key=lambda sign: -sign[0]):
        if not covered & used:
            total += weight
            used |= covered
    if max(weight for weight, _ in signs) < _WEIGHTS["hint"]:
        return total
    beside = sum(bool(covered & ~used) for covered in context)
    return total + _CONTEXT * min(_MOST_CONTEXT, beside)


def _verdict(scores: dict[EmergencyKind, float], foreign: set[EmergencyKind]) -> Emergency | None:
    best = max(scores.values(), default=0.0)
    certain = best >= _CERTAIN or bool(foreign)
    # Beside a certain kind a doubtful one is noise, except where the text names both alike.
    needed = _CERTAIN if best >= _CERTAIN else _DOUBTFUL
    kinds = {kind for kind, score in scores.items() if score >= needed} | foreign
    if len(kinds) > 1:
        kinds.discard(EmergencyKind.UNSPECIFIED)
    if not kinds:
        return None
    return Emergency(tuple(kind for kind in EmergencyKind if kind in kinds), certain, bool(foreign))


@cache
def shipped_detector() -> EmergencyDetector:
    """The detector over the shipped data, made once (immutable but for its memory of words)."""
    return EmergencyDetector()


def emergency_blocks(emergency: Emergency, voice: Voice, language: str) -> tuple[Block, ...]:
    """Whom to call, number first; in English then French if the resident's language is not spoken."""
    spoken = voice.speaks(language) and not emergency.foreign
    languages = (language,) if spoken else ("en", DEFAULT_LANGUAGE)
    return tuple(block for code in languages for block in _blocks(emergency, voice, code))


def _blocks(emergency: Emergency, voice: Voice, language: str) -> Iterator[Block]:
    def said(kind: BlockKind, name: str) -> Block:
        return Block(kind, (Span(voice.say(f"emergency.{name}", language), bold=kind is BlockKind.FACT),))

    yield said(BlockKind.NOTICE, "certain" if emergency.certain else "doubtful")
    for kind in emergency.kinds:
        yield said(BlockKind.FACT, kind.value)
    if EmergencyKind.SPEECHLESS not in emergency.kinds:
        yield said(BlockKind.FACT, "cannot_speak")
    if not emergency.certain:
        yield said(BlockKind.NOTICE, "ordinary_answer")
