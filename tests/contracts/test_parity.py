"""The same forty questions get the same facts in the terminal and on every network; only the form differs."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from parity import DIALOGUES, Read, Turn, read_text
from ways import MastodonWay, MatrixWay, Noon, TelegramWay, Way, listening_to, open_way

from adapters.terminal.chat import Chat, Town
from adapters.terminal.screen import Screen
from bot.messages import Answer, BlockKind, Outcome
from bot.rendering import plain_text
from bot.storage.memory import MemoryStore

if TYPE_CHECKING:
    from pathlib import Path

    from bot.answering.snapshot import Snapshot

_QUESTIONS = 40


@pytest.fixture(scope="module")
def terminal(snapshot: Snapshot) -> tuple[list[Answer], list[Read]]:
    """Every answer, and what a resident reads of it in ``parvis chat``."""
    return _in_the_terminal(snapshot)


def _in_the_terminal(snapshot: Snapshot) -> tuple[list[Answer], list[Read]]:
    answers, read = list[Answer](), list[Read]()
    for dialogue in DIALOGUES:
        store, clock = MemoryStore(), Noon()
        listening = listening_to(snapshot, store, clock)
        stream = io.StringIO()
        town = Town("Ville-d'Essai", ("fr", "en"), snapshot.voice)
        chat = Chat(listening, town, store, clock, Screen(stream), "fr")
        shown: list[str] = []
        written = iter([_typed(turn) for turn in dialogue])

        def say(_: str, stream: io.StringIO = stream, shown: list[str] = shown, written: Any = written) -> str | None:
            shown.append(stream.getvalue())
            stream.seek(0)
            stream.truncate()
            typed: str | None = next(written, None)
            return typed

        chat.run(say)
        answers += listening.answers
        read += [read_text(one) for one in shown[1:]]  # the first is the greeting
    return answers, read


def _typed(turn: Turn) -> str:
    return turn.text if turn.point is None else f"/position {turn.point.latitude}, {turn.point.longitude}"


def test_the_forty_questions_are_of_every_kind(terminal: tuple[list[Answer], list[Read]]) -> None:
    """The questions end in every way an answer can, with all that an answer can hold."""
    answers, read = terminal
    assert len(answers) == len(read) == _QUESTIONS
    assert {answer.outcome for answer in answers} >= set(Outcome) - {Outcome.RATE_LIMITED, Outcome.ERROR}
    assert {block.kind for answer in answers for block in answer.blocks} == set(BlockKind)
    assert any(block.number for answer in answers for block in answer.blocks)
    assert any(answer.language == "en" for answer in answers)
    assert any(source.verified_on is None for answer in answers for source in answer.sources)
    assert max(len(plain_text(answer)) for answer in answers) > 4096  # more than one message on Telegram
    assert len({address for one in read for address in one.addresses}) > 5


@pytest.mark.parametrize("make", [TelegramWay, MatrixWay, MastodonWay], ids=["telegram", "matrix", "mastodon"])
def test_the_same_facts_everywhere(
    make: type[Way], snapshot: Snapshot, terminal: tuple[list[Answer], list[Read]], tmp_path: Path
) -> None:
    """A resident who changes networks reads the same answer, source, date, numbers and addresses, to the word."""
    answers, read = asyncio.run(_on(make(), snapshot, tmp_path))
    for expected, given, told, shown in zip(terminal[0], answers, terminal[1], read, strict=True):
        assert replace(given, timings={}) == replace(expected, timings={})
        assert (shown.lacks(told), told.lacks(shown)) == ([], []), expected.entry_id


def test_what_a_channel_dropped_would_be_seen(terminal: tuple[list[Answer], list[Read]]) -> None:
    """Were one paragraph, source, link or choice of any answer left out, what is read would differ."""
    for answer, told in zip(*terminal, strict=True):
        for left_out in range(len(answer.blocks)):
            blocks = answer.blocks[:left_out] + answer.blocks[left_out + 1 :]
            assert read_text(plain_text(replace(answer, blocks=blocks))).lacks(told), answer.blocks[left_out]
        for block in answer.blocks:
            for span in (span for span in block.spans if span.url is not None):
                spans = tuple(replace(one, url=None) if one is span else one for one in block.spans)
                bare = tuple(replace(one, spans=spans) if one is block else one for one in answer.blocks)
                others = [one.url for other in answer.blocks for one in other.spans if one is not span]
                if span.url not in others:
                    assert read_text(plain_text(replace(answer, blocks=bare))).lacks(told)
        assert not answer.choices or read_text(plain_text(replace(answer, choices=answer.choices[1:]))).lacks(told)


async def _on(way: Way, snapshot: Snapshot, folder: Path) -> tuple[list[Answer], list[Read]]:
    """The dialogues on one network, one message after the other; each answer, and what is read of it."""
    async with open_way(way, snapshot, folder) as office:
        read = [
            await office.asks(turn, f"habitant{number}")
            for number, dialogue in enumerate(DIALOGUES)
            for turn in dialogue
        ]
    return office.listening.answers, read
