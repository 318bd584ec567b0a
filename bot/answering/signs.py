"""Signs of an emergency, by patterns: what a message says word for word (``data/emergency.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.answering.cues import CueBook, cover_all, load_cue_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.answering.cues import Cue, Reading

__all__ = ["EmergencyKind", "SignReader", "Signs"]

# One clear sign is enough to be certain; two likely ones are as good as one clear. A clear
# sign that is past or told for effect must still give the numbers.
_WEIGHTS = {"certain": 1.0, "likely": 0.6, "hint": 0.3, "faint": 0.15}
# Someone is named, it is now, help is asked, a place or the body is named: one lifts a hint to the numbers.
_CONTEXT = 0.15
_MOST_CONTEXT = 2
_WEAKENED = 0.6
_EDGES = " \n.,;:!?…¡¿。！？"  # "samu !" is as lone a word as "samu"
# Of 2,441 invented messages, 251 have three words or fewer and no sign: two of them are emergencies.
_FEWEST_WORDS = 4


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
class Signs:
    """What the patterns see in a message.

    ``scores``: by kind, 1 for one clear sign. ``weakened``: past, told for effect or
    about papers; the scores are lowered already.
    """

    words: tuple[str, ...]
    scores: dict[EmergencyKind, float]
    foreign: frozenset[EmergencyKind]
    weakened: bool

    @property
    def best(self) -> float:
        """The score of the likeliest kind, 0 if there is none."""
        return max(self.scores.values(), default=0.0)

    @property
    def clear(self) -> bool:
        """Whether one kind has a clear sign, be it past or told for effect."""
        return self.best >= (_WEAKENED if self.weakened else 1.0)

    @property
    def spoken(self) -> int:
        """How many words there are, texting written out, numbers and punctuation apart."""
        return sum(word[0].isalpha() for word in self.words)

    @property
    def too_little(self) -> bool:
        """Whether it is a choice ("2") or a few words ("ma fille") of which the patterns know none."""
        return self.spoken < _FEWEST_WORDS and self.best < _WEIGHTS["hint"] and not self.foreign


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: EmergencyKind
    weight: float
    cue: Cue


class SignReader:
    """Reads a message for the signs listed in ``data/emergency.yaml``."""

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

    def read(self, text: str) -> Signs:
        """The signs in ``text``. Any text is safe; time grows with its length."""
        reading = self._book.read(text.strip(_EDGES))
        looked_at = reading.without(cover_all(reading, self._erase))
        scores = dict(self._scores(looked_at))
        foreign = frozenset(sign.kind for sign in self._foreign if looked_at.cover(sign.cue))
        weakened = any(reading.cover(cue) for cue in self._weaken)
        if weakened:
            scores = {kind: score * _WEAKENED for kind, score in scores.items()}
        return Signs(self._book.words(text), scores, foreign, weakened)

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
