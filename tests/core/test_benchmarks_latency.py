"""The page on how long a resident waits says what was measured, and what falls short."""

from __future__ import annotations

from typing import Any

from benchmarks.latency_report import section

_MACHINE = {
    "cores": 2,
    "architecture": "x86_64",
    "system": "Linux",
    "python": "3.11",
    "libraries": {"sqlite": "3.40"},
    "load": 0.5,
}


def _pace(pace: int, echo: float, parvis: float, answered: int = 100) -> dict[str, Any]:
    waits = {name: {"answered": 100, "p50_ms": wait, "p95_ms": 2 * wait} for name, wait in (("echo", echo),)}
    ours = {"answered": answered, "p50_ms": parvis, "p95_ms": 2 * parvis}
    return {"pace": pace, "asked": 100, "ratios": [parvis / echo, 1.1], **waits, "parvis": ours}


def test_both_bots_stand_side_by_side_with_their_ratio() -> None:
    """A reader sees both medians, their ratio and that of each pair of turns; a target that is met is not lamented."""
    text = section({"machine": _MACHINE, "paces": [_pace(10, 50.0, 65.0)]}, "2026-11-21")
    assert "| 10 | 50 | 100 | 65 | 130 | 1,30 | 1,30 et 1,10 |" in text
    assert text.endswith("Rien.")
    assert "Synapse reçoit plus" not in text


def test_what_falls_short_is_said() -> None:
    """A ratio above the target, an answer that never came and a homeserver that is overrun are each named."""
    text = section({"machine": _MACHINE, "paces": [_pace(50, 2000.0, 4000.0, answered=97)]}, None)
    assert "50 questions par seconde, la médiane est de 2,00 fois celle de l'écho, pour 1,5 au plus" in text
    assert "3 sans réponse (parvis)" in text
    assert "Synapse reçoit plus qu'il ne traite" in text
