"""What was learned about emergencies is what the examples teach, and costs an answer next to nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from bot.answering.alarms import BUCKETS, FILE, Alarms, vector
from bot.answering.alarmtraining import COLUMNS, fingerprint

ROOT = Path(__file__).parents[2]
LOADED = "import sys, bot.answering.emergency as e; e.Alarms.shipped(); print(*sys.modules)"


def test_what_is_shipped_is_what_the_examples_teach() -> None:
    """Whoever changes an example, a pattern or the code runs `python -m bot.answering.alarmtraining` again."""
    assert Alarms.shipped().source == fingerprint(ROOT)


def test_the_file_is_small() -> None:
    """What was learned takes less than 300 KB."""
    assert len((files("bot.answering") / "data" / FILE).read_bytes()) < 300_000


def test_every_danger_was_learned() -> None:
    """Each kind of danger has weights, and doubt takes less evidence than certainty."""
    alarms = Alarms.shipped()
    assert alarms.columns == COLUMNS
    assert alarms.weights.shape == (BUCKETS, len(COLUMNS))
    assert np.count_nonzero(alarms.weights, axis=0).min() > 100
    assert alarms.doubtful < alarms.certain


def test_answering_loads_nothing_that_trains() -> None:
    """A town's server that answers never loads what was needed to learn."""
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, cwd=ROOT)
    modules = set(loaded.stdout.split())
    assert "bot.answering.alarms" in modules
    assert modules.isdisjoint({"bot.answering.alarmtraining", "bot.answering.training", "sklearn", "scipy"})


@pytest.mark.parametrize("words", [(), (".",), ("/",), ("ca/sa", "a" * 5000)])
def test_odd_words_are_safe(words: tuple[str, ...]) -> None:
    """No word, a strange or an endless one: what is heard is still a number."""
    assert np.isfinite(Alarms.shipped().hear(words).odds)


def test_a_long_message_weighs_no_more_than_a_short_one() -> None:
    """Saying the same thing fifty times does not make it an emergency."""
    assert float(np.linalg.norm(vector(("aide",) * 50).values)) == pytest.approx(1.1, abs=0.2)


def test_a_long_message_is_weighed_by_its_beginning() -> None:
    """A message of 20,000 different words costs no more than its first 500, which are more than it can have."""
    words = [f"mot{number}" for number in range(20_000)]
    assert vector(words).ids.tolist() == vector(words[:500]).ids.tolist()
