"""How well a whole base answers: its golden figures, with and without its vocabulary, beside what is aimed at."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.messages import Outcome
from bot.quality import Verdict, figures, is_less_better

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from bot.quality import Judged

__all__ = ["NOTHING", "TARGETS", "Assessment", "Comparison", "compare", "fates_of_nothing", "groups", "is_met", "kinds"]

# What the project promises of every base it ships, at the default setting: shares from 0 to 1,
# at least or at most as ``bot.quality`` says of each figure.
TARGETS = MappingProxyType({"right_first": 0.93, "stated_wrong": 0.02, "none_refused": 0.92})
# What may become of a question that nothing in the base answers, the honest one first.
NOTHING = ("left", "offered", "stated", "other")
_MISSPELT = frozenset({"typo", "sms"})
_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A base put to its golden questions.

    ``folder`` is how the base was named; ``measured_on`` is the town's own date;
    ``target_precision`` is the share (0 to 1) of right direct answers asked for;
    ``concepts`` and ``terms`` count its vocabulary, the included pack's with it;
    ``plain`` is what the same base answers once that vocabulary is taken away, empty if
    nobody asked; ``limits`` are those of its city.yaml.
    """

    town: str
    folder: str
    measured_on: date
    target_precision: float
    entries: int
    concepts: int
    terms: int
    judged: Sequence[Judged]
    plain: Sequence[Judged]
    limits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure as a share from 0 to 1, what it is without the vocabulary, and its target if it has one."""

    name: str
    value: float
    plain: float | None
    target: float | None

    @property
    def gain(self) -> float | None:
        """What the vocabulary adds to the share; for a figure of which less is better, less than 0 is progress."""
        return None if self.plain is None else self.value - self.plain

    @property
    def better(self) -> bool | None:
        """Whether the vocabulary helps; None if it changes nothing or was not compared."""
        return (self.gain < 0) is is_less_better(self.name) if self.gain else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None if there is none."""
        return None if self.target is None else is_met(self.name, self.value, self.target)


def is_met(name: str, value: float, target: float) -> bool:
    """True if the figure ``name`` is at least ``target``, or at most where less is better."""
    return value <= target if is_less_better(name) else value >= target


def compare(assessment: Assessment) -> list[Comparison]:
    """Every figure that can be counted, in the order of ``bot.quality.FIGURES``."""
    plain = figures(assessment.plain)
    return [
        Comparison(name, value, plain.get(name), TARGETS.get(name))
        for name, value in figures(assessment.judged).items()
    ]


def kinds(judged: Sequence[Judged]) -> dict[str, int]:
    """How many questions there are of each kind; ``misspelt`` and ``english`` are counted in the others too."""
    tests: dict[str, Callable[[Judged], bool]] = {
        "answerable": lambda one: one.asks_for_entry,
        "none": lambda one: one.asks_for_nothing,
        "clarify": lambda one: one.golden.clarify is not None,
        "outcome": lambda one: not (one.asks_for_entry or one.asks_for_nothing or one.golden.clarify is not None),
        "misspelt": lambda one: not _MISSPELT.isdisjoint(one.golden.tags),
        "english": lambda one: one.golden.language == _ENGLISH,
    }
    return {name: sum(map(test, judged)) for name, test in tests.items()}


def fates_of_nothing(judged: Sequence[Judged]) -> dict[str, int]:
    """What became of the questions that nothing answers: how many of each of ``NOTHING``."""
    fates = Counter(_fate(one) for one in judged if one.asks_for_nothing)
    return {fate: fates[fate] for fate in NOTHING}


def _fate(one: Judged) -> str:
    if one.verdict is Verdict.RIGHT:
        return "left"
    if one.verdict is Verdict.STATED_WRONG:
        return "stated"
    return "offered" if one.answer.outcome is Outcome.CLARIFY else "other"


def groups(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The questions by tag, and by language where it is told; the largest group first, then by name."""
    found: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        for tag in {*one.golden.tags, *filter(None, [one.golden.language])}:
            found[tag].append(one)
    return dict(sorted(found.items(), key=lambda group: (-len(group[1]), group[0])))
