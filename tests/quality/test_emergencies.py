"""Of residents in danger, how many get the right numbers; of the others, how few are shown any."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.answering.emergency import EmergencyKind, shipped_detector

if TYPE_CHECKING:
    from bot.answering.emergency import Emergency

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"


@cache
def detect(text: str) -> Emergency | None:
    """What the detector sees in ``text``."""
    return shipped_detector().detect(text)


def figures(name: str) -> tuple[float, float, float]:
    """Recall, share of emergencies whose kind is right, and precision on a set."""
    told, ordinary = messages(name)
    seen = [(kind, emergency) for kind, text in told if (emergency := detect(text))]
    right = sum(kind == "foreign" or EmergencyKind(kind) in emergency.kinds for kind, emergency in seen)
    false_alarms = sum(detect(text) is not None for text in ordinary)
    return len(seen) / len(told), right / len(told), len(seen) / (len(seen) + false_alarms)


@cache
def messages(name: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The emergencies of a set with their kinds, and its ordinary messages."""
    found = yaml.load((DATA / name).read_text("utf-8"), Loader=yaml.CSafeLoader)
    told = found["emergencies"]
    if isinstance(told, dict):
        return [(kind, text) for kind, texts in told.items() for text in texts], found["ordinary"]
    return [(message["kind"], message["text"]) for message in told], found["ordinary"]


def sure(name: str) -> tuple[float, int]:
    """The share of a set's emergencies that are certain, and how many ordinary messages are."""
    told, ordinary = messages(name)
    found = [bool((emergency := detect(text)) and emergency.certain) for _, text in told]
    wrong = sum(bool((emergency := detect(text)) and emergency.certain) for text in ordinary)
    return sum(found) / len(found), wrong


@pytest.mark.parametrize(
    ("name", "floor"),
    [("emergencies_dev", 0.97), ("emergencies_dev_2", 0.97), ("emergencies_dev_3", 0.97), ("emergencies_dev_4", 0.96)],
)
def test_emergencies_designed_for_are_seen(name: str, floor: float) -> None:
    """Of the emergencies the patterns were designed on, nearly all get the numbers."""
    recall, right, precision = figures(f"{name}.yaml")
    assert recall >= floor
    assert right >= 0.93
    assert precision >= 0.94


@pytest.mark.parametrize(
    ("name", "recall", "right", "precision"),
    # Measured: .971, .928, .957; .955, .940, .970; .958, .934, .889; .953, .927, .929 (docs/decisions/).
    [
        ("emergencies_heldout", 0.97, 0.91, 0.92),
        ("emergencies_blind", 0.95, 0.925, 0.945),
        ("emergencies_blind_2", 0.94, 0.92, 0.87),
        ("emergencies_blind_3", 0.94, 0.915, 0.92),
    ],
)
def test_emergencies_nobody_designed_for_are_seen(name: str, recall: float, right: float, precision: float) -> None:
    """Nine in ten emergencies told in words nobody foresaw get the numbers, and the right ones."""
    measured = figures(f"{name}.yaml")
    assert all(found >= floor for found, floor in zip(measured, (recall, right, precision), strict=True)), measured


@pytest.mark.parametrize(
    ("name", "floor", "most"),
    # Measured: .884, 0; .885, 1; .886, 3 (2 before short messages needed a sign: docs/decisions/); .887, 3.
    [
        ("emergencies_heldout", 0.88, 2),
        ("emergencies_blind", 0.85, 2),
        ("emergencies_blind_2", 0.86, 3),
        ("emergencies_blind_3", 0.87, 3),
    ],
)
def test_most_emergencies_get_nothing_but_the_numbers(name: str, floor: float, most: int) -> None:
    """Four in five emergencies get the numbers at once, and hardly an ordinary question loses its answer to them."""
    certain, wrong = sure(f"{name}.yaml")
    assert certain >= floor
    assert wrong <= most


def test_questions_of_the_town_rarely_show_the_numbers() -> None:
    """Of the control questions of Paris, at most two in a hundred show them."""
    asked = yaml.load((ROOT / "knowledge/paris/golden.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)["golden"]
    danger = ("emergency", "numero", "violences")
    plain = [one["question"] for one in asked if not str(one.get("expect")).startswith(danger)]
    shown = [text for text in plain if detect(text) is not None]
    assert len(shown) <= len(plain) / 50, shown


def test_what_residents_add_rarely_shows_the_numbers() -> None:
    """Of the 640 follow-ups foreseen by staff, none learned from, at most ten calm ones show them, none alone."""
    danger = ("numero", "violence", "urgence")
    asked = []
    for file in sorted((ROOT / "knowledge").glob("*/entries/*.yaml")):
        for entry in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)["entries"]:
            for follow in entry.get("follow_ups", ()):
                if not entry["id"].startswith(danger) and not str(follow.get("entry")).startswith(danger):
                    asked += follow.get("questions", ())
    assert len(asked) > 500
    shown = [(text, alarm) for text in asked if (alarm := detect(text))]
    assert len(shown) <= 10, shown
    assert not any(alarm.certain for _, alarm in shown), shown
