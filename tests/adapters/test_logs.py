"""The log: one line an event, tied together by the question, and not one word that is a secret or a resident's."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from logrig import opened_log

from bot.correlation import context_of

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "123:jeton+de/Ville"  # noqa: S105 - made up
WORDS = "Je suis Jeanne Essai, 01 99 00 12 34, jeanne@essai.example"
FORMS = ("json", "console")


def _break(values: str) -> None:
    raise ValueError(f"https://exemple.fr/bot{TOKEN}/send {values}")


def _deep(values: str) -> None:
    try:
        _break(values)
    except ValueError as error:
        raise RuntimeError(values) from error


def _caught(work: Callable[[], None]) -> BaseException:
    try:
        work()
    except (ValueError, RuntimeError) as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("form", FORMS)
def test_an_event_is_one_line(form: str) -> None:
    """Whatever is said, with ends of lines, colours or an error in it, a program that reads the log finds one line."""
    with opened_log([TOKEN], form) as log:
        logging.getLogger("parvis.essai").warning("deux\nlignes \x1b[31m et \r une")
        logging.getLogger("parvis.essai").error("tombé", exc_info=_caught(lambda: _deep(WORDS)))
    lines = log.getvalue().splitlines()
    assert len(lines) == 2
    assert "\x1b" not in log.getvalue()


def test_json_has_what_a_program_needs() -> None:
    """A program that gathers logs reads when, how grave, who, what, and of which question."""
    with opened_log([]) as log:
        context_of("f" * 32).run(logging.getLogger("parvis.essai").info, "reçu", extra={"channel": "telegram"})
    (line,) = log.getvalue().splitlines()
    told = json.loads(line)
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "event": "reçu",
        "level": "info",
        "logger": "parvis.essai",
        "channel": "telegram",
        "question": "f" * 32,
    }


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_and_no_word_of_a_resident_gets_into_it(form: str) -> None:
    """Tokens and residents' words, in messages, errors, their causes, groups of them, addresses: none is written."""
    from urllib.parse import quote

    with opened_log([TOKEN, TOKEN[:6]], form, "debug") as log:
        ours, theirs = logging.getLogger("parvis.essai"), logging.getLogger("telegram.ext")
        ours.error("failed with %s at %s", TOKEN, quote(TOKEN, safe=""))
        ours.error("an error", exc_info=_caught(lambda: _deep(WORDS)))
        ours.error("several", exc_info=ExceptionGroup(WORDS, [ValueError(WORDS), _caught(lambda: _break(WORDS))]))
        ours.info("an extra", extra={"text": WORDS, "channel": "telegram"})
        ours.info("a stack", stack_info=True)
        theirs.error("%s wrote %s", WORDS, TOKEN)
        theirs.error(f"filled in already: {WORDS}", extra={"where": WORDS, "channel": WORDS})
        theirs.critical(WORDS, exc_info=_caught(lambda: _deep(WORDS)))
        logging.getLogger("asyncio").error("Task %r", WORDS)
        logging.getLogger().error(WORDS)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(WORDS, stacklevel=1)
    said = log.getvalue()
    assert len(said.splitlines()) == 11
    for secret in (TOKEN, quote(TOKEN, safe=""), "Jeanne", "01 99", "jeanne@", "exemple.fr/bot", "123:"):
        assert secret not in said, secret
    for kept in ("builtins" not in said, "RuntimeError" in said, "ValueError" in said, "test_logs._deep:" in said):
        assert kept, said
    assert "telegram.ext" in said  # who spoke, and where in its code
    assert "test_logs:" in said


def test_libraries_are_heard_only_when_something_is_wrong() -> None:
    """Even at the most talkative, no library tells what it does: addresses with tokens are among it."""
    with opened_log([], level="debug") as log:
        for name in ("httpx", "telegram", "nio.rooms", "aiohttp.access", "mastodon", "uvicorn.error", "asyncio"):
            logging.getLogger(name).info("GET /bot%s/getMe", TOKEN)
        logging.getLogger("nio").warning("of each message that cannot be read")
        logging.getLogger("parvis.essai").debug("ours")
    (line,) = log.getvalue().splitlines()
    assert json.loads(line)["event"] == "ours"


@pytest.mark.parametrize(("level", "lines"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_a_setting(level: str, lines: int) -> None:
    """An operator chooses how much is said."""
    with opened_log([], level=level) as log:
        for grave in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger("parvis.essai").log(grave, "dit")
    assert len(log.getvalue().splitlines()) == lines


def test_a_line_that_cannot_be_written_does_not_show_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake in the log's own call is told by its place; the usual way prints all the values."""
    with opened_log([]) as log:
        logging.getLogger("parvis.essai").warning("%d of %s", WORDS, WORDS)
    (line,) = log.getvalue().splitlines()
    assert json.loads(line)["event"] == "a line could not be written"
    assert "Jeanne" not in line + capsys.readouterr().err


def test_the_form_follows_where_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the log is lines to read; elsewhere, one JSON object each."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    from adapters.commands.logs import open_log

    with opened_log([]):
        for stream, is_json in ((io.StringIO(), True), (Terminal(), False)):
            monkeypatch.setattr(sys, "stderr", stream)
            open_log([])
            logging.getLogger("parvis.essai").info("dit")
            assert stream.getvalue().startswith("{") is is_json


CODE = """
import sys, threading, asyncio
from adapters.commands.logs import open_log
open_log([sys.argv[1]], "json")
class Fails:
    def __del__(self): raise ValueError(sys.argv[1])
def fail(): raise ValueError(sys.argv[1])
async def left(): asyncio.ensure_future(asyncio.to_thread(fail)); await asyncio.sleep(0.2)
Fails()
one = threading.Thread(target=fail); one.start(); one.join()
asyncio.run(left())
def main(words): fail()
main(sys.argv[1])
"""


def test_an_error_nobody_caught_tells_its_place_and_no_value() -> None:
    """A crash in the main thread, another thread, a task left alone or a finaliser shows no value on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, TOKEN], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
    )
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert len(told) == 4
    assert all("ValueError (" in one["error"] for one in told)
    assert TOKEN not in done.stderr + done.stdout
    assert "main:" in told[-1]["error"]
