"""Trained models on disk: kept by content hash, written whole or not at all."""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from bot.answering.calibration import Calibration
from bot.answering.features import FeatureSpace, Shares
from bot.answering.model import Coverage, Model
from bot.answering.scorers import LinearScorer, NeighbourScorer
from bot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO
    from zipfile import ZipFile, ZipInfo

    from numpy.typing import NDArray

__all__ = ["load_model", "model_path", "save_model"]

_SUFFIX = ".parvis-model.npz"
# Old models are removed once there are more than this many: each is a few megabytes.
_KEPT = 6
# By far the largest array; it comes first in the file, where it begins on an even address.
_MAPPED = "scorer.weights"
_AT_ONCE = 1 << 20
# Where, in what precedes an array in a zip file, stand the lengths of its name and of what follows that.
_ZIP_LENGTHS = 26
# What zip files, numpy arrays and tables raise when bytes of them are wrong or missing.
_UNREADABLE = (
    OSError,
    BadZipFile,
    ValueError,
    LookupError,
    EOFError,
    TypeError,
    AttributeError,
    ArithmeticError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)


@cache
def _code_version() -> str:
    """A hash of the code that makes and reads models, so that a new release never reads an old one."""
    digest = blake2b(digest_size=8)
    package = files("bot.answering")
    for folder in (package, package / "data"):
        for file in sorted(folder.iterdir(), key=lambda item: item.name):
            if file.name.endswith((".py", ".yaml")):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def model_path(cache_folder: Path, version: str) -> Path:
    """Where the model of the base with content hash ``version`` is kept."""
    return cache_folder / f"{version}-{_code_version()}{_SUFFIX}"


def save_model(model: Model, path: Path) -> None:
    """Write ``model`` at ``path`` in one stroke. Raises OSError if the folder cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = {
        "version": model.version,
        "scorer": type(model.scorer).__name__,
        "entry_ids": model.entry_ids,
        "ids": {block: list(ids) for block, ids in model.space.ids.items()},
        "shares": {block: getattr(model.space.shares, block) for block in model.space.ids},
        "idf": model.space.idf,
        "languages": sorted(model.space.languages),
        "known": model.known,
        "sounds": model.sounds,
        "stems": {stem: sorted(entries) for stem, entries in model.coverage.stems.items()},
        "phrasings": {stem: list(counts.items()) for stem, counts in model.phrasings.items()},
        "concepts": {concept: sorted(entries) for concept, entries in model.coverage.concepts.items()},
    }
    arrays: dict[str, Any] = {
        **{f"scorer.{name}": array for name, array in model.scorer.arrays().items()},
        # One table an array: a single large one would hold up every other thread while it is parsed.
        **{f"table.{name}": _encoded(table) for name, table in tables.items()},
        "numbers": np.concatenate([np.fromiter(ids.values(), np.int32, len(ids)) for ids in model.space.ids.values()]),
        **{f"calibration.{name}": getattr(model.calibration, name) for name in Calibration.__slots__},
    }
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".making-", suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _prune(path.parent)


def _encoded(table: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(table, ensure_ascii=False).encode(), np.uint8)


def _prune(folder: Path) -> None:
    # Another process may be removing the same ones.
    with suppress(FileNotFoundError):
        models = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in models[_KEPT:]:
            old.unlink(missing_ok=True)


def load_model(path: Path) -> Model:
    """Read the model at ``path``. Raises ModelError if it is absent, damaged or not a model."""
    try:
        # Opened here: numpy leaves a file it cannot read open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name != _MAPPED}
            if _MAPPED in archive.files:
                arrays[_MAPPED] = _map(file, archive.zip.getinfo(f"{_MAPPED}.npy"), archive.zip)
        tables = {
            name.removeprefix("table."): json.loads(array.tobytes())
            for name, array in arrays.items()
            if name.startswith("table.")
        }
        return _assemble(tables, arrays)
    except _UNREADABLE as error:
        raise ModelError(f"no usable model at {path.name}") from error


def _map(file: BinaryIO, member: ZipInfo, archive: ZipFile) -> NDArray[np.generic]:
    """The array ``member`` as it lies in ``file``, which is not compressed: brought in page by page, when it is used.

    The kernel may take these pages back where memory is short; an answer needs a hundredth of them.
    """
    with archive.open(member) as content:
        while content.read(_AT_ONCE):  # whoever reads to the end has checked it
            pass
    file.seek(member.header_offset + _ZIP_LENGTHS)
    file.seek(sum(struct.unpack("<HH", file.read(4))), os.SEEK_CUR)
    # Written by numpy 2 itself, with less than 64 KB of header.
    np.lib.format.read_magic(file)
    shape, by_column, kind = np.lib.format.read_array_header_1_0(file)
    return np.asarray(np.memmap(file, kind, "r", file.tell(), shape, order="F" if by_column else "C"))


def _assemble(tables: Mapping[str, Any], arrays: Mapping[str, Any]) -> Model:
    numbers = arrays["numbers"].tolist()
    ids: dict[str, dict[str, int]] = {}
    start = 0
    for block, names in tables["ids"].items():
        ids[block] = dict(zip(names, numbers[start : start + len(names)], strict=True))
        start += len(names)
    entry_ids = tuple(tables["entry_ids"])
    scorer_class = {scorer.__name__: scorer for scorer in (LinearScorer, NeighbourScorer)}[tables["scorer"]]
    return Model(
        version=tables["version"],
        entry_ids=entry_ids,
        space=FeatureSpace(
            Shares(**tables["shares"]), ids, tables["idf"], len(entry_ids), frozenset(tables["languages"])
        ),
        scorer=scorer_class(**{name: arrays[f"scorer.{name}"] for name in scorer_class.__slots__}),
        coverage=Coverage(
            {stem: frozenset(entries) for stem, entries in tables["stems"].items()},
            {concept: frozenset(entries) for concept, entries in tables["concepts"].items()},
        ),
        phrasings={stem: dict(counts) for stem, counts in tables["phrasings"].items()},
        known=tables["known"],
        sounds=tables["sounds"],
        calibration=Calibration(**{name: arrays[f"calibration.{name}"] for name in Calibration.__slots__}),
    )
