"""Limits on people, and on programs that pass for people; and what is kept of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from rigs import Trouble
from town import NOON, SetClock, open_office, until

from bot.delivery.people import Doorkeeper, Manners, Verdict
from bot.mail import Rate
from bot.storage.retention import EDIT_TIME, SENDING_TIME

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from rigs import FakeRig
    from town import Desk

KEEP = timedelta(days=30)


def test_who_writes_too_fast_gets_one_friendly_word(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Of thirty messages in a minute twenty are answered, then one word asks to wait; a minute later all is well."""

    async def check() -> None:
        clock = SetClock()
        async with open_office(tmp_path / "p.db", rig.channel(), clock=clock) as desk:
            for number in range(30):
                await rig.write(f"question {number}")
            await until(lambda: desk.rows("select count(*) from inbox where payload is null") == [(30,)])
            await until(lambda: len(rig.net.shown) == 21)
            clock.at = NOON + timedelta(seconds=61)
            await rig.write("merci d'attendre", at=clock.at.timestamp())
            await until(lambda: len(rig.net.shown) == 22)
            assert desk.rows("select count(*) from answers") == [(21,)]
        shown = await rig.shown()
        assert [text.startswith("Vous écrivez plus vite") for text in shown] == [False] * 20 + [True, False]

    run(check())


