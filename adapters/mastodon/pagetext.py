"""What a status says: its HTML as the words of whoever wrote it."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["page_text"]

# Of a question 1,000 characters are read, an entity each at worst, and some markup. On heaps of "<" the parser
# takes time by the square of the length.
_MOST_HTML = 10_000
_BLOCKS = frozenset({"p", "div", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "h1", "h2", "h3", "h4", "hr"})
_UNSEEN = frozenset({"script", "style", "template"})
# Elements without an end, which hold nothing.
_VOID = frozenset(
    {"br", "hr", "img", "input", "link", "meta", "wbr", "area", "base", "col", "embed", "source", "track"}
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")


def page_text(html: str, emoji: Collection[str] = ()) -> str:
    """The words of ``html``: lines where it has blocks, no mentions of accounts, no custom emoji.

    ``emoji`` are the shortcodes of the custom ones, without their colons. A "#piscine" becomes
    "piscine", an address of a page is whole again. Never raises.
    """
    # "<![" opens what the parser refuses with an AssertionError when it is malformed.
    reader = _Reader()
    reader.feed(html[:_MOST_HTML].replace("<![", "&lt;!["))
    reader.close()
    text = "".join(reader.words)
    for code in emoji:
        text = text.replace(f":{code}:", " ")
    text = _GAPS.sub("\n\n", _LINES.sub("\n", _SPACES.sub(" ", text)))
    return unicodedata.normalize("NFC", text).strip()


class _Reader(HTMLParser):
    """Gathers words; ``_dropping`` counts how deep inside something that is not read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._dropping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or tag in _BLOCKS:
            self.words.append("\n")
        if tag in _VOID:
            return
        if self._dropping:
            self._dropping.append(tag)
        elif tag in _UNSEEN or _is_mention(tag, attrs):
            self._dropping.append(tag)
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag in self._dropping:
            # What was left open inside ends with it.
            while self._dropping.pop() != tag:
                continue

    def handle_data(self, data: str) -> None:
        # Mastodon sets the sign of a hashtag apart from its word.
        if not self._dropping and data != "#":
            self.words.append(data)


def _is_mention(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    """A mention of an account, or the address that stands for a quoted status where quotes are not shown."""
    classes = frozenset((dict(attrs).get("class") or "").split())
    if "quote-inline" in classes:
        return True
    return tag == "a" and "mention" in classes and "hashtag" not in classes
