"""A message's way: from the resident to the answer, each step on the disk."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from town import NOON, SECRET, SetClock, open_office, until

from bot.delivery.office import Rules
from bot.errors import SettingsError
from bot.mailbox import Letter
from bot.sealing import Sealer
from bot.storage.file import SqliteFile
from bot.storage.mailbox import SqliteMailbox

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from rigs import FakeRig


def test_each_resident_is_answered_in_order(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Ten residents who write three messages each get three answers each, in the order they asked."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            for number in range(30):
                await rig.write(f"question {number}", chat=f"c{number % 10}", asker=f"a{number % 10}")
            await until(lambda: len(rig.net.shown) == 30)
        for chat in range(10):
            expected = [f"Réponse à : question {chat + 10 * turn} ({turn + 1})" for turn in range(3)]
            assert await rig.shown(f"c{chat}") == expected

    run(check())


def test_what_is_delivered_again_is_answered_once(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A network that delivers an event twice gets one answer."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            await rig.write("bonjour")
            await until(lambda: len(rig.net.shown) == 1)
            rig.net.add(rig.net.events[0])
            await rig.write("merci")
            await until(lambda: len(rig.net.shown) == 2)
        assert [text[:20] for text in await rig.shown()] == ["Réponse à : bonjour ", "Réponse à : merci (2"]

    run(check())


def test_in_a_group_each_has_a_conversation_of_their_own(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """In a public room one resident's follow-up never leans on another's question."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            for asker in ("ana", "bob", "ana"):
                await rig.write("et ?", asker=asker)
            await until(lambda: len(rig.net.shown) == 3)
        assert [text[-3:] for text in await rig.shown()] == ["(1)", "(1)", "(2)"]

    run(check())


