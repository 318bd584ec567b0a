"""Copies of a base's versions, each kept whole, so that one can be gone back to."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import KnowledgeError
from bot.knowledge.basefiles import content_hash
from bot.knowledge.faults import FaultLog
from bot.knowledge.loading import base_files, inspect_base

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.knowledge.basefiles import BaseFiles

    Mark = tuple[str, bool]

__all__ = ["Editions", "Reading", "read_base"]

# Where in a copy the town's own folder is: its included pack keeps its place relative to it.
_PLACE = "place"


@dataclass(frozen=True, slots=True)
class Reading:
    """The files of a base at one moment. ``version`` as ``KnowledgeBase.version``.

    ``unread``: some could not be read; such a base serves nobody, though the rest may be sound.
    """

    root: Path
    files: tuple[BaseFiles, ...]
    version: str
    unread: bool

    @property
    def mark(self) -> Mark:
        """What tells two readings apart."""
        return self.version, self.unread

    def check(self) -> None:
        """Raise KnowledgeError with every fault of the base as it is on the disk, if some files could not be read."""
        if self.unread:
            raise KnowledgeError(inspect_base(self.root)[1])


def read_base(root: Path) -> Reading:
    """The base in the folder ``root`` as it is now: a few milliseconds. Never raises."""
    log = FaultLog()
    files = base_files(root, log)
    return Reading(root, files, content_hash(files), log.has_errors)


class Editions:
    """The copies in ``folder``, which is made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, reading: Reading) -> Path:
        """Copy what was read and return the copy's own root, a base of the same version. Raises OSError.

        A copy comes into being whole or not at all; one that is there already is left as it is.
        """
        found = self.find(reading.version)
        if found is not None:
            return found
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{reading.version}"
        shutil.rmtree(unfinished, ignore_errors=True)
        root = _write(unfinished, reading)
        (unfinished / _PLACE).write_text(root.relative_to(unfinished).as_posix(), "utf-8")
        shutil.rmtree(self._folder / reading.version, ignore_errors=True)
        unfinished.rename(self._folder / reading.version)
        return self._folder / reading.version / root.relative_to(unfinished)

    def find(self, version: str) -> Path | None:
        """The root of the copy of ``version``; None if it is not kept, or was tampered with."""
        copy = self._folder / version
        try:
            root = copy / (copy / _PLACE).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return root if read_base(root).version == version else None

    def keep_only(self, versions: Iterable[str]) -> None:
        """Delete all other copies."""
        wanted = set(versions)
        if self._folder.is_dir():
            for copy in self._folder.iterdir():
                if copy.is_dir() and copy.name not in wanted:
                    shutil.rmtree(copy, ignore_errors=True)


def _write(folder: Path, reading: Reading) -> Path:
    """Write the files under ``folder``; where the town's own are."""
    *packs, _ = reading.files
    steps = Path(os.path.relpath(packs[0].folder, reading.root)) if packs else Path()
    written = packs[0].folder.relative_to(reading.root).parts if packs else ()
    # As deep as the way to the pack climbs, by names that it does not mention.
    name = "base"
    while name in (*written, *steps.parts):
        name += "_"
    root = folder.joinpath(*[name] * (1 + written.count("..")))
    for files in reading.files:
        place = root / files.folder.relative_to(reading.root)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in files.contents.items():
            (place / path).parent.mkdir(mode=0o700, exist_ok=True)
            _write_through(place / path, content)
    return root


def _write_through(path: Path, content: bytes) -> None:
    """Write, and wait until it is on the disk itself: a copy half lost to a power cut would be of no use."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
