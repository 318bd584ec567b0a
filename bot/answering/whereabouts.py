"""What a question says of a place it names: asks about it, or only says it in passing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.answering.cues import CueBook, cover_all, load_cue_data
from bot.answering.gazetteer import spelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answering.cues import Cue, Reading
    from bot.answering.gazetteer import Mention, Token

__all__ = ["Found", "Whereabouts", "parts_of", "place_cues"]

_BREAK = re.compile(r"[,.;:?!()\n…]")
# A list of words without a verb ("piscine montreuil horaires") has no more words than this.
_BARE = 7


@dataclass(frozen=True, slots=True)
class PlaceCues:
    """The patterns of ``data/elsewhere.yaml``, compiled."""

    book: CueBook
    turns: frozenset[str]
    joins: frozenset[str]
    joined: frozenset[str]
    links: frozenset[str]
    lists: dict[str, tuple[Cue, ...]]
    masks: dict[str, Cue]
    place: Cue
    expressions: tuple[tuple[str, ...], ...]
    outposts: dict[str, tuple[tuple[str, ...], ...]]
    heads: tuple[tuple[str, ...], ...]
    not_names: frozenset[str]
    districted: frozenset[str]
    departments: dict[str, str]


@cache
def place_cues() -> PlaceCues:
    """The patterns and word lists over the shipped data, made once (immutable but for the memory of words)."""
    data: dict[str, Any] = load_cue_data("elsewhere")
    book = CueBook(data["classes"], ordinary=data["ordinary"].split())
    lists = {key: book.compile_all(data[key]) for key in ("named", "passing", "loose", "asked", "ours", "bound")}
    singles = {key: book.compile(f"@{key}") for key in ("ask", "pronoun", "mine", "price", "then", "service", "paper")}
    located = {"at": book.compile("@at _ zzlieu"), "after": book.compile("@at|@of _ zzlieu")}
    signs = {"sign": book.compile("@sign _ zzlieu"), "beside": book.compile("@service _ zzlieu")}
    return PlaceCues(
        book,
        frozenset(data["turns"].split()),
        frozenset(data["joins"].split()),
        frozenset(data["joined"].split()),
        frozenset((*data["joins"].split(), *data["classes"]["at"], *data["classes"]["of"])),
        lists,
        {**singles, **located, **signs},
        book.compile("zzlieu"),
        tuple(map(spelling, data["expressions"].split(","))),
        {town: tuple(map(spelling, names.split(","))) for town, names in data["outposts"].items()},
        tuple(map(spelling, data["heads"])),
        frozenset(data["not_names"].split()),
        frozenset(data["districts"]),
        dict(data["departments"]),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A question's words, the names of elsewhere in it, and where it names the town itself."""

    words: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    own: tuple[tuple[int, int], ...]


