"""`parvis rollback` beside a bot that runs: what it says once the bot has obeyed, or could not."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from keepingtown import ENTRIES, Town, say, stand_in

from bot.errors import KnowledgeError
from bot.knowledge.faults import not_learned
from bot.operating import read_operation
from bot.servicebook import ServiceBook
from bot.storage.lock import held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from keepingtown import Served

    from bot.knowledge.faults import Fault


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    """A town whose base has had two versions."""
    town = Town(tmp_path).set_up(monkeypatch)
    town.keeping().close()
    town.live()
    town.write(ENTRIES.replace("rendez-vous", "votre temps"))
    return town


@contextmanager
def _running(town: Town, load: Callable[[Path], Served]) -> Iterator[None]:
    """A bot that looks after its base as soon as it is given an order."""
    operation, living = read_operation(town.settings), town.live()
    book, ended = ServiceBook(operation.editions), threading.Event()

    def follow() -> None:
        while book.order() is None and not ended.wait(0.01):
            pass
        list(living.look(load))

    thread = threading.Thread(target=follow)
    with held(operation.folder):
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _refusing(*faults: Fault) -> Callable[[Path], Served]:
    def load(_: Path) -> Served:
        raise KnowledgeError(faults)

    return load


def test_a_return_the_bot_obeys_is_said(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator who goes back while the bot runs reads which version answers now."""
    with _running(town, stand_in):
        assert "répond maintenant" in say(capsys, "rollback")


def test_a_return_the_bot_refuses_is_an_error_at_once(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator is not left for a minute to be told that it is noted, when the bot has refused."""
    with _running(town, _refusing()):
        said = say(capsys, "rollback", code=2)
    assert "ne peut plus servir" in said
    assert "journal" in said


@pytest.mark.parametrize(("language", "said"), [("fr", "relancez"), ("en", "restart")])
def test_a_return_for_which_memory_is_short_waits_for_a_restart(
    town: Town, language: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With 128 MB the operator is told to restart, by the command and by the status; the restart obeys."""
    with _running(town, _refusing(not_learned())):
        assert said in say(capsys, "rollback", "--lang", language)
        assert said in say(capsys, "status", "--lang", language)
    assert town.live().state.rolled_back
    assert said not in say(capsys, "status", "--lang", language)