def test_a_call_for_help_is_never_too_much(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Someone in danger gets the numbers to call however much they have written."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            for number in range(25):
                await rig.write(f"question {number}")
            await rig.write("urgence !")
            await until(lambda: desk.rows("select count(*) from inbox where payload is null") == [(26,)])
            await until(lambda: len(rig.net.shown) == 22)
        assert (await rig.shown())[-1].startswith("Réponse à : urgence !")

    run(check())


def test_what_waited_out_a_breakdown_is_no_flood(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Fifty questions of one resident, asked over a day while the bot was away, are all answered."""

    async def check() -> None:
        for number in range(50):
            await rig.write(f"question {number}", at=NOON.timestamp() - 60 * 25 * (50 - number))
        async with open_office(tmp_path / "p.db", rig.channel()):
            await until(lambda: len(rig.net.shown) == 50)

    run(check())


def test_two_bots_do_not_talk_for_ever() -> None:
    """A thread in which everything is answered is cut after sixty answers an hour, and free again later."""
    keeper = Doorkeeper(Manners())
    verdicts = [keeper.judge(f"bot {n % 2}", "thread", NOON + timedelta(seconds=20 * n)) for n in range(150)]
    assert verdicts[:60] == [Verdict.ANSWER] * 60
    assert verdicts[60:] == [Verdict.SILENCE] * 90
    assert keeper.judge("bot 0", "thread", NOON + timedelta(hours=2)) is Verdict.ANSWER


def test_who_writes_much_is_forgotten_when_it_no_longer_counts() -> None:
    """Ten thousand residents who each wrote once leave nothing behind in memory."""
    keeper = Doorkeeper(Manners(asker=Rate(2, 60.0)))
    for number in range(10_000):
        keeper.judge(f"a{number}", f"t{number}", NOON + timedelta(seconds=10 * number))
    assert len(keeper._askers) < 10
    assert len(keeper._threads) < 400


def test_an_old_backlog_gets_one_apology(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A resident whose fifty questions waited for two days reads one apology; what is recent is answered."""

    async def check() -> None:
        old = (NOON - timedelta(days=2)).timestamp()
        for number in range(50):
            await rig.write(f"question {number}", at=old + number)
        await rig.write("question", chat="other", asker="other", at=old)
        await rig.write("récente")
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await until(lambda: desk.rows("select count(*) from inbox where payload is null") == [(52,)])
            await until(lambda: len(rig.net.shown) == 3)
        apology, answer = await rig.shown()
        assert apology.startswith("Je n'ai pas pu vous répondre à temps")
        assert answer == "Réponse à : récente (1)"
        assert len(await rig.shown("other")) == 1

    run(check())


def test_nothing_personal_is_on_the_disk_in_clear(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Neither names of the network's nor words of residents can be read in the file, while answers wait or after."""
    secrets = (
        "ana@exemple.fr",
        "chat-of-ana",
        "account-of-ana",
        "Mme Dupont",
        "01 99 00 12 34",
        "la piscine des Lilas",
    )

    def found() -> list[str]:
        data = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        return [secret for secret in secrets if secret.encode() in data]

    async def check() -> None:
        text = "Je suis Mme Dupont, 01 99 00 12 34, ana@exemple.fr, la piscine ferme ?"
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await until(lambda: rig.net.requests > 0)
            rig.net.chat_trouble["chat-of-ana"] = Trouble.BAD_GATEWAY
            await rig.write(text, chat="chat-of-ana", asker="account-of-ana")
            await until(lambda: desk.rows("select count(*) from outbox") == [(1,)])
            assert found() == []
            rig.net.chat_trouble.clear()
            await until(lambda: len(rig.net.shown) == 1)
            await until(lambda: desk.rows("select count(*) from outbox") == [(0,)])
            assert found() == []
            assert desk.rows("select payload from inbox") == [(None,)]
            assert desk.rows("select text from answers") == [
                ("Je suis [nom], [numéro], [adresse e-mail], la piscine ferme ?",)
            ]

    run(check())


def test_what_is_written_in_distress_is_kept_by_nobody(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Of a call for help only that there was one is kept."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            await rig.write("urgence, mon mari")
            await until(lambda: len(rig.net.shown) == 1)
            assert desk.rows("select text, outcome from answers") == [(None, "emergency")]

    run(check())


def test_a_resident_who_asks_is_forgotten(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """After /oublier no trace of the resident is left, and they are told; a neighbour's stays; asking again works."""

    async def check() -> None:
        async with open_office(tmp_path / "p.db", rig.channel()) as desk:
            for asker in ("ana", "bob"):
                await rig.write("bonjour", chat=asker, asker=asker)
                await until(lambda asker=asker: len([m for m in rig.net.shown if m["chat"] == asker]) == 1)  # type: ignore[misc]
                await rig.write(
                    "", chat=asker, asker=asker, kind="feedback", about=rig.net.shown[-1]["message"], helpful=True
                )
            await rig.write("ailleurs", chat="group", asker="ana", visibility="public")
            await until(lambda: len(rig.net.shown) == 3)
            before = _traces(desk)
            await rig.write("", chat="ana", asker="ana", kind="forget")
            await until(lambda: len(rig.net.shown) == 4)
            await until(lambda: desk.rows("select count(*) from outbox") == [(0,)])
            after = _traces(desk)
            rig.net.add(rig.net.events[0])  # delivered again: not answered again
            await rig.write("me revoilà", chat="ana", asker="ana")
            await until(lambda: len(rig.net.shown) == 5)
        assert rig.net.shown[3]["text"].startswith("C'est fait. J'ai effacé")
        assert rig.net.shown[4]["text"] == "Réponse à : me revoilà (1)"
        assert before == {"conversations": 3, "answers": 3, "inbox": 5}
        assert after == {"conversations": 1, "answers": 1, "inbox": 2}

    run(check())


def test_what_is_old_is_deleted_by_itself(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """A day later no name of a message is left, a month later nothing at all, however little the town does for it."""

    async def check() -> None:
        clock = SetClock()
        async with open_office(tmp_path / "p.db", rig.channel(), clock=clock) as desk:
            await rig.write("bonjour", chat="ana", asker="ana")
            rig.block("bob")
            await rig.write("bonjour", chat="bob", asker="bob")
            await until(lambda: desk.rows("select count(*) from outbox where failed is not null") == [(1,)])
            await until(lambda: len(rig.net.shown) == 1)
            await desk.mailbox.purge(clock.now(), KEEP)
            assert desk.rows("select count(*) from sent where payload is not null") == [(1,)]
            await desk.mailbox.purge(clock.now() + EDIT_TIME + timedelta(seconds=1), KEEP)
            assert desk.rows("select count(*) from sent where payload is not null") == [(0,)]
            assert _traces(desk) == {"conversations": 2, "answers": 2, "inbox": 2}
            await desk.mailbox.purge(clock.now() + KEEP + timedelta(seconds=1), KEEP)
            assert _traces(desk) == {"conversations": 0, "answers": 0, "inbox": 0}
            assert desk.rows("select count(*) from outbox") == desk.rows("select count(*) from sent") == [(0,)]

    run(check())


def test_the_office_cleans_by_itself(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """Nobody has to start the cleaning: an hour after its time what is old is gone."""

    async def check() -> None:
        clock = SetClock()
        async with open_office(tmp_path / "p.db", rig.channel(), clock=clock) as desk:
            await rig.write("bonjour")
            await until(lambda: len(rig.net.shown) == 1)
            clock.at = NOON + KEEP + timedelta(minutes=1)
            await asyncio.sleep(3700)
            assert _traces(desk) == {"conversations": 0, "answers": 0, "inbox": 0}

    run(check())


def test_an_answer_nobody_could_take_for_a_day_is_given_up(rig: FakeRig, tmp_path: Path, run: Run) -> None:
    """An answer that could not be delivered for a day comes too late; it is wiped and counted, not sent."""

    async def check() -> None:
        clock = SetClock()
        async with open_office(tmp_path / "p.db", rig.channel(), clock=clock) as desk:
            rig.net.chat_trouble["chat"] = Trouble.HANGING
            await rig.write("bonjour")
            await until(lambda: desk.rows("select count(*) from outbox") == [(1,)])
            clock.at = NOON + SENDING_TIME + timedelta(minutes=1)
            rig.net.chat_trouble.clear()
            await until(lambda: desk.rows("select failed, payload from outbox") == [("too old", None)])
        assert rig.net.shown == []

    run(check())


def _traces(desk: Desk) -> dict[str, int]:
    """How many rows still say something of someone."""
    tables = ("conversations", "answers", "inbox where asker is not null or conversation is not null")
    counts = {table.split()[0]: desk.rows("select count(*) from " + table)[0][0] for table in tables}
    return {table: count for table, count in counts.items() if isinstance(count, int)}
