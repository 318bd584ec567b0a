"""The guide of the Telegram channel tells all there is, and nothing that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.setup import CHANNELS
from adapters.telegram.commands import MENUS
from bot.commands import NAMES, Command, command_named
from bot.voice import shipped_languages

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "canaux" / "telegram.md").read_text("utf-8")


def test_the_guide_has_every_setting_and_no_other() -> None:
    """An operator finds each setting of the channel in its guide."""
    (kind,) = (kind for kind in CHANNELS if kind.name == "telegram")
    told = {name.removesuffix("_FILE") for name in re.findall(r"PARVIS_TELEGRAM_\w+", GUIDE)}
    assert told == {*kind.required, *kind.optional}


def test_the_guide_has_every_command_and_no_other() -> None:
    """Staff find each command a resident may send; those of BotFather are told apart by where they are."""
    table = GUIDE.partition("## Ce que l'habitant peut faire")[2].partition("## ")[0]
    assert set(re.findall(r"`/(\w+)", table)) == {name for names in NAMES.values() for name in names}


@pytest.mark.parametrize("language", shipped_languages())
def test_each_language_has_a_menu_of_all_that_can_be_asked(language: str) -> None:
    """A resident's menu, in each language the bot speaks, leaves out nothing but /start, which Telegram shows."""
    assert {command for _, command in MENUS[language]} == set(Command) - {Command.START}
    assert all(command_named(name) is command for name, command in MENUS[language])
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name, _ in MENUS[language])  # BotCommand, command
