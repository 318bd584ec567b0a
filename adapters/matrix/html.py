"""A page of an answer as the small HTML that Matrix applications show.

Nothing of what it writes was HTML before: every text is escaped, and only the eight elements
below are written, so that no base, however it was edited, can bring in another.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from bot.messages import BlockKind
from bot.rendering import block_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.messages import Answer, Block, Choice, Span

__all__ = ["html"]

# What "m.room.message" lets a link open: spec.matrix.org, "formatted_body".
_LINKS = ("https://", "http://", "mailto:")
# Lines of one kind that stand under one another without room between them.
_LINES = frozenset({BlockKind.FACT, BlockKind.LINK, BlockKind.SOURCE, BlockKind.CONTACT})


def html(page: Answer) -> str:
    """``page`` in HTML, with the words of its plain text: paragraphs, lists, bold, links, numbered choices."""
    choices = page.choices
    pieces: list[str] = []
    for kind, blocks in _groups(page.blocks):
        pieces.append(_group(kind, blocks, page.language))
        if kind is BlockKind.CHOICES and choices:
            pieces.append(_choices(choices))
            choices = ()
    return "".join(pieces) + (_choices(choices) if choices else "")


def _groups(blocks: tuple[Block, ...]) -> Iterator[tuple[BlockKind, list[Block]]]:
    """Blocks that are shown together: the items of one list, the lines of one kind."""
    group: list[Block] = []
    for block in blocks:
        if group and not _together(group[-1], block):
            yield group[0].kind, group
            group = []
        group.append(block)
    if group:
        yield group[0].kind, group


def _together(before: Block, block: Block) -> bool:
    if before.kind is not block.kind:
        return False
    if block.kind is BlockKind.ITEM:
        return block.number == (None if before.number is None else before.number + 1)
    return block.kind in _LINES


def _group(kind: BlockKind, blocks: list[Block], language: str) -> str:
    if kind is BlockKind.ITEM:
        items = "".join(f"<li>{_inside(block, language)}</li>" for block in blocks)
        first = blocks[0].number
        if first is None:
            return f"<ul>{items}</ul>"
        return f'<ol start="{first}">{items}</ol>' if first != 1 else f"<ol>{items}</ol>"
    inside = "<br>".join(_inside(block, language) for block in blocks)
    return f"<p><strong>{inside}</strong></p>" if kind is BlockKind.TITLE else f"<p>{inside}</p>"


def _choices(choices: tuple[Choice, ...]) -> str:
    # Not a list of HTML's: it would count by itself, and the number is what the resident writes.
    return "<p>" + "<br>".join(f"{one.number}. {escape(one.label)}" for one in choices) + "</p>"


def _inside(block: Block, language: str) -> str:
    return "".join(_span(block, index, language) for index in range(len(block.spans)))


def _span(block: Block, index: int, language: str) -> str:
    span = block.spans[index]
    text = _text(block, span, language, ends=index == len(block.spans) - 1)
    if span.bold and block.kind is not BlockKind.TITLE:
        text = f"<strong>{text}</strong>"
    return text


def _text(block: Block, span: Span, language: str, *, ends: bool) -> str:
    if span.url is not None and span.url.lower().startswith(_LINKS):
        return f'<a href="{escape(span.url)}">{escape(span.text)}</a>'
    # A telephone number cannot be a link here: it is written out, as in plain text.
    spans = (replace(span, bold=False),) if ends else (replace(span, bold=False), replace(span, text="", url=None))
    shown = block_text(replace(block, kind=BlockKind.PARAGRAPH, number=None, spans=spans), language)
    return escape(shown).replace("\n", "<br>")