class Whereabouts:
    """What a question says of one of the names in it."""

    def __init__(self, found: Found, parts: Sequence[tuple[int, int]], mention: Mention) -> None:
        self._found, self._parts, self._mention = found, parts, mention
        self._part = _with_story(found, parts, mention)
        self._cues = place_cues()
        self._here = self._read(*self._part)
        self._bit = self._here.cover(self._cues.place)

    def is_asked(self) -> bool:
        """True if the place is what the question is about."""
        if self._in("named") or self._in("passing") or self._is_sign() or self._asks_ours():
            return False
        name = self._mention.name
        if self._in("asked"):
            sure = not name.word or bool(self._mask("after")) or self._is_capital()
            return sure and not self._is_background(anaphora=True)
        if self._in("loose"):
            return False
        if name.kind == "country":
            return bool(self._mask("at")) and self._is_public()
        if self._mask("at"):
            clear = not name.word or self._is_capital() or self._mention.end == len(self._found.words)
            return clear and not self._is_background(anaphora=False)
        return self._is_bare()

    def is_subject(self) -> bool:
        """True unless the place is said in passing: where someone lives, or comes from."""
        return not (self._in("passing") or self._in("loose"))

    def _read(self, start: int, end: int) -> Reading:
        """The words ``start`` to ``end``, this name as ``zzlieu``, others as ``zzautre``, the town as ``zzici``."""
        stands: dict[int, tuple[int, str]] = {own[0]: (own[1], "zzici") for own in self._found.own}
        stands |= {other.start: (other.end, "zzautre") for other in self._found.mentions}
        stands[self._mention.start] = (self._mention.end, "zzlieu")
        said: list[str] = []
        place = start
        while place < end:
            stop, word = stands.get(place, (place + 1, self._found.words[place].text))
            said.append(word)
            place = stop
        return self._cues.book.read(" ".join(said))

    def _in(self, key: str) -> bool:
        return bool(cover_all(self._here, self._cues.lists[key]) & self._bit)

    def _mask(self, key: str) -> int:
        return self._here.cover(self._cues.masks[key])

    def _is_sign(self) -> bool:
        """A stop or a school ("métro Saint-Denis", "lycée Lyon"), unless abroad or its price is asked."""
        abroad = self._mention.name.kind in ("city", "country")
        return not abroad and bool(self._mask("sign")) and not self._mask("price")

    def _is_capital(self) -> bool:
        raw = self._found.words[self._mention.start].raw
        return raw[:1].isupper() and any(word.raw.islower() for word in self._found.words)

    def _asks_ours(self) -> bool:
        whole = self._read(0, len(self._found.words))
        return bool(cover_all(whole, self._cues.lists["ours"]))

    def _is_public(self) -> bool:
        """A question on a country's own prices, services or papers, not on the asker's affairs there."""
        if self._mask("price") or self._mask("service"):
            return not self._mask("mine")
        return bool(self._mask("paper")) and not self._mask("mine")

    def _is_background(self, *, anaphora: bool) -> bool:
        """True if this part only tells the asker's story and another part asks.

        With ``anaphora`` the other part may still ask of this place ("…, ça ouvre quand ?").
        """
        if not self._mask("pronoun") or self._mask("ask"):
            return False
        cues = self._cues.masks
        others = [self._read(*part) for part in self._parts if part != self._part]
        asking = [other for other in others if other.cover(cues["ask"]) or other.cover(cues["service"])]
        if anaphora and any(other.cover(cues["then"]) for other in asking):
            return False
        return bool(asking)

    def _is_bare(self) -> bool:
        """ "Montreuil horaires piscine", "Lyon": keywords, or the name alone."""
        start, end = self._part
        mention = self._mention
        size = end - start - (mention.end - mention.start)
        if size > _BARE or self._mask("pronoun") or self._mask("after") or self._in("bound"):
            return False
        if mention.name.word:
            return self._is_capital() and bool(self._mask("beside"))
        alone = size == 0 and len(self._parts) == 1 and mention.name.kind != "country" and not mention.slip
        edge = mention.start == start or mention.end == end
        return alone or bool(self._mask("beside")) or (edge and bool(self._mask("service") or self._mask("paper")))


def _with_story(found: Found, parts: Sequence[tuple[int, int]], mention: Mention) -> tuple[int, int]:
    """The part that names the place, with the one before if it says only where: "mes enfants sont loin, à Nantes"."""
    number = next(number for number, part in enumerate(parts) if part[0] <= mention.start < part[1])
    start, end = parts[number]
    named = {place for other in found.mentions for place in range(other.start, other.end)}
    rest = [found.words[place].text for place in range(start, end) if place not in named]
    if number and len(rest) < end - start and all(word in place_cues().links for word in rest):
        return parts[number - 1][0], end
    return start, end


def parts_of(words: Sequence[Token]) -> tuple[tuple[int, int], ...]:
    """Where each part of a message starts and ends, in words."""
    cuts = [place for place in range(1, len(words)) if _opens_part(words, place)]
    return tuple(zip([0, *cuts], [*cuts, len(words)], strict=True))


def _opens_part(words: Sequence[Token], place: int) -> bool:
    cues, word = place_cues(), words[place]
    if _BREAK.search(word.gap) or word.text in cues.turns:
        return True
    following = words[place + 1].text if place + 1 < len(words) else ""
    return word.text in cues.joins and following in cues.joined
