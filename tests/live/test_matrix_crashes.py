"""``parvis run`` killed at random moments while a resident writes in a hundred rooms of a real Synapse."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

from synapse import wait_for

if TYPE_CHECKING:
    from synapse import Homeserver, Parvis, Person

TEXTS = ("bonjour", "refaire ma carte d'identité", "merci", "extrait d'acte de naissance", "se marier")
ROOMS, KILLS = 100, 50
PATIENCE = 240.0


def test_killed_fifty_times_everyone_is_answered_once(homeserver: Homeserver, parvis: Parvis, resident: Person) -> None:
    """While 500 questions arrive the bot is killed 50 times: 500 answers, each once, each room in order."""
    chance = random.Random(4)  # noqa: S311 - a test's
    parvis.start()
    rooms = [resident.room(parvis.user, preset="trusted_private_chat") for _ in range(ROOMS)]
    wait_for(lambda: all(resident.read(room, parvis.user) for room in rooms), PATIENCE)  # each welcome
    asked: dict[str, list[str]] = {room: [] for room in rooms}
    questions = [(room, text) for text in TEXTS for room in rooms]
    for kill in range(KILLS):
        for room, text in questions[kill * 10 : kill * 10 + 10]:
            asked[room].append(resident.write(room, text))
        # From before it has started to well after it has begun to answer.
        time.sleep(chance.uniform(0.0, 3.0))
        parvis.kill()
        parvis.start()
    wait_for(lambda: all(len(set(_answered(resident, parvis, room))) == len(TEXTS) for room in rooms), PATIENCE)
    time.sleep(1.5)  # a second answer to someone would show by now
    assert parvis.stop() == 0
    for room in rooms:
        assert _answered(resident, parvis, room) == asked[room]
    _nothing_is_told(parvis, resident, rooms)


def _answered(resident: Person, parvis: Parvis, room: str) -> list[str]:
    """The questions answered in ``room``, in order."""
    abouts = [event["content"].get("m.relates_to", {}) for event in resident.read(room, parvis.user)]
    return [about["m.in_reply_to"]["event_id"] for about in abouts if "m.in_reply_to" in about]


def _nothing_is_told(parvis: Parvis, resident: Person, rooms: list[str]) -> None:
    """Neither the log of all these runs nor the disk holds a name of the resident's, a room's or what was written."""
    log = parvis.log()
    assert "Traceback" not in log
    assert Counter(line.split(" ", 2)[2] for line in log.splitlines() if "WARNING" in line) == Counter()
    kept = b"".join(file.read_bytes() for file in (parvis.folder / "data").rglob("*") if file.is_file())
    for word in (resident.user, rooms[0], rooms[-1], "the bot's own", "syt_"):
        assert word.encode() not in log.encode() + kept
    assert "carte d'identit" not in log
