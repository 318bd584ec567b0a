"""A conversation at the terminal: a person asks, the town answers."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.commands import Command, command_named
from bot.messages import Location, Question
from bot.ports import ConversationState

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.terminal.live import LiveBase
    from adapters.terminal.screen import Screen
    from bot.ports import Answerer, Clock, Store
    from bot.voice import Voice

__all__ = ["Chat", "Town", "parse_location"]

_COMMAND = re.compile(r"/(\w+)(?:\s+(.*))?", re.DOTALL)
_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Town:
    """Whom the resident talks to: the town's name, the languages it answers in, its voice."""

    name: str
    languages: tuple[str, ...]
    voice: Voice


class Chat:
    """One conversation, from greeting to goodbye; nothing of it outlives the process."""

    def __init__(
        self,
        answerer: Answerer,
        town: Town,
        store: Store,
        clock: Clock,
        screen: Screen,
        language: str,
        live: LiveBase | None = None,
    ) -> None:
        """Prepare a conversation.

        ``store`` is the one ``answerer`` reads; ``language`` is the one the chat opens in;
        ``live`` watches the base for edits.
        """
        self._live = live
        self._answerer = answerer
        self._town = town
        self._store = store
        self._clock = clock
        self._screen = screen
        self._language = language
        self._location: Location | None = None
        # Random, so that nothing ties the conversation to the person.
        self._conversation = secrets.token_hex(16)

    def run(self, read: Callable[[str], str | None], asked_language: str | None = None) -> None:
        """Talk until ``read`` (given a prompt, returns a message) returns None or the person leaves.

        ``asked_language`` is the resident's own choice, if one was made before the chat.
        """
        if asked_language is not None:
            self._keep_language(asked_language)
        self._say("greeting", city=self._town.name)
        prompt = self._screen.prompt("> ")
        while (message := read(prompt)) is not None and self._take(message.strip()):
            pass
        self._say("goodbye")

    def _take(self, message: str) -> bool:
        """Deal with one message; False once the person wants to leave."""
        for key, values in self._live.news() if self._live is not None else ():
            self._say(key, **values)
        command = _COMMAND.fullmatch(message)
        if command is None:
            self._ask(message)
            return True
        name, rest = command.group(1).lower(), (command.group(2) or "").strip()
        if name in ("quitter", "quit", "exit"):
            return False
        self._obey(name, rest)
        return True

    def _obey(self, name: str, rest: str) -> None:
        command = command_named(name)
        if command is Command.HELP:
            self._say("help")
        elif command is Command.LANGUAGE:
            self._choose_language(rest.lower())
        elif command is Command.HUMAN:
            self._ask(self._town.voice.say("delivery.ask_human", self._language))
        elif command is Command.PRIVACY:
            self._say("privacy")
        elif command is Command.FORGET:
            self._forget()
        elif name in ("position", "location"):
            self._share_location(rest)
        else:
            self._say("unknown_command", name=name)

    def _ask(self, text: str) -> None:
        question = Question(
            id=secrets.token_hex(16),
            channel="terminal",
            asker=self._conversation,
            conversation=self._conversation,
            text=text,
            received_at=self._clock.now(),
            location=self._location,
        )
        self._screen.show(self._answerer.answer(question))

    def _choose_language(self, language: str) -> None:
        if language not in self._town.languages:
            self._say("languages", languages=", ".join(self._town.languages))
            return
        self._keep_language(language)
        self._language = language
        self._say("language_chosen", chosen=language)

    def _keep_language(self, language: str) -> None:
        now = self._clock.now()
        state = self._store.recall(self._conversation, now) or ConversationState(at=now)
        self._store.remember(self._conversation, replace(state, language=language))

    def _share_location(self, rest: str) -> None:
        found = parse_location(rest)
        if found is None:
            self._say("bad_location")
            return
        self._location, question = found
        state = self._store.recall(self._conversation, self._clock.now())
        if question or (state is not None and (state.awaiting or "").startswith("location")):
            self._ask(question)
        else:
            self._say("location_noted")

    def _forget(self) -> None:
        self._store.forget(self._conversation)
        self._location = None
        self._say("forgotten")

    def _say(self, key: str, **values: object) -> None:
        self._screen.say(self._town.voice.say(f"terminal.{key}", self._language, **values))


def parse_location(text: str) -> tuple[Location, str] | None:
    """The point at the head of ``text`` ("48.85, 2.35") and what follows it; None if there is none on Earth."""
    match = _POINT.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = float(match.group(1)), float(match.group(2))
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Location(latitude, longitude), (match.group(3) or "").strip()
