"""What a resident does after the answer works on every network, from their application to the town's records."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from fakenet import Trouble
from parity import Turn
from town import until
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


@pytest.mark.parametrize("revoked", ["telegram", "matrix", "mastodon"])
def test_a_network_that_takes_the_token_no_more_stops_alone(revoked: str, snapshot: Snapshot, tmp_path: Path) -> None:
    """Whichever network ends the bot's access, the two others answer on, and what waited there is kept for later."""

    async def check() -> None:
        ways: dict[str, Way] = {"telegram": TelegramWay(), "matrix": MatrixWay(), "mastodon": MastodonWay()}
        broken = ways.pop(revoked)
        async with open_way(broken, snapshot, tmp_path, *ways.values()) as office:
            await office.asks(Turn("bonjour"), "ana")
            broken.rig.befall(Trouble.REVOKED)
            line = office.post.lines[revoked]
            await broken.ask(Turn("se marier"), "ana")
            await until(lambda: line.supervisor.revoked is not None, 60)
            assert line.supervisor.revoked is not None
            assert str(line.supervisor.revoked.values["setting"]).startswith(f"PARVIS_{revoked.upper()}_")
            for way in ways.values():
                await way.ask(Turn("refaire ma carte d'identité"), "bob")
            await until(lambda: len(office.rows("select 1 from answers where entry_id = 'carte-identite'")) == 2, 60)
            await until(lambda: office.rows(f"select 1 from outbox where channel <> '{revoked}'") == [], 60)
            for way in ways.values():
                (told,) = await way.shown("bob")
                assert "ancienne" in told.words
            # What had been received is not lost: its answer waits for a token that works.
            asked = office.rows(f"select count(*) from inbox where channel = '{revoked}'")
            waiting = office.rows(f"select count(*) from outbox where channel = '{revoked}' and payload is not null")
            assert waiting == [(asked[0][0] - 1,)]

    asyncio.run(check())
