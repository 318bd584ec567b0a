"""See an emergency before anything else is done with a message, and say whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.alarms import Alarms
from bot.answering.signs import EmergencyKind, SignReader
from bot.messages import Block, BlockKind, Span
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.answering.signs import Signs
    from bot.voice import Voice

__all__ = ["Emergency", "EmergencyDetector", "EmergencyKind", "emergency_blocks", "shipped_detector"]

_CERTAIN = 0.9
_DOUBTFUL = 0.44  # a hint and one thing of context, .3 + .15; at .5 the third design set fell from .986 to .959
# Natural log-odds. Out of fold, a clear sign stood in 17 of 1,243 ordinary messages and 4 of 1,198 emergencies that
# the evidence left out and that sound more alarming than this; below it, in 10 and 2 (docs/decisions/).
_MOST_ORDINARY = -4.0
_CALL = 0.6  # what a word that may be a call counts for in the patterns
# Up to so many words, nothing but the numbers takes a sign of this score: what was learned hears too much in
# "police" or "où sortir ce soir", which may ask for the way.
_SHORT = ((1, _CERTAIN), (3, 0.45), (5, 0.15))
# A kind of danger the learned signal finds this likely is named beside what the patterns name.
_NAMED_BESIDE = 0.5
# Where no pattern names one, every kind this likely is named: wrong numbers cost more than one line more.
_NAMED_ALONE = 0.25


@dataclass(frozen=True, slots=True)
class Emergency:
    """What a message calls for.

    ``certain`` False: an idiom, a past event or a doubtful case; give the numbers *and*
    the ordinary answer. ``foreign`` True: told in a language the bot does not speak.
    """

    kinds: tuple[EmergencyKind, ...]
    certain: bool
    foreign: bool = False


class EmergencyDetector:
    """Weighs what the patterns see and what was learned from examples; either alone can raise the alarm."""

    def __init__(self) -> None:
        self._signs = SignReader()
        self._alarms = Alarms.shipped()

    def detect(self, text: str) -> Emergency | None:
        """The emergency that ``text`` tells of, or None. Any text is safe; time grows with its length."""
        signs = self._signs.read(text)
        if signs.too_little:
            return None
        alarm = self._alarms.hear(signs.words)
        evidence = self._alarms.evidence(alarm.odds, signs.best, weakened=signs.weakened)
        if evidence < self._alarms.doubtful and not signs.foreign and not _insists(signs, alarm.odds):
            return None
        # What is past or told for effect is certain only on the word of two clear signs.
        told = signs.best >= _CERTAIN if signs.weakened else _says_enough(signs)
        sure = told and evidence >= self._alarms.certain
        kinds = _kinds(signs, alarm.kinds)
        return Emergency(
            tuple(kind for kind in EmergencyKind if kind in kinds), sure or bool(signs.foreign), bool(signs.foreign)
        )


def _says_enough(signs: Signs) -> bool:
    """Whether something is told, not just named: few words need a sign that the patterns know."""
    return all(signs.best >= least for words, least in _SHORT if signs.spoken <= words)


def _insists(signs: Signs, odds: float) -> bool:
    """A clear sign gives the numbers, even past or told for effect, unless the message sounds most ordinary.

    So does a lone word that calls someone ("samu !"), in which nothing else is to be heard.
    """
    if signs.spoken == 1 and signs.best >= _CALL:
        return True
    return signs.clear and (signs.weakened or odds >= _MOST_ORDINARY)


def _kinds(signs: Signs, likely: dict[str, float]) -> set[EmergencyKind]:
    # Beside a certain kind a doubtful one is noise, except where the text names both alike.
    needed = _CERTAIN if signs.best >= _CERTAIN else _DOUBTFUL
    kinds = {kind for kind, score in signs.scores.items() if score >= needed} | signs.foreign
    if not signs.foreign:
        least = _NAMED_BESIDE if kinds else min(_NAMED_ALONE, max(likely.values()))
        kinds |= {EmergencyKind(kind) for kind, share in likely.items() if share >= least}
    if len(kinds) > 1:
        kinds.discard(EmergencyKind.UNSPECIFIED)
    return kinds


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
