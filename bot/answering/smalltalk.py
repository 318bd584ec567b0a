"""Messages that ask nothing of the town: greetings, thanks, insults, questions about the bot, off-topic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from bot.answering.cues import CueBook, cover_all, load_cue_data
from bot.answering.language import detect_language_request
from bot.messages import Answer, Block, BlockKind, Outcome, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bot.answering.cues import Cue, Reading
    from bot.answering.snapshot import Snapshot

__all__ = ["Smalltalk", "SmalltalkKind", "reply", "shipped_smalltalk", "without_courtesies"]

_SPACES = re.compile(r"\s+")
_LINK = re.compile(
    r"^(?:https?://|www\.)\S+$|^\S+\.(?:pdf|docx?|odt|xlsx?|jpe?g|png|gif|webp|heic|mp[34]|zip|txt)$", re.I
)
# "12 x 3 =", "2+2": a sum, which no date or telephone number looks like.
_SUM = re.compile(r"^[\d\s().,]*\d\s*[+*x×÷^=]\s*[\d\s().,+*x×÷^=?]+$", re.I)
# A part ends with its own punctuation.
_PARTS = re.compile(r"(?<=[,.!;:…?])(?!\d)")
_MOST_PARTS = 8  # a letter is ranked whole
_LONG = 20  # words: a longer message always says something


class SmalltalkKind(StrEnum):
    """What a message that asks nothing of the town is."""

    GREETING = "greeting"
    WELLBEING = "wellbeing"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    COMPLIMENT = "compliment"
    INSULT = "insult"
    FRUSTRATION = "frustration"
    IDENTITY = "identity"
    MACHINE = "machine"
    MAKER = "maker"
    PRIVACY = "privacy"
    HELP = "help"
    HANDOVER = "handover"
    OPINION = "opinion"
    OFF_TOPIC = "off_topic"
    LOVE = "love"
    LANGUAGE = "language"
    TEST = "test"
    EMPTY = "empty"
    LINK = "link"


_COURTESIES = frozenset(
    {SmalltalkKind.GREETING, SmalltalkKind.THANKS, SmalltalkKind.GOODBYE, SmalltalkKind.WELLBEING}
    | {SmalltalkKind.COMPLIMENT, SmalltalkKind.EMPTY}
)


@dataclass(frozen=True, slots=True)
class _Talk:
    kind: SmalltalkKind
    slack: int
    cues: tuple[Cue, ...]
    signs: tuple[Cue, ...]
    unless: tuple[Cue, ...]
    around: tuple[Cue, ...]

    def cover(self, reading: Reading, *, asks: bool) -> int:
        """The bits of the words of ``reading`` that are this talk's own."""
        covered = cover_all(reading, self.cues)
        if not covered or not self.around or (self.unless and (asks or cover_all(reading, self.unless))):
            return covered
        return covered | cover_all(reading, self.around) if cover_all(reading, self.signs) else covered


class Smalltalk:
    """Tells small talk from questions; its words are data (``data/smalltalk.yaml``)."""

    def __init__(self) -> None:
        data = load_cue_data("smalltalk")
        classes = {**data["classes"], "polite": data["polite"], "town": data["town"]}
        self._book = book = CueBook(classes, data["spellings"], data["ordinary"])
        self._polite = book.compile("@polite")
        self._town = book.compile("@town")
        self._talks = tuple(
            self._talk(SmalltalkKind(kind.partition(".")[0]), found) for kind, found in data["kinds"].items()
        )

    def _talk(self, kind: SmalltalkKind, found: Mapping[str, Any]) -> _Talk:
        book, slack = self._book, int(found["slack"])
        cues = book.compile_all(found["patterns"], literal=bool(slack) or kind is SmalltalkKind.INSULT)
        signs = book.compile_all(found["signs"]) if "signs" in found else cues
        unless = book.compile_all([found["unless"]] if "unless" in found else [])
        around = book.compile_all(["|".join(found["around"])] if "around" in found else [])
        return _Talk(kind, slack, cues, signs, unless, around)

    def detect(self, text: str) -> SmalltalkKind | None:
        """What ``text`` is if it is nothing but small talk, else None. Any text is safe."""
        bare = text.strip()
        if not any(char.isalnum() for char in bare):
            return SmalltalkKind.EMPTY
        if _LINK.match(bare):
            return SmalltalkKind.LINK
        if _SUM.match(bare):
            return SmalltalkKind.OFF_TOPIC
        if detect_language_request(bare) is not None:
            return SmalltalkKind.LANGUAGE
        return self._worded(bare)

    def _worded(self, text: str) -> SmalltalkKind | None:
        reading = self._book.read(text)
        if len(reading.words) > _LONG:
            return None
        covers = [(talk, talk.cover(reading, asks="?" in text)) for talk in self._talks]
        left = reading.everything & ~reading.cover(self._polite)
        unexplained = left
        for talk, covered in covers:
            if not talk.slack:
                unexplained &= ~covered
        of_town = reading.cover(self._town)
        for talk, covered in covers:
            if not covered:
                continue
            if not unexplained & ~covered:
                # A word of the town inside the pattern is part of the expression ("parler à la mairie").
                return talk.kind
            if talk.slack and not of_town & ~covered and (left & ~covered).bit_count() <= talk.slack:
                return talk.kind
        return None


def without_courtesies(text: str) -> str:
    """``text`` without the parts that only greet, thank or take leave; all of it if nothing else is said."""
    parts = [part for part in _PARTS.split(text) if part.strip()]
    if not 1 < len(parts) <= _MOST_PARTS:
        return text
    said = [part for part in parts if shipped_smalltalk().detect(part) not in _COURTESIES]
    return "".join(said).strip() if said and any(any(map(str.isalnum, part)) for part in said) else text


@cache
def shipped_smalltalk() -> Smalltalk:
    """The small talk over the shipped data, made once (immutable but for its memory of words)."""
    return Smalltalk()


def reply(text: str, snapshot: Snapshot, language: str) -> Answer | None:
    """What to say to ``text`` if it is small talk, with the town's desk for who wants a person; else None."""
    kind = shipped_smalltalk().detect(text)
    if kind is None:
        return None
    spoken = language
    if kind is SmalltalkKind.LANGUAGE:
        asked = snapshot.guesser.requested(text)
        name = "language.set" if asked is not None and snapshot.voice.speaks(asked) else "language.absent"
        spoken = asked or language
    else:
        name = f"smalltalk.{kind.value}"
    said = _SPACES.sub(" ", snapshot.voice.say(name, spoken, town=snapshot.base.city.name))
    blocks = [Block(BlockKind.PARAGRAPH, (Span(said),))]
    if kind is SmalltalkKind.HANDOVER:
        blocks.append(snapshot.composer.contact(spoken))
    outcome = Outcome.HANDOVER if kind is SmalltalkKind.HANDOVER else Outcome.SMALLTALK
    return Answer(outcome, spoken, tuple(blocks))
