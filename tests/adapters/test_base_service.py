"""What `parvis run` does with signals before its channels run, and what it tells of its base."""

from __future__ import annotations

import signal

import pytest

from adapters.commands.baseservice import leaving_at_once


def test_a_stop_before_anything_was_received_ends_it_at_once() -> None:
    """An operator who stops a bot that is still learning does not wait, and sees no error."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as left, leaving_at_once():
        signal.raise_signal(signal.SIGTERM)
    assert left.value.code == 0
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_call_to_look_at_the_base_before_it_is_there_harms_nobody() -> None:
    """SIGHUP, which ends a program that does not expect it, passes while the base is being opened."""
    before = signal.getsignal(signal.SIGHUP)
    with leaving_at_once():
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) == before
