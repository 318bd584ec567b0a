"""Matrix shows what the terminal says: every entry of the bases that are shipped, word for word."""

from __future__ import annotations

import re
from html import unescape

import pytest

from adapters.matrix.html import html
from adapters.matrix.outbound import LIMITS, message_content
from bot.knowledge.loading import load_base
from bot.mail import Part
from bot.markup import parse
from bot.messages import Answer, Block, BlockKind, Outcome, Span
from bot.rendering import pages, plain_text
from bot.settings import shipped_base


@pytest.mark.parametrize("name", ["paris", "kremlin-bicetre"])
def test_every_entry_says_the_same_in_html_and_in_plain_words(name: str) -> None:
    """A resident reads the same words whether the application shows HTML, plain text, or is a terminal."""
    folder = shipped_base(name)
    assert folder is not None
    entries = load_base(folder).entries.values()
    assert len(entries) > 50
    for entry in entries:
        title = Block(BlockKind.TITLE, (Span(entry.title),))
        answer = Answer(Outcome.ANSWERED, "fr", (title, *parse(entry.answer)), entry_id=entry.id)
        shown = []
        for number, page in enumerate(pages(answer, LIMITS)):
            content = message_content(Part(f"{number:032x}", "0" * 32, {"room": "!r"}, page))
            assert content["body"] == plain_text(page)
            shown.append(content["formatted_body"])
        words = re.findall(r"[\w'’-]+", unescape(re.sub(r"<[^>]*>", " ", " ".join(shown))))
        expected = re.findall(r"[\w'’-]+", " ".join(span.text for block in answer.blocks for span in block.spans))
        assert [word for word in words if not word.startswith("http")][: len(expected)] == expected, entry.id
        assert html(answer) == "".join(shown) or len(shown) > 1