def test_a_long_answer_is_sent_in_order(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """The parts of a long answer come one after another, none before the one above it."""

    async def check() -> None:
        channel = rig.channel()
        channel.limits = channel.limits.__class__(150)  # type: ignore[misc]
        async with open_office(tmp_path / "p.db", channel):
            await rig.write("long")
            await until(lambda: len(rig.net.shown) >= 5)
        first, *others = await rig.shown()
        assert first.startswith("Réponse à : long (1)\n\nParagraphe 0")
        assert [text[:12] for text in others] == [f"Paragraphe {number}" for number in range(1, 5)]

    run(check())


def test_an_edited_question_edits_its_answer(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A resident who corrects a long question sees its answer replaced, and what is left of the old one withdrawn."""

    async def check() -> None:
        channel = rig.channel()
        channel.limits = channel.limits.__class__(350)  # type: ignore[misc]
        async with open_office(tmp_path / "p.db", channel):
            message = await rig.write("long")
            await until(lambda: len(rig.net.shown) == 2)
            await rig.rewrite(message, "piscine")
            await until(lambda: rig.net.shown[1]["text"].startswith("Cette partie"))
        first, second = await rig.shown()
        assert first.startswith("Réponse à : piscine")
        assert second.startswith("Cette partie de la réponse n'a plus lieu d'être.")

    run(check())


def test_an_edit_of_what_was_never_seen_is_answered(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A resident who corrects a message from before the bot came gets an answer all the same."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            await rig.rewrite("old", "piscine")
            await until(lambda: len(rig.net.shown) == 1)

    run(check())


def test_a_crash_before_the_answer_is_kept_changes_nothing(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A question answered again after a crash leans on what came before it, not on itself."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await rig.write("un")
            await until(lambda: len(rig.net.shown) == 1)
            desk.file.run(
                lambda database: database.execute(
                    "create trigger no before insert on outbox begin select raise(abort, 'no'); end"
                )
            )
            await rig.write("deux")
            await until(lambda: len(desk.town.asked) >= 3)
            desk.file.run(lambda database: database.execute("drop trigger no"))
            await until(lambda: len(rig.net.shown) == 2)
        assert (await rig.shown())[1] == "Réponse à : deux (2)"

    run(check())


def test_feedback_is_kept_with_the_answer(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Whether an answer helped is known by the message it was said of, and only from whom it was given to."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await rig.write("bonjour")
            await until(lambda: len(rig.net.shown) == 1)
            message = rig.net.shown[0]["message"]
            await rig.write("", asker="someone else", kind="feedback", about=message, helpful=True)
            await rig.write("", kind="feedback", about=message, helpful=False)
            await until(lambda: desk.rows("select helpful from answers where helpful is not null") != [])
        assert len(rig.net.shown) == 1

    run(check())
    assert _rows(tmp_path / "p.db", "select helpful from answers") == [(0,)]


def test_a_fixed_sentence_can_be_asked_for(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A resident who asks what is kept of them reads it, in their language, with the town's name."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            await rig.write("delivery.privacy", kind="say", language="en")
            await until(lambda: len(rig.net.shown) == 1)
        said = (await rig.shown())[0]
        assert said.startswith("What Ville-d'Essai keeps when you write to me:\n\n- your message")
        assert "\n\nTo erase everything" in said

    run(check())


def test_personal_data_in_public_is_answered_with_the_private_way(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A resident who publishes a telephone number is told of the private way; others are not troubled with it."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            await rig.write("mon numéro est 01 99 00 12 34", visibility="public")
            await rig.write("la piscine ?", visibility="public")
            await rig.write("mon numéro est 01 99 00 12 34")
            await until(lambda: len(rig.net.shown) == 3)
        told = ["message privé" in text for text in await rig.shown()]
        assert told == [True, False, False]

    run(check())


def test_the_secret_never_shows(tmp_path: Path) -> None:
    """Data written under one secret are refused under another, and no object shows its secret."""
    with SqliteFile(tmp_path / "p.db") as file:
        SqliteMailbox(file, Sealer(SECRET))
        with pytest.raises(SettingsError) as caught:
            SqliteMailbox(file, Sealer(b"another secret of the town's"))
        SqliteMailbox(file, Sealer(SECRET))
    assert caught.value.key == "operator.wrong_key"
    assert "secret of" not in repr(Rules(SECRET, timedelta(1), timedelta(1), lambda: 0.0))


def test_what_waited_out_a_stop_is_answered_at_the_next_start(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Questions that came while the bot was stopped are answered when it is back."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()):
            await rig.write("un")
            await until(lambda: len(rig.net.shown) == 1)
        await rig.write("deux")
        async with open_office(tmp_path / "p.db", rig.channel(), clock=SetClock()):
            await until(lambda: len(rig.net.shown) == 2)
            await asyncio.sleep(60)
        assert len(rig.net.shown) == 2

    run(check())


def test_before_a_network_hears_received_it_is_on_the_disk_itself(tmp_path: Path, run: Run) -> None:
    """A power cut just after the network was told "received" loses nothing: that commit reaches the disk."""
    said: list[str] = []

    async def check() -> None:
        with SqliteFile(tmp_path / "p.db") as file:
            mailbox = SqliteMailbox(file, Sealer(SECRET))
            file.run(lambda database: database.conn.set_trace_callback(said.append))
            letter = Letter("a" * 32, "essai", "a", "c", "v", NOON, NOON, "payload")
            assert await mailbox.take("essai", [letter], "7") == 1
            assert await mailbox.take("essai", [letter], "8") == 0
            assert await mailbox.cursor("essai") == "8"
            file.run(lambda database: database.conn.set_trace_callback(None))

    run(check())
    steps = [
        line.split()[0] if "PRAGMA" not in line else line
        for line in said[: said.index("PRAGMA synchronous=NORMAL") + 1]
    ]
    assert steps[0] == "PRAGMA synchronous=FULL"
    assert steps[1:3] == ["BEGIN", "insert"]
    assert steps[-2:] == ["COMMIT", "PRAGMA synchronous=NORMAL"]


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with SqliteFile(path) as file:
        return file.run(lambda database: [tuple(row) for row in database.execute(sql).fetchall()])
