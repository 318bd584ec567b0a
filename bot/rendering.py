"""An answer as plain text, whole or in parts that fit what a channel can carry."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.messages import Answer, Block, BlockKind, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Limits", "block_text", "cut", "lines", "pages", "parts", "plain_text", "utf16_length"]

# Lines that follow one another without a blank line when they are of one kind.
_STACKED = frozenset({BlockKind.ITEM, BlockKind.FACT, BlockKind.LINK, BlockKind.SOURCE, BlockKind.CONTACT})
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_ZERO_WIDTH_JOINER = "\u200d"
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_TAGS = range(0xE0020, 0xE0080)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a channel can carry: at most ``length``, as ``count`` measures a text.

    ``count`` may never measure a text shorter than one of its pieces; the default is
    Python's count of characters, ``utf16_length`` is Telegram's. ``gist_first``: few readers go on
    to a second message, so that the first of several should do without the others.
    """

    length: int
    count: Callable[[str], int] = len
    gist_first: bool = False

    def fits(self, text: str) -> bool:
        """True if ``text`` goes into one message."""
        return self.count(text) <= self.length


def utf16_length(text: str) -> int:
    """How many UTF-16 code units ``text`` takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(answer: Answer, limits: Limits) -> tuple[str, ...]:
    """The answer in messages that fit ``limits``, in order."""
    return cut(plain_text(answer), limits)


def pages(answer: Answer, limits: Limits) -> tuple[Answer, ...]:
    """The answer in answers that each fit ``limits`` as plain text, cut between blocks where that can be.

    A page has no matches, sources or timings: what is shown is in its blocks and choices. A block
    that fits no page becomes paragraphs of text that do. Choices stay with the block that offers
    them. Raises ValueError if one character alone does not fit.
    """
    found = _pages(answer, limits)
    if len(found) < 2 or not limits.gist_first:
        return found
    for early in _gists(answer.blocks):
        if limits.fits(plain_text(replace(answer, blocks=early, choices=()))):
            late = tuple(block for block in answer.blocks if not any(block is one for one in early))
            return _pages(replace(answer, blocks=early + late), limits)
    return found


def _gists(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """What might be told first of ``blocks``, the best first: up to the first paragraph, a link, sources with dates."""
    kinds = [block.kind for block in blocks]
    end = kinds.index(BlockKind.PARAGRAPH) + 1 if BlockKind.PARAGRAPH in kinds else 0
    while end < len(kinds) and kinds[end] is BlockKind.ITEM:
        end += 1
    head, rest = blocks[:end], blocks[end:]
    link = tuple(block for block in rest if block.kind is BlockKind.LINK)[:1]
    sources = tuple(block for block in rest if block.kind is BlockKind.SOURCE)
    if head and sources:
        yield from (head + link + sources, head + link + sources[:1], head + sources[:1])


def _pages(answer: Answer, limits: Limits) -> tuple[Answer, ...]:
    whole = replace(answer, matches=(), sources=(), timings={})
    groups = [group for block in answer.blocks for group in _fitting(replace(whole, blocks=(block,)), limits)]
    if answer.choices and not any(block.kind is BlockKind.CHOICES for block in answer.blocks):
        groups += _fitting(replace(whole, blocks=()), limits)
    found: list[Answer] = []
    for group in groups:
        joined = _joined(found[-1], group) if found else group
        if found and not limits.fits(plain_text(joined)):
            found.append(group)
        else:
            found[-1:] = [joined]
    return tuple(found)


def _joined(page: Answer, group: Answer) -> Answer:
    return replace(page, blocks=page.blocks + group.blocks, choices=page.choices + group.choices)


def _fitting(group: Answer, limits: Limits) -> Iterator[Answer]:
    """``group``, one block with the choices it offers, as answers that fit."""
    offers = not group.blocks or group.blocks[0].kind is BlockKind.CHOICES
    group = group if offers else replace(group, choices=())
    if limits.fits(plain_text(group)):
        yield group
        return
    for piece in cut(plain_text(replace(group, choices=())), limits):
        yield replace(group, choices=(), blocks=(Block(BlockKind.PARAGRAPH, (Span(piece),)),))
    for choice in group.choices:
        room = limits.length - limits.count(f"{choice.number}. ")
        label = cut(_shown(choice.label), replace(limits, length=room))[0]
        yield replace(group, blocks=(), choices=(replace(choice, label=label),))


def plain_text(answer: Answer) -> str:
    """The whole answer as plain text: blank lines between paragraphs, one line an item, choices numbered."""
    return "".join(("\n\n" if gap else "\n") * (index > 0) + text for index, (_, text, gap) in enumerate(lines(answer)))


def lines(answer: Answer, embolden: Callable[[str], str] = str) -> Iterator[tuple[BlockKind, str, bool]]:
    """Each line of the answer: what it is, its text, and whether a blank line comes before it.

    ``embolden`` makes the channel's form of a bold run; by default bold is not shown.
    """
    previous: BlockKind | None = None
    for kind, text in _texts(answer, embolden):
        yield kind, text, previous is not None and not (kind == previous and kind in _STACKED)
        previous = kind


def _texts(answer: Answer, embolden: Callable[[str], str]) -> Iterator[tuple[BlockKind, str]]:
    choices = [(BlockKind.ITEM, f"{choice.number}. {_shown(choice.label)}") for choice in answer.choices]
    for block in answer.blocks:
        yield block.kind, block_text(block, answer.language, embolden)
        if block.kind is BlockKind.CHOICES:
            yield from choices
            choices = []
    yield from choices


def block_text(block: Block, language: str, embolden: Callable[[str], str] = str) -> str:
    """One block as text in ``language``: items with their dash or number, links with their address."""
    last = len(block.spans) - 1
    text = "".join(_span_text(span, language, embolden, ends=index == last) for index, span in enumerate(block.spans))
    if block.kind is not BlockKind.ITEM:
        return text
    return f"{block.number}. {text}" if block.number is not None else f"- {text}"


def _span_text(span: Span, language: str, embolden: Callable[[str], str], *, ends: bool) -> str:
    text = _shown(span.text)
    label = embolden(text) if span.bold else text
    address = _shown(span.url or "").removeprefix("mailto:").removeprefix("tel:")
    if address in text:
        return label
    if not ends:
        return f"{label} ({address})"
    return f"{label} : {address}" if language == "fr" else f"{label}: {address}"


def _shown(text: str) -> str:
    # A control character could move a terminal's cursor or forge a line of the bot's own.
    return _CONTROLS.sub(" ", text)


def cut(text: str, limits: Limits) -> tuple[str, ...]:
    """``text`` in pieces that fit ``limits``: whole blocks, else sentences, else words, else letters.

    Words, and so addresses of pages, are cut only when one alone does not fit, and then
    never inside what a reader sees as one letter. Nothing is lost but white space at the cuts.
    Raises ValueError if one character alone does not fit.
    """
    pieces: list[str] = []
    for separator, piece in _pieces(text.strip(), limits, _CUTS):
        joined = pieces[-1] + separator + piece if pieces else piece
        if pieces and not limits.fits(joined):
            pieces.append(piece)
        else:
            pieces[-1:] = [joined]
    return tuple(pieces)


# Where a text may be cut, the best places first, and what stands there when it is not.
_CUTS = (
    (re.compile(r"\s*\n\s*\n\s*"), "\n\n"),
    (re.compile(r"\s*\n\s*"), "\n"),
    (_SENTENCE_END, " "),
    (re.compile(r"\s+"), " "),
)


def _pieces(
    text: str, limits: Limits, cuts: tuple[tuple[re.Pattern[str], str], ...], before: str = ""
) -> Iterator[tuple[str, str]]:
    """Pieces that each fit, with what stood before each."""
    if not text:
        return
    if limits.fits(text):
        yield before, text
    elif not cuts:
        yield from _letter_pieces(text, limits, before)
    else:
        (pattern, separator), finer = cuts[0], cuts[1:]
        for piece in pattern.split(text):
            yield from _pieces(piece, limits, finer, before)
            before = separator


def _letter_pieces(text: str, limits: Limits, before: str) -> Iterator[tuple[str, str]]:
    piece = ""
    for letter in _fitting_letters(text, limits):
        if piece and not limits.fits(piece + letter):
            yield before, piece
            piece, before = "", ""
        piece += letter
    yield before, piece


def _fitting_letters(text: str, limits: Limits) -> Iterator[str]:
    for letter in _letters(text):
        if limits.fits(letter):
            yield letter
        elif all(limits.fits(char) for char in letter):
            yield from letter  # a heap of accents, which nobody reads as one letter
        else:
            raise ValueError(f"one character takes more than {limits.length}")


def _letters(text: str) -> Iterator[str]:
    """What a reader sees as one letter each: marks, joined emoji and pairs of flag letters stay together."""
    letter = ""
    for char in text:
        if letter and not _extends(letter, char):
            yield letter
            letter = ""
        letter += char
    if letter:
        yield letter


def _extends(letter: str, char: str) -> bool:
    # The cases of Unicode's UAX 29 that occur in messages; Hangul and Indic conjuncts come composed (NFC).
    code = ord(char)
    if code in _REGIONAL_INDICATORS:
        return ord(letter[-1]) in _REGIONAL_INDICATORS and len(letter) % 2 == 1
    if code in _SKIN_TONES or code in _FLAG_TAGS or _ZERO_WIDTH_JOINER in (char, letter[-1]):
        return True
    return unicodedata.category(char) in ("Mn", "Me", "Mc")
