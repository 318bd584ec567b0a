"""What a resident does after the answer works on every network, from their application to the town's records."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from parity import Turn
from ways import MastodonWay, MatrixWay, TelegramWay, Way, open_way

if TYPE_CHECKING:
    from pathlib import Path

    from bot.answering.snapshot import Snapshot

_WAYS = pytest.mark.parametrize("make", [TelegramWay, MatrixWay, MastodonWay], ids=["telegram", "matrix", "mastodon"])


@_WAYS
def test_a_corrected_question_corrects_its_answer_in_its_place(
    make: type[Way], snapshot: Snapshot, tmp_path: Path
) -> None:
    """Who corrects a question sees the answer rewritten where it stood, with the new facts and none of the old."""

    async def check() -> None:
        way = make()
        async with open_way(way, snapshot, tmp_path) as office:
            asked = await office.after(way.ask(Turn("se marier"), "ana"))
            (before,) = await way.shown("ana")
            assert "bans" in before.words or "dossier" in before.words
            await office.after(way.rewrite(asked, "refaire ma carte d'identité", "ana"))
            (after,) = await way.shown("ana")
            assert "ancienne" in after.words
            assert "dossier" not in after.words
            assert {*office.rows("select entry_id from answers")} == {("mariage",), ("carte-identite",)}

    asyncio.run(check())


@_WAYS
def test_an_opinion_reaches_the_towns_records(make: type[Way], snapshot: Snapshot, tmp_path: Path) -> None:
    """A button, a thumb or a star under an answer is counted with that answer, and gets no answer of its own."""

    async def check() -> None:
        way = make()
        async with open_way(way, snapshot, tmp_path) as office:
            await office.asks(Turn("refaire ma carte d'identité"), "ana")
            await office.asks(Turn("se marier"), "bob")
            await office.after(way.praise("ana"))
            assert office.rows("select entry_id, helpful from answers order by entry_id") == [
                ("carte-identite", 1),
                ("mariage", None),
            ]
            assert len(await way.shown("ana")) == 1

    asyncio.run(check())
