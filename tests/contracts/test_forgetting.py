"""Who asks to be forgotten is, on every network, down to the bytes of the files."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from parity import Turn
from ways import MastodonWay, MatrixWay, TelegramWay, Way, open_way

if TYPE_CHECKING:
    from pathlib import Path

    from bot.answering.snapshot import Snapshot

# Words that stand in no base: what the file knows of them, it knows from the resident.
_MINE, _NEIGHBOURS = "zébulonade", "tartempionade"


@pytest.mark.parametrize("make", [TelegramWay, MatrixWay, MastodonWay], ids=["telegram", "matrix", "mastodon"])
def test_forgotten_down_to_the_bytes(make: type[Way], snapshot: Snapshot, tmp_path: Path) -> None:
    """After /oublier no byte of what the resident wrote is in the files; what a neighbour wrote stays."""

    async def check() -> None:
        async with open_way(make(), snapshot, tmp_path) as office:
            await office.asks(Turn(f"où se trouve la {_MINE} du quartier"), "ana")
            await office.asks(Turn(f"quels horaires pour la {_MINE}"), "ana")
            await office.asks(Turn(f"quels horaires pour la {_NEIGHBOURS}"), "bob")
            assert _bytes_with(tmp_path, _MINE)  # redacted words are kept, to improve the answers
            told = await office.asks(Turn("/oublier"), "ana")
            assert {"effacé", "opinions"} & set(told.words)
            assert not _bytes_with(tmp_path, _MINE)
            assert _bytes_with(tmp_path, _NEIGHBOURS)
            # What is left is the neighbour's.
            assert office.rows("select count(*), (select count(*) from conversations) from answers") == [(1, 1)]
            # Nothing told of a stranger is left to forget, and asking again is a new acquaintance.
            again = await office.asks(Turn("bonjour"), "ana")
            assert "Bonjour" in again.words

    asyncio.run(check())


def _bytes_with(folder: Path, word: str) -> list[str]:
    """The files of ``folder`` in which ``word`` can be read, as any program would."""
    return [file.name for file in folder.rglob("*") if file.is_file() and word.encode() in file.read_bytes()]
