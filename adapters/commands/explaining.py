"""Writes an explanation as aligned text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapters.commands.words import Words
    from bot.answering.explaining import Explanation, Reading
    from bot.messages import Answer, Match

__all__ = ["explanation_text"]

# The ranking considers more; beyond these, confidence is next to nothing.
_SHOWN_MATCHES = 10


def explanation_text(words: Words, explanation: Explanation, answer: Answer) -> str:
    """What was read, weighed and decided, and how long each step took, in the language of staff."""
    return "\n".join(_aligned(_rows(words, explanation, answer)))


def _rows(words: Words, explanation: Explanation, answer: Answer) -> Iterator[tuple[str, str]]:
    whole, *parts = explanation.readings
    yield words("cli.explain_language"), explanation.language
    yield from _reading_rows(words, whole)
    for number, part in enumerate(parts, 1):
        yield words("cli.explain_part", number=number), ""
        yield from _reading_rows(words, part)
    entries = ", ".join(explanation.entries)
    verdict = words(f"cli.explain_verdict_{explanation.verdict}")
    yield words("cli.explain_decision"), f"{verdict}: {entries}" if entries else verdict
    yield (
        words("cli.explain_thresholds"),
        words(
            "cli.explain_threshold_values",
            answer=f"{explanation.answer_threshold:.3f}",
            clarify=f"{explanation.clarify_threshold:.3f}",
        ),
    )
    yield words("cli.explain_outcome"), answer.outcome.value
    times = (f"{step} {spent:.2f}" for step, spent in answer.timings.items())
    yield words("cli.explain_timings"), ", ".join(times)


def _reading_rows(words: Words, reading: Reading) -> Iterator[tuple[str, str]]:
    nothing = words("cli.explain_nothing")
    yield words("cli.explain_read"), reading.words or nothing
    repairs = ", ".join(f"{repair.typed} > {repair.read} ({repair.weight:.2f})" for repair in reading.repairs)
    yield words("cli.explain_repairs"), repairs or nothing
    concepts = ", ".join(f"{concept} ({strength:.2f})" for concept, strength in reading.concepts)
    yield words("cli.explain_concepts"), concepts or nothing
    for number, row in enumerate(_match_rows(words, reading.matches)):
        yield ("" if number else words("cli.explain_candidates")), row
    yield words("cli.explain_among_three"), f"{reading.among_three:.3f}"


def _match_rows(words: Words, matches: tuple[Match, ...]) -> Iterator[str]:
    if not matches:
        yield words("cli.explain_nothing")
        return
    names = [words(f"cli.explain_{name}") for name in ("confidence", "score", "entry", "evidence")]
    yield _columns(*names)
    for match in matches[:_SHOWN_MATCHES]:
        evidence = ", ".join(match.evidence)
        yield _columns(f"{match.confidence:.3f}", f"{match.score:.3f}", match.entry_id, evidence)


def _columns(confidence: str, score: str, entry: str, evidence: str) -> str:
    return f"{confidence:>10} {score:>8}   {entry:<40} {evidence}".rstrip()


def _aligned(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    listed = list(rows)
    width = max(len(label) for label, _ in listed)
    for label, text in listed:
        yield f"{label:<{width}}  {text}".rstrip()
