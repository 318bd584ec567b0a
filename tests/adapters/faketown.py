"""A town that answers from a list, for tests of the ways in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from bot.messages import Answer, Block, BlockKind, Choice, Match, Outcome, Question, SourceNote, Span

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
POOL = Answer(
    Outcome.ANSWERED,
    "fr",
    (
        Block(BlockKind.TITLE, (Span("La piscine d'essai", bold=True),)),
        Block(BlockKind.PARAGRAPH, (Span("Elle ouvre à "), Span("7 h", bold=True), Span("."))),
        Block(BlockKind.SOURCE, (Span("Source : Ville-d'Essai, vérifié le 24 octobre 2025."),)),
    ),
    entry_id="piscine",
    sources=(SourceNote("Ville-d'Essai", None, date(2025, 10, 24)),),
    matches=(Match("piscine", 0.9, 0.97, ("piscine",)), Match("ecole", 0.1, 0.02)),
    timings={"rank": 0.3},
)
WHICH = Answer(
    Outcome.CLARIFY,
    "fr",
    (Block(BlockKind.CHOICES, (Span("Laquelle ?"),)),),
    choices=(Choice(1, "La piscine", "piscine"), Choice(2, "L'école", "ecole")),
)
UNKNOWN = Answer(
    Outcome.UNKNOWN,
    "fr",
    (
        Block(BlockKind.PARAGRAPH, (Span("Je ne sais pas."),)),
        Block(BlockKind.CONTACT, (Span("Mairie : 01 99 00 00 01"),)),
    ),
)


class StoppedClock:
    """Always noon on 20 November 2025."""

    def now(self) -> datetime:
        """That noon, in UTC."""
        return NOON


@dataclass
class FakeTown:
    """Answers the texts it knows, "I do not know" to the rest, and remembers what it was asked."""

    answers: dict[str, Answer] = field(default_factory=lambda: {"piscine": POOL, "laquelle": WHICH})
    asked: list[Question] = field(default_factory=list)

    def answer(self, question: Question) -> Answer:
        """The answer listed for the question's text."""
        self.asked.append(question)
        return self.answers.get(question.text, UNKNOWN)
