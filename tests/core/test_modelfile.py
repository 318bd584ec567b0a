"""Trained models on disk: read whole, or learned again."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.answering.modelfile import load_model, model_path, save_model
from bot.answering.ranking import Ranker
from bot.answering.scorers import LinearScorer
from bot.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.answering.snapshot import Snapshot

QUESTIONS = ("refaire mon paseport", "bac jaune", "prix cantine", "lost my passport", "xylophone")


@pytest.fixture(scope="module")
def kept(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of Ville-d'Essai, on disk."""
    path = model_path(tmp_path_factory.mktemp("models"), "0123456789abcdef")
    save_model(snapshot.ranker.model, path)
    return path


def test_a_kept_model_answers_as_the_one_that_was_learned(snapshot: Snapshot, kept: Path) -> None:
    """A town hall that restarts its bot gets the same answers, to the last decimal."""
    ranker = Ranker(load_model(kept), snapshot.ranker._finder)
    for question in QUESTIONS:
        assert ranker.rank(question, "fr").matches == snapshot.ranker.rank(question, "fr").matches


def test_the_weights_stay_in_the_file(snapshot: Snapshot, kept: Path) -> None:
    """In a container of 128 MB what is largest is read where it lies, and the kernel may take its pages back."""
    learned, loaded = snapshot.ranker.model.scorer, load_model(kept).scorer
    assert isinstance(learned, LinearScorer)
    assert isinstance(loaded, LinearScorer)
    assert isinstance(loaded.weights.base, np.memmap)
    assert loaded.weights.flags.aligned
    assert loaded.weights.flags.c_contiguous
    assert np.array_equal(loaded.weights, learned.weights)


def test_any_cut_or_damage_is_noticed(kept: Path, tmp_path: Path) -> None:
    """A disk that filled up or went bad leaves no half model in service."""
    whole = kept.read_bytes()
    broken = tmp_path / "broken.npz"
    step = len(whole) // 12
    for content in (b"", b"PK", b"\x00" * 500, *(whole[:cut] for cut in range(0, len(whole), step))):
        broken.write_bytes(content)
        with pytest.raises(ModelError):
            load_model(broken)
    for place in range(step // 2, len(whole), step):
        broken.write_bytes(
            whole[:place] + bytes(255 - byte for byte in whole[place : place + 64]) + whole[place + 64 :]
        )
        with pytest.raises(ModelError):
            load_model(broken)


def test_damage_to_what_describes_the_file(kept: Path, tmp_path: Path) -> None:
    """A wrong byte in the table of contents is noticed, or changes nothing."""
    whole, broken = kept.read_bytes(), tmp_path / "broken.npz"
    first = load_model(kept)
    for place in range(len(whole) - 1400, len(whole), 23):
        broken.write_bytes(whole[:place] + bytes([255 - whole[place]]) + whole[place + 1 :])
        with suppress(ModelError):
            assert load_model(broken).known == first.known


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    """An archive of something else, a folder, or nothing at all: no model."""
    other = tmp_path / "other.npz"
    np.savez(other, numbers=np.arange(3))
    for path in (other, tmp_path, tmp_path / "absent.npz"):
        with pytest.raises(ModelError):
            load_model(path)


def test_a_model_is_known_by_its_base_and_its_code(tmp_path: Path) -> None:
    """A new version of the base, or of the bot, never reads the model of another."""
    assert model_path(tmp_path, "a" * 16) != model_path(tmp_path, "b" * 16)
    assert model_path(tmp_path, "a" * 16).name.startswith("a" * 16 + "-")


def test_old_models_are_removed(snapshot: Snapshot, tmp_path: Path) -> None:
    """Six models are kept, the latest; other files in the folder are left alone."""
    (tmp_path / "notes.txt").write_text("à garder")
    for age in range(9):
        old = model_path(tmp_path, f"{age:016x}")
        old.write_bytes(b"old")
        os.utime(old, (1_000_000 - age, 1_000_000 - age))
    latest = model_path(tmp_path, "f" * 16)
    save_model(snapshot.ranker.model, latest)
    left = sorted(path.name[:16] for path in tmp_path.glob("*.npz"))
    assert left == [*(f"{age:016x}" for age in range(5)), "f" * 16]
    assert (tmp_path / "notes.txt").exists()


def test_a_model_that_cannot_be_written_leaves_nothing_behind(snapshot: Snapshot, tmp_path: Path) -> None:
    """A folder in the model's place: the writing fails, and no half file stays."""
    path = model_path(tmp_path, "a" * 16)
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        save_model(snapshot.ranker.model, path)
    assert list(tmp_path.iterdir()) == [path]
