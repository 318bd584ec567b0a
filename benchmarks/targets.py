"""What is aimed at; printed beside the figures, never tested on time.

The floors of accuracy are those of the prototype that chose the ranker's design, on
the same sets and draws; the times and sizes are the project's requirements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FLOORS", "SPEED", "STARTUP", "TYPO_COST", "Floor", "SpeedTarget", "StartupTarget"]


@dataclass(frozen=True, slots=True)
class Floor:
    """The least accuracy and recall at three (0 to 1), and share of far questions refused at 90 % coverage."""

    accuracy: float
    recall3: float
    refused: float | None


@dataclass(frozen=True, slots=True)
class SpeedTarget:
    """At ``size`` phrasings: milliseconds a question, and how many times faster than WRatio."""

    p50_ms: float | None = None
    p99_ms: float | None = None
    build_s: float | None = None
    times_faster: float | None = None


@dataclass(frozen=True, slots=True)
class StartupTarget:
    """Seconds from process start to ready, resident memory in MiB, and the longest wait for a reload."""

    warm_s: float = 1.5
    cold_s: float = 8.0
    memory_mb: float = 150.0
    wait_ms: float = 20.0


FLOORS: Mapping[str, Floor] = {
    "cdtn_fr": Floor(0.82, 0.92, 0.89),
    "covid_fr": Floor(0.83, 0.965, 0.94),
    "banking77": Floor(0.76, 0.89, None),
}
# What mistyped questions may cost in accuracy and recall.
TYPO_COST = 0.025
SPEED: Mapping[int, SpeedTarget] = {
    1_000: SpeedTarget(build_s=5.0),
    6_000: SpeedTarget(p50_ms=1.0, p99_ms=5.0),
    100_000: SpeedTarget(times_faster=20.0),
}
STARTUP = StartupTarget()
