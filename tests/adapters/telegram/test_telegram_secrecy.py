"""Neither the token nor what residents write gets into a log, an error or the way a thing describes itself."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import TYPE_CHECKING

import pytest
from botapi import TOKEN
from fakenet import Trouble
from logrig import opened_log
from rigs import Recorder
from telegramrig import SECRET, TelegramRig

from adapters.telegram.requests import DiscreetRequest, PollRequest
from adapters.telegram.settings import read_telegram
from adapters.telegram.webhook import told_complaint
from bot.errors import ParvisError, SettingsError
from bot.mail import Part
from bot.messages import Answer, Block, BlockKind, Outcome, Span
from bot.voice import Voice

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from telegram.request import BaseRequest

WORDS = "texte d'une habitante"
PART = Part(
    "k" * 32, "a" * 32, {"chat": "5000"}, Answer(Outcome.ANSWERED, "fr", (Block(BlockKind.PARAGRAPH, (Span(WORDS),)),))
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What `parvis run` writes on stderr; all is as before afterwards."""
    with opened_log([TOKEN, SECRET]) as written:
        yield written


def test_no_call_leaves_a_trace_of_the_token(log: io.StringIO) -> None:
    """Whatever fails, neither the log nor an error's whole story tells the token or a resident's words."""

    async def check() -> list[str]:
        rig, stories = TelegramRig(), []
        await rig.start()
        channel = rig.channel()
        await rig.write(WORDS)
        await channel.send(PART)
        for trouble in [one for one in Trouble if one not in (Trouble.NONE, Trouble.HANGING)]:
            rig.befall(trouble)
            for call in (channel.send(PART), channel.serve(Recorder())):
                with pytest.raises(ParvisError) as caught:
                    await call  # type: ignore[misc]
                stories.append("".join(traceback.format_exception(caught.value)))
                logging.getLogger("parvis").error("it failed", exc_info=caught.value)
        rig.befall(Trouble.NONE)
        await rig.stop()
        return [*stories, repr(channel), repr(read_telegram({"PARVIS_TELEGRAM_TOKEN": TOKEN}))]

    told = asyncio.run(check())
    assert len(told) == 12
    assert "it failed" in log.getvalue()
    for text in (log.getvalue(), *told):
        assert TOKEN not in text
        assert WORDS not in text


def test_the_libraries_that_log_addresses_are_quiet(log: io.StringIO) -> None:
    """The library's HTTP client writes each address, token included, at INFO: it may not; nor may a traceback."""
    for name in ("httpx", "httpcore.connection"):
        logging.getLogger(name).info("POST /bot%s/sendMessage", TOKEN)
    assert log.getvalue() == ""
    try:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError:
        logging.getLogger("telegram").exception("it failed with %s", TOKEN)
    assert "ValueError" in log.getvalue()
    assert TOKEN not in log.getvalue()


@pytest.mark.parametrize("request_class", [DiscreetRequest, PollRequest])
@pytest.mark.parametrize("payload", ["<html>{words}</html>", '["{words}"]', '{{"surprise": "{words}"}}'])
def test_an_answer_that_cannot_be_read_is_not_logged(
    caplog: pytest.LogCaptureFixture, request_class: type[BaseRequest], payload: str
) -> None:
    """Where the library would log the whole of a broken answer, residents' words stay unsaid."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Exception, match="none") as caught:
        request_class.parse_json_payload(payload.format(words=WORDS).encode())
    assert WORDS not in caplog.text
    assert WORDS not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("complaint", "told"),
    [
        ("Wrong response from the webhook: 502 Bad Gateway", "Wrong response from the webhook (502)"),
        ("Connection refused", "Connection refused"),
        (f"Read timeout expired while {WORDS}", "Read timeout expired"),
        (f"{WORDS} {TOKEN} 404", "for a reason of its own (404)"),
        ("", "for a reason of its own"),
    ],
)
def test_what_telegram_says_of_the_webhook_is_told_in_known_words(complaint: str, told: str) -> None:
    """An operator reads why the webhook is not reached, in words that Telegram is known to say and no others."""
    assert told_complaint(complaint) == told


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"PARVIS_TELEGRAM_TOKEN": "secret-without-number"}, "telegram.bad_token"),
        ({"PARVIS_TELEGRAM_WEBHOOK_URL": "http://ville-essai.example/hook"}, "telegram.bad_url"),
        ({"PARVIS_TELEGRAM_API_URL": "http://botapi.example"}, "telegram.bad_url"),
        ({"PARVIS_TELEGRAM_API_URL": "http://8.8.8.8:8081"}, "telegram.bad_url"),
        ({"PARVIS_TELEGRAM_WEBHOOK_URL": "ville-essai.example"}, "telegram.bad_url"),
        ({"PARVIS_TELEGRAM_OFFICIAL_PAGE": "http://[oops"}, "telegram.bad_url"),
        ({"PARVIS_TELEGRAM_WEBHOOK_SECRET": "too-short"}, "telegram.bad_secret"),
        ({"PARVIS_TELEGRAM_WEBHOOK_SECRET": "a secret with spaces"}, "telegram.bad_secret"),
        ({"PARVIS_TELEGRAM_WEBHOOK_LISTEN": "8080"}, "telegram.bad_listen"),
        ({"PARVIS_TELEGRAM_WEBHOOK_LISTEN": "0.0.0.0:0"}, "telegram.bad_listen"),
        ({"PARVIS_TELEGRAM_WEBHOOK_LISTEN": "0.0.0.0:70000"}, "telegram.bad_listen"),
    ],
)
def test_a_wrong_setting_is_named_and_a_secret_one_not_quoted(settings: dict[str, str], key: str) -> None:
    """An operator reads which setting is wrong and how to mend it, in both languages, and no secret."""
    usual = {"PARVIS_TELEGRAM_TOKEN": TOKEN, "PARVIS_TELEGRAM_WEBHOOK_URL": "https://ville-essai.example/hook"}
    with pytest.raises(SettingsError) as caught:
        read_telegram(usual | settings)
    assert caught.value.key == key
    ((name, value),) = settings.items()
    for language in ("fr", "en"):
        said = Voice().say(key, language, **caught.value.values)
        assert name in said
        assert value not in said or not name.endswith(("TOKEN", "SECRET"))


def test_a_webhook_has_a_secret_of_its_own_if_none_is_given() -> None:
    """A town that gives no secret gets one that nobody knows, another at each start."""
    settings = {"PARVIS_TELEGRAM_TOKEN": TOKEN, "PARVIS_TELEGRAM_WEBHOOK_URL": "https://ville-essai.example/hook"}
    made = [read_telegram(settings).webhook for _ in range(2)]
    assert made[0] is not None
    assert made[1] is not None
    assert made[0].secret != made[1].secret
    assert (made[0].host, made[0].port, made[0].path) == ("127.0.0.1", 8080, "/hook")
    assert made[0].secret not in repr(made[0])
