"""A resident's pseudonym: stable for the bot, meaningless to anyone else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.privacy import pseudonym

KEY = bytes(range(32))


@given(channel=st.text(), raw_id=st.text())
def test_a_name_is_stable_and_bounded(channel: str, raw_id: str) -> None:
    """The same resident on the same network always gets the same 32 hexadecimal digits."""
    name = pseudonym(KEY, channel, raw_id)
    assert name == pseudonym(KEY, channel, raw_id)
    assert len(name) == 32
    assert int(name, 16) >= 0


@given(left=st.tuples(st.text(), st.text()), right=st.tuples(st.text(), st.text()))
def test_two_residents_never_share_a_name(left: tuple[str, str], right: tuple[str, str]) -> None:
    """Residents of two networks are not confused, however their identifiers are spelt."""
    assert (pseudonym(KEY, *left) == pseudonym(KEY, *right)) is (left == right)


def test_channel_and_identifier_do_not_run_together() -> None:
    """ "ab" on channel "c" is not "b" on channel "ca"."""
    assert pseudonym(KEY, "ab", "c") != pseudonym(KEY, "a", "bc")


def test_another_key_gives_unrelated_names() -> None:
    """Nobody without the town's key can tell which resident a name stands for."""
    assert pseudonym(KEY, "terminal", "42") != pseudonym(KEY[::-1], "terminal", "42")


@pytest.mark.parametrize("length", [0, 15, 65])
def test_a_weak_or_overlong_key_is_refused(length: int) -> None:
    """An operator whose key is too short or too long is told how long it must be."""
    with pytest.raises(SettingsError) as caught:
        pseudonym(b"k" * length, "terminal", "42")
    assert caught.value.values["length"] == length
