"""`parvis chat`: a conversation at the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from adapters.commands.frame import Spoken, base_option
from adapters.commands.ready import open_bot, resident_language, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.commands.words import Words

__all__ = ["make"]


def make(words: Words) -> Spoken:
    """The command."""

    def run(base: str | None, lang: str | None) -> None:
        from adapters.terminal.chat import Chat, Town
        from adapters.terminal.live import LiveBase
        from adapters.terminal.screen import for_stream
        from bot.clock import SystemClock
        from bot.knowledge.faults import render
        from bot.reloading import Reloader
        from bot.storage.memory import MemoryStore
        from bot.voice import Voice

        store = MemoryStore()
        settings = settings_for(base)
        bot = open_bot(words, settings, store)
        city = bot.base.city
        asked = resident_language(lang, city.languages)
        town = Town(city.name, tuple(city.languages), Voice(bot.base.voice))
        screen = for_stream(sys.stdout, os.environ, shutil.get_terminal_size().columns)
        reloader = Reloader(bot.desk, settings.base, cache=settings.cache, target_precision=settings.target_precision)
        live = LiveBase(reloader, lambda fault: render(fault, words.language))
        chat = Chat(bot.desk, town, store, SystemClock(), screen, asked or words.language, live)
        chat.run(_reader(), asked)

    return Spoken(words, "chat", [base_option(words)], run)


def _reader() -> Callable[[str], str | None]:
    from adapters.terminal.lines import ask_person, piped_lines

    if sys.stdin.isatty() and sys.stdout.isatty():
        return ask_person
    lines = piped_lines(sys.stdin.buffer)
    return lambda _: next(lines, None)
