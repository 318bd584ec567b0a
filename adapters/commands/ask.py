"""`parvis ask`: one answer to one question, or one answer to each line of the standard input."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from adapters.commands.frame import Spoken, base_option
from adapters.commands.ready import open_bot, resident_language, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapters.commands.words import Words
    from bot.assembly import Bot
    from bot.messages import Answer
    from bot.ports import Answerer, Clock, Store

__all__ = ["Asker", "as_record", "make"]

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def make(words: Words) -> Spoken:
    """The command."""

    def run(question: tuple[str, ...], explain: bool, as_json: bool, base: str | None, lang: str | None) -> None:
        from adapters.terminal.lines import piped_lines
        from bot.clock import SystemClock
        from bot.storage.memory import MemoryStore

        store = MemoryStore()
        bot = open_bot(words, settings_for(base), store)
        language = resident_language(lang, bot.base.city.languages)
        asker = Asker(bot.desk, store, SystemClock(), language)
        if not question and sys.stdin.isatty():
            click.echo(words("cli.ask_hint"), err=True)
        questions: Iterable[str] = [" ".join(question)] if question else piped_lines(sys.stdin.buffer)
        write = _writer(words, bot, explain=explain, as_json=as_json, several=not question)
        for text in questions:
            write(text, asker.ask(text))
            sys.stdout.flush()

    return Spoken(
        words,
        "ask",
        [
            click.Argument(["question"], nargs=-1, metavar=words("cli.question_metavar")),
            click.Option(["--explain"], is_flag=True, help=words("cli.option_explain")),
            click.Option(["--json", "as_json"], is_flag=True, help=words("cli.option_json")),
            base_option(words),
        ],
        run,
    )


@dataclass(frozen=True, slots=True)
class Asker:
    """Puts each question on its own: no question leans on the one before."""

    answerer: Answerer
    store: Store
    clock: Clock
    language: str | None = None

    def ask(self, text: str, language: str | None = None) -> Answer:
        """The answer to ``text``, asked in ``language`` or the asker's own."""
        from bot.messages import Question

        conversation = secrets.token_hex(16)
        question = Question(
            id=secrets.token_hex(16),
            channel="terminal",
            asker=conversation,
            conversation=conversation,
            text=text,
            received_at=self.clock.now(),
            language=language or self.language,
        )
        answer = self.answerer.answer(question)
        self.store.forget(conversation)
        return answer


def as_record(question: str, answer: Answer) -> dict[str, object]:
    """The answer as JSON values; ``timings`` are in milliseconds, ``score`` in the ranker's own unit."""
    from bot.rendering import plain_text

    return {
        "question": _LONE_SURROGATES.sub("\ufffd", question),
        "outcome": answer.outcome.value,
        "entry": answer.entry_id,
        "place": answer.place_id,
        "choices": [asdict(choice) for choice in answer.choices],
        "matches": [
            {"entry": match.entry_id, "score": match.score, "confidence": match.confidence} for match in answer.matches
        ],
        "language": answer.language,
        "text": plain_text(answer),
        "sources": [
            {
                "title": source.title,
                "url": source.url,
                "verified_on": source.verified_on.isoformat() if source.verified_on else None,
            }
            for source in answer.sources
        ],
        "timings": answer.timings,
    }


def _writer(words: Words, bot: Bot, *, explain: bool, as_json: bool, several: bool) -> Callable[[str, Answer], None]:
    """What writes one answer to the standard output."""
    from adapters.commands.explaining import explanation_text
    from adapters.terminal.screen import for_stream

    screen = for_stream(sys.stdout, os.environ, shutil.get_terminal_size().columns)

    def write_record(question: str, answer: Answer) -> None:
        record = as_record(question, answer)
        if explain:
            record["explanation"] = asdict(bot.explain(question, answer.language))
        # A pipe that is not UTF-8 still gets JSON that means the same.
        plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
        click.echo(json.dumps(record, ensure_ascii=plain))

    def write_text(question: str, answer: Answer) -> None:
        if several:
            screen.say("> " + _LONE_SURROGATES.sub("\ufffd", question))
        screen.show(answer)
        if explain:
            click.echo(explanation_text(words, bot.explain(question, answer.language), answer))

    return write_record if as_json else write_text
