"""The small Markdown of answers: paragraphs, lists, bold and links, and nothing else.

What staff write beyond that is shown as plain words, never lost, and reported by
``unsupported`` so that ``parvis check`` can say where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from bot.messages import Block, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

__all__ = ["Unsupported", "parse", "unsupported"]

# What a channel can open: everything else a resident sees as words.
_LINK_SCHEMES = ("https://", "http://", "mailto:", "tel:")
_TAG = re.compile(r"<(?:!--|/?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>)")


class Unsupported(StrEnum):
    """A kind of markup that answers may not use."""

    HEADING = "heading"
    IMAGE = "image"
    TABLE = "table"
    CODE = "code"
    HTML = "html"
    QUOTE = "quote"
    RULE = "rule"
    EMPHASIS = "emphasis"
    NESTED_LIST = "nested_list"
    LINE_BREAK = "line_break"
    LINK_SCHEME = "link_scheme"


def parse(text: str) -> tuple[Block, ...]:
    """``text`` as blocks: paragraphs and list items, with bold and link spans."""
    blocks: list[Block] = []
    walk = _Walk()
    for token in _reader().parse(text):
        walk = walk.after(token)
        spans = _leaf_spans(token)
        if spans:
            blocks.append(Block(walk.kind, spans, walk.number))
            walk = replace(walk, fresh_item=False)
    return tuple(blocks)


def unsupported(text: str) -> list[tuple[int, Unsupported]]:
    """Every piece of markup beyond the subset, with its line (the first is 1), in order."""
    found: list[tuple[int, Unsupported]] = []
    lists = 0
    for token in _reader(tables=True).parse(text):
        lists += token.nesting if token.type in _LISTS else 0
        line = token.map[0] + 1 if token.map else 1
        if token.type in _LISTS and token.nesting == 1 and lists > 1:
            found.append((line, Unsupported.NESTED_LIST))
        elif token.type in _FORBIDDEN_BLOCKS:
            found.append((line, _FORBIDDEN_BLOCKS[token.type]))
        found.extend(_forbidden_inside(token.children or (), line))
    return sorted(set(found))


_LISTS = frozenset({"bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close"})
_FORBIDDEN_BLOCKS = MappingProxyType(
    {
        "heading_open": Unsupported.HEADING,
        "table_open": Unsupported.TABLE,
        "fence": Unsupported.CODE,
        "code_block": Unsupported.CODE,
        "blockquote_open": Unsupported.QUOTE,
        "hr": Unsupported.RULE,
    }
)
_FORBIDDEN_SPANS = MappingProxyType(
    {
        "image": Unsupported.IMAGE,
        "code_inline": Unsupported.CODE,
        "em_open": Unsupported.EMPHASIS,
        "hardbreak": Unsupported.LINE_BREAK,
    }
)


@cache
def _reader(tables: bool = False) -> MarkdownIt:
    # "reference" would swallow lines such as "[mairie]: https://…" without a trace.
    reader = MarkdownIt("commonmark", {"html": False}).disable("reference")
    return reader.enable("table") if tables else reader


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where the reader stands: in which lists, at which item, and whether its first line is still to come."""

    numbers: tuple[int | None, ...] = ()
    fresh_item: bool = False

    def after(self, token: Token) -> _Walk:
        if token.type == "ordered_list_open":
            # The item that opens next adds one.
            return replace(self, numbers=(*self.numbers, int(token.attrs.get("start", 1)) - 1))
        if token.type == "bullet_list_open":
            return replace(self, numbers=(*self.numbers, None))
        if token.type in ("ordered_list_close", "bullet_list_close"):
            return replace(self, numbers=self.numbers[:-1])
        if token.type == "list_item_open":
            last = self.numbers[-1]
            return _Walk((*self.numbers[:-1], None if last is None else last + 1), fresh_item=True)
        return self

    @property
    def kind(self) -> BlockKind:
        return BlockKind.ITEM if self.fresh_item else BlockKind.PARAGRAPH

    @property
    def number(self) -> int | None:
        return self.numbers[-1] if self.fresh_item and self.numbers else None


def _leaf_spans(token: Token) -> tuple[Span, ...]:
    if token.type == "inline":
        return _trimmed(_spans(token.children or ()))
    if token.type in ("fence", "code_block"):
        return _trimmed([Span(" ".join(f"{token.info} {token.content}".split()))])
    return ()


def _spans(children: Sequence[Token]) -> Iterator[Span]:
    bold, url, label = 0, None, ""
    for child in children:
        if child.type in ("strong_open", "strong_close"):
            bold += child.nesting
        elif child.type == "link_open":
            url, label = str(child.attrs["href"]), ""
        elif child.type == "link_close":
            if url is not None and not _opens(url) and url != label:
                yield Span(f" ({url})", bold > 0)
            url = None
        elif text := _words(child):
            label += text
            yield Span(text, bold > 0, url if url is not None and _opens(url) else None)


def _words(child: Token) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return " "
    if child.type == "image":
        return f"{child.content} ({child.attrs['src']})".lstrip()
    return child.content if child.type in ("text", "code_inline") else ""


def _opens(url: str) -> bool:
    return url.lower().startswith(_LINK_SCHEMES)


def _trimmed(spans: Iterator[Span] | list[Span]) -> tuple[Span, ...]:
    """The spans without empty ones, neighbours of one manner joined, no blank at either end."""
    joined: list[Span] = []
    for span in spans:
        if joined and (joined[-1].bold, joined[-1].url) == (span.bold, span.url):
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        elif span.text:
            joined.append(span)
    if not "".join(span.text for span in joined).strip():
        return ()
    joined[0] = replace(joined[0], text=joined[0].text.lstrip())
    joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip())
    return tuple(span for span in joined if span.text)


def _forbidden_inside(children: Sequence[Token], line: int) -> Iterator[tuple[int, Unsupported]]:
    for child in children:
        if child.type in _FORBIDDEN_SPANS:
            yield line, _FORBIDDEN_SPANS[child.type]
        elif child.type == "link_open" and not _opens(str(child.attrs["href"])):
            yield line, Unsupported.LINK_SCHEME
        elif child.type == "text" and _TAG.search(child.content):
            yield line, Unsupported.HTML
        if child.type in ("softbreak", "hardbreak"):
            line += 1
