"""What every store promises, whatever it keeps things in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.messages import Choice
from bot.ports import ConversationState
from bot.storage.memory import MemoryStore
from bot.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.ports import Store

NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
OFFERED = ConversationState(
    at=NOON,
    entry_id="carte-identite",
    place_id="mairie-annexe",
    choices=(Choice(1, "Carte d'identité", "carte-identite"), Choice(2, "Mairie annexe", "place:mairie-annexe")),
    awaiting="street",
    language="en",
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store, empty."""
    if request.param == "memory":
        yield MemoryStore()
    else:
        with SqliteStore(tmp_path / "store.db") as kept:
            yield kept


def test_a_stranger_is_unknown(store: Store) -> None:
    """Nothing is known of a resident who has never written."""
    assert store.recall("nobody", NOON) is None


def test_all_of_the_state_comes_back(store: Store) -> None:
    """A resident who answers "2" within ten minutes finds the same choices, place and question."""
    store.remember("c1", OFFERED)
    assert store.recall("c1", NOON + timedelta(minutes=10)) == OFFERED


def test_a_newer_state_replaces_the_older(store: Store) -> None:
    """The last answer is the one a follow-up leans on."""
    store.remember("c1", OFFERED)
    later = ConversationState(at=NOON + timedelta(minutes=1), entry_id="passeport")
    store.remember("c1", later)
    assert store.recall("c1", later.at) == later


def test_conversations_do_not_mix(store: Store) -> None:
    """One resident's "2" never picks from another's choices."""
    store.remember("c1", OFFERED)
    store.remember("c2", replace(OFFERED, entry_id="piscine"))
    first = store.recall("c1", NOON)
    assert first is not None
    assert first.entry_id == "carte-identite"


def test_an_old_state_is_not_leaned_on(store: Store) -> None:
    """A resident who says "oui" eleven minutes later is not held to a forgotten question."""
    store.remember("c1", replace(OFFERED, language=None))
    assert store.recall("c1", NOON + timedelta(minutes=10, seconds=1)) is None


def test_a_chosen_language_outlives_the_rest(store: Store) -> None:
    """A resident who asked for English is still answered in English the next day, and only that is kept."""
    store.remember("c1", OFFERED)
    assert store.recall("c1", NOON + timedelta(days=1)) == ConversationState(at=NOON, language="en")


def test_forgetting_erases_all(store: Store) -> None:
    """A resident who asks to be forgotten is, language included."""
    store.remember("c1", OFFERED)
    store.forget("c1")
    assert store.recall("c1", NOON) is None


def test_forgetting_a_stranger_is_harmless(store: Store) -> None:
    """A resident may ask to be forgotten before ever having asked anything."""
    store.forget("nobody")
    assert store.recall("nobody", NOON) is None


def test_any_text_can_be_kept(store: Store) -> None:
    """A choice with quotes, accents and emoji comes back as it was written."""
    odd = replace(OFFERED, choices=(Choice(1, 'L\'"été" à 100 % ; DROP TABLE 🏊\n', "ete"),))
    store.remember("c'1\"", odd)
    assert store.recall("c'1\"", NOON) == odd
