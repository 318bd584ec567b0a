"""The files of a base's folder, read once: what is loaded is what is hashed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from bot.knowledge.faults import FaultLog, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["MAX_FILE_BYTES", "BaseFiles", "content_hash", "decode", "read_files"]

# The largest real vocabulary is under 1 MB; twice that is read in under a second.
MAX_FILE_BYTES = 2_000_000
_SINGLE = ("city.yaml", "places.yaml", "voice.yaml", "golden.yaml")
_FOLDERS = {"entries": (".yaml",), "calendars": (".yaml", ".csv"), "vocabulary": (".yaml",)}
_MISTAKEN = (".yml", ".YAML", ".YML", ".yaml.txt")
# Never wait for a pipe's other end.
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class BaseFiles:
    """One folder's files by relative name (``entries/dechets.yaml``), sorted.

    ``shown`` is the folder as staff see it: relative to the base that is loaded.
    ``unread`` names the files that could not be read.
    """

    folder: Path
    shown: Path
    contents: Mapping[str, bytes]
    unread: frozenset[str] = frozenset()

    def under(self, folder: str, ending: str = ".yaml") -> Iterator[str]:
        """The names of the files of a subfolder."""
        return (name for name in self.contents if name.startswith(f"{folder}/") and name.endswith(ending))


def read_files(folder: Path, shown: Path, log: FaultLog) -> BaseFiles:
    """Every file of ``folder`` that makes a base. What cannot be read is noted in ``log``; never raises.

    Files that make no base (notes, backups, hidden files) are left alone, with a
    warning for those that were probably meant to count (``.yml``).
    """
    contents: dict[str, bytes] = {}
    unread: set[str] = set()
    real = os.path.realpath(folder)
    for name in sorted(_names(folder, shown, log)):
        found = _content(Path(real) / name, real)
        if isinstance(found, bytes):
            contents[name] = found
        else:
            unread.add(name)
            log.add(Location(shown / name), found, limit=MAX_FILE_BYTES // 1_000_000)
    return BaseFiles(folder, shown, contents, frozenset(unread))


def content_hash(folders: Iterable[BaseFiles]) -> str:
    """A hash of the names and bytes of every file, in 16 hexadecimal characters."""
    digest = blake2b(digest_size=8)
    for files in folders:
        for name, content in files.contents.items():
            for part in (os.fsencode(name), content):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def decode(content: bytes, location: Location, log: FaultLog) -> str | None:
    """The text of a file, without a byte order mark; None, and a fault, if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        log.add(Location(location.file, line), "file.encoding")
        return None


def _names(folder: Path, shown: Path, log: FaultLog) -> Iterator[str]:
    top = _list(folder, shown, log)
    for name in _SINGLE:
        if name in top:
            yield name
    for name in top:
        if name.startswith(".") or name in _SINGLE or name in _FOLDERS:
            continue
        if name.endswith((".yaml", *_MISTAKEN)):
            log.warn(Location(shown / name), "file.ignored")
    for subfolder, endings in _FOLDERS.items():
        if subfolder not in top:
            continue
        for name in _list(folder / subfolder, shown / subfolder, log):
            if name.startswith("."):
                continue
            if name.endswith(endings):
                yield f"{subfolder}/{name}"
            elif name.endswith(_MISTAKEN):
                log.warn(Location(shown / subfolder / name), "file.ignored")


def _list(folder: Path, shown: Path, log: FaultLog) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names alone, in one call
    except NotADirectoryError:
        log.add(Location(shown), "file.not_a_folder")
    except FileNotFoundError:
        log.add(Location(shown), "file.no_folder")
    except OSError:
        log.add(Location(shown), "file.unreadable")
    return []


def _content(path: Path, root: str) -> bytes | str:
    """A file's bytes, or the code of the fault that keeps them from us."""
    if not Path(os.path.realpath(path)).is_relative_to(root):
        return "file.outside"
    try:
        handle = os.open(path, _OPEN)
    except FileNotFoundError:
        return "file.dangling"
    except (OSError, ValueError):
        return "file.unreadable"
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return "file.not_a_file"
    with os.fdopen(handle, "rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    return content if len(content) <= MAX_FILE_BYTES else "file.too_big"
