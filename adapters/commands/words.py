"""What the commands say to staff, in the language staff are spoken to in."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.voice import Voice

__all__ = ["Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """Says a sentence of the voice in one language."""

    language: str
    voice: Voice = field(default_factory=Voice)

    def knows(self, key: str) -> bool:
        """True if ``key`` is in the voice."""
        return self.voice.has(key)

    def __call__(self, key: str, **values: object) -> str:
        """The sentence ``key`` with its blanks filled in; raises KeyError for a key that is not in the voice."""
        return self.voice.say(key, self.language, **values)
