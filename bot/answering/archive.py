"""A model's arrays read from its file: large ones stay there, and the system brings in what a question touches."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, ZipFile

import numpy as np
from numpy.lib import format as npy

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipInfo

    from numpy.typing import NDArray

__all__ = ["read_arrays"]

# Below a megabyte a mapping saves nothing worth a page table.
_LARGE = 1_000_000
_AT_ONCE = 1 << 18
# Where the lengths of the name and of the extra field stand in a local header, and its own length: APPNOTE.TXT, 4.3.7.
_LENGTHS, _HEADER = 26, 30


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of the ``.npz`` file at ``path``, by name; every byte is held against its checksum.

    Large ones are mapped: memory that the system may take back, for the file can be read again. The
    file must not be changed afterwards (replacing it is no change). Raises what zip files and numpy raise.
    """
    arrays: dict[str, NDArray[Any]] = {}
    with ZipFile(path) as archive:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if member.file_size > _LARGE and member.compress_type == ZIP_STORED:
                arrays[name] = _mapped(archive, member, path)
            else:
                with archive.open(member) as stream:
                    arrays[name] = npy.read_array(stream, allow_pickle=False)
    return arrays


def _mapped(archive: ZipFile, member: ZipInfo, path: Path) -> NDArray[Any]:
    with archive.open(member) as stream:
        read = npy.read_array_header_1_0 if npy.read_magic(stream) == (1, 0) else npy.read_array_header_2_0
        shape, by_columns, kind = read(stream)
        before = stream.tell()
        while stream.read(_AT_ONCE):  # to the end, where the checksum is compared
            pass
    if kind.hasobject:
        raise ValueError("an array of objects")
    with path.open("rb") as file:
        file.seek(member.header_offset + _LENGTHS)
        name_length, extra_length = struct.unpack("<HH", file.read(4))
    start = member.header_offset + _HEADER + name_length + extra_length + before
    mapped = np.memmap(path, kind, "r", start, shape, "F" if by_columns else "C")
    return np.asarray(mapped)
