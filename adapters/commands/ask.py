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
    from bot.answering.explaining import Explanation
    from bot.assembly import Bot
    from bot.messages import Answer, Question
    from bot.ports import Answerer, Clock, Store

    Explainer = Callable[[str], Explanation]
    Writer = Callable[[str, Answer], None]

__all__ = ["Asker", "as_record", "make"]

# Enough of a question to know it again above its answer.
_SHOWN_CHARACTERS = 200
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
        explained = _explainer(bot, asker) if explain else None
        write = _record_writer(explained) if as_json else _text_writer(words, explained, several=not question)
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
        question = self.question(text, language)
        answer = self.answerer.answer(question)
        self.store.forget(question.conversation)
        return answer

    def question(self, text: str, language: str | None = None) -> Question:
        """``text`` as asked by someone who has never written before."""
        from bot.messages import Question

        conversation = secrets.token_hex(16)
        return Question(
            id=secrets.token_hex(16),
            channel="terminal",
            asker=conversation,
            conversation=conversation,
            text=text,
            received_at=self.clock.now(),
            language=language or self.language,
        )


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


def _explainer(bot: Bot, asker: Asker) -> Explainer:
    from bot.answering.explaining import explain_question

    return lambda text: explain_question(asker.question(text), bot.desk.snapshot)


def _record_writer(explained: Explainer | None) -> Writer:
    # A pipe that is not UTF-8 still gets JSON that means the same.
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"

    def write(question: str, answer: Answer) -> None:
        record = as_record(question, answer)
        if explained is not None:
            record["explanation"] = asdict(explained(question))
        click.echo(json.dumps(record, ensure_ascii=plain))

    return write


def _text_writer(words: Words, explained: Explainer | None, *, several: bool) -> Writer:
    from adapters.commands.explaining import explanation_text
    from adapters.terminal.screen import for_stream

    screen = for_stream(sys.stdout, os.environ, shutil.get_terminal_size().columns)

    def write(question: str, answer: Answer) -> None:
        if several:
            screen.say("> " + _LONE_SURROGATES.sub("\ufffd", question[:_SHOWN_CHARACTERS]))
        screen.show(answer)
        if explained is not None:
            screen.say(explanation_text(words, explained(question), answer))

    return write
