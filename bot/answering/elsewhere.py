"""Questions about somewhere else: a town must not answer for another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.answering.gazetteer import Mention, Name, read_tokens, shipped_gazetteer, spelling
from bot.answering.placetypes import fillers
from bot.answering.whereabouts import Found, Whereabouts, parts_of, place_cues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.answering.gazetteer import Token

__all__ = ["Elsewhere"]

_MAX_CHARS = 1000  # a cleaned message has no more
_MAX_MENTIONS = 6  # a question that names more is a list of places
_ORDINAL = re.compile(r"\d{1,2}(?:e|er|eme|ere|nd|nde|th|st|rd)?$|[ivx]+(?:e|eme|er)?$")
_PLAIN = frozenset({"mairie", "du", "de", "le", "la", "des", "d", "l", "arrondissement", "arrondissements"})
_NO_PLACE = -1


class Elsewhere:
    """Tells a question about another town, region or country from one about this town."""

    def __init__(self, own_names: Iterable[str], known_words: Iterable[str] = (), kinds: Iterable[str] = ()) -> None:
        """``own_names``: the town's name first, then its districts, its postcodes, and what in it bears another's name.

        "rue de Lyon", "cimetière de Pantin". A postcode or "dans le 69" is understood if the
        town is a commune of the gazetteer or one of its postcodes is given. ``known_words`` are folded
        words of the base, none of which is a name misspelt ("carnet" is not Le Cannet). ``kinds`` are folded
        words for kinds of places: a name of nothing else ("la piscine") is no proof that ours is meant.
        """
        names = tuple(dict.fromkeys(name.strip() for name in own_names if name.strip()))
        gazetteer = shipped_gazetteer()
        self._places = frozenset(found.place for name in names if (found := gazetteer.named(name)) is not None)
        town = gazetteer.named(names[0]) if names else None
        self._postcodes = frozenset(name for name in names if re.fullmatch(r"\d{5}", name))
        self._area = town.area if town is not None else next(iter(map(_area, self._postcodes)), "")
        self._known_words = frozenset(known_words)
        self.has_districts = any(name in place_cues().districted for name in names[:1]) or any(
            _is_district(spelling(name)) for name in names
        )
        outposts = [words for name in names for words in place_cues().outposts.get(name, ())]
        spellings = [spelling(name) for name in names]
        self._kinds = frozenset(kinds) | fillers()
        self._own = _by_first(words for words in (*spellings, *outposts) if words and not self._is_kind(words))
        self._own_words = frozenset(word for words in spellings for word in words if len(word) > 3)
        self._expressions = _by_first(place_cues().expressions)

    def find(self, text: str) -> str | None:
        """The name of another place that ``text`` asks about ("Lyon"), or None. Any text is safe."""
        words = read_tokens(text[:_MAX_CHARS])
        found = self._found(words)
        if not found.mentions:
            return None
        parts = parts_of(words)
        asked = next((mention for mention in found.mentions if Whereabouts(found, parts, mention).is_asked()), None)
        if asked is None or any(Whereabouts(found, parts, own).is_subject() for own in _as_mentions(found.own)):
            return None
        return asked.name.text

    def _found(self, words: tuple[Token, ...]) -> Found:
        masks = dict(_runs(words, self._expressions))
        own = dict(_runs(words, self._own))
        mentions: list[Mention] = []
        subjects = [(start, end) for start, end in own.items() if not _is_district([w.text for w in words[start:end]])]
        for mention in shipped_gazetteer().find(words, {**masks, **own}):
            if mention.name.place in self._places:
                subjects.append((mention.start, mention.end))
            elif self._is_other(words, mention):
                mentions.append(_whole(words, mention))
        mentions += self._unlisted(words, {place for m in mentions for place in range(m.start, m.end)})
        mentions += self._numbers(words, mentions)
        if not mentions and not self.has_districts:
            mentions += _districts(words)
        return Found(words, tuple(sorted(mentions, key=lambda m: m.start)[:_MAX_MENTIONS]), tuple(subjects))

    def _is_kind(self, words: Sequence[str]) -> bool:
        cues = place_cues()
        return all(word in self._kinds or cues.book.read(word).cover(cues.masks["service"]) for word in words)

    def _is_other(self, words: Sequence[Token], mention: Mention) -> bool:
        """False for the town's own region, the end of a longer name, and a word of the base like a misspelt name."""
        said = words[mention.start : mention.end]
        if said[0].gap == "-" or (mention.slip and any(word.text in self._known_words for word in said)):
            return False
        return mention.name.kind != "area" or self._area not in mention.name.area.split()

    def _unlisted(self, words: Sequence[Token], taken: set[int]) -> Iterator[Mention]:
        """ "Mairie de Trifouilly": a capitalised word after the head is a name, in a text that is not all capitals."""
        cues = place_cues()
        if not any(word.raw.islower() for word in words):
            return
        firsts = {head[0] for head in cues.heads}
        for start in (place for place, word in enumerate(words) if word.text in firsts):
            for head in cues.heads:
                first = start + len(head)
                if tuple(word.text for word in words[start:first]) != head:
                    continue
                first = _after(words, first, ("de", "d", "du", "des", "of", "in"))
                end = _name_end(words, first)
                if end and not taken & set(range(first, end)) and self._may_name(words[first:end]):
                    raw = _raw(words, first, end)
                    yield Mention(Name(raw, _NO_PLACE, "commune", "", False, False), first, end)

    def _may_name(self, words: Sequence[Token]) -> bool:
        telling = [word.text for word in words if word.text not in ("le", "la", "les", "l")]
        refused = any(word in self._own_words or word in place_cues().not_names for word in telling)
        return bool(telling) and not refused and not any(_ORDINAL.match(word) for word in telling)

    def _numbers(self, words: Sequence[Token], named: Sequence[Mention]) -> Iterator[Mention]:
        """Postcodes and "dans le 69" of other departments, when the town's own department is known."""
        starts = {mention.start for mention in named}
        for place, word in enumerate(words):
            if not self._area or not word.text.isdigit() or place + 1 in starts:
                continue
            if len(word.text) == 5 and self._is_foreign(word.text):
                end = _name_end(words, place + 1) if place + 1 < len(words) and not words[place + 1].gap else 0
                text = _raw(words, place + 1, end) if end else word.text
                yield Mention(Name(text, _NO_PLACE, "commune", "", False, False), place, end or place + 1)
            elif self._is_department(words, place):
                text = place_cues().departments[word.text]
                yield Mention(Name(text, _NO_PLACE, "commune", "", False, False), place - 1, place + 1)

    def _is_foreign(self, postcode: str) -> bool:
        same = _area(postcode) == self._area.removesuffix("A").removesuffix("B")
        # Of a town with districts the base may not give every postcode.
        return postcode not in self._postcodes and (bool(self._postcodes) and not self.has_districts if same else True)

    def _is_department(self, words: Sequence[Token], place: int) -> bool:
        number = words[place].text
        before = tuple(word.text for word in words[max(0, place - 2) : place])
        after = words[place + 1] if place + 1 < len(words) else None
        if before not in (("dans", "le"), ("departement", "du"), ("le", "departement")) or number == self._area:
            return False
        if number not in place_cues().departments or (self.has_districts and int(number) <= 20):
            return False
        return after is None or bool(after.gap) or after.text in ("et", "c", "il", "svp", "quand", "comment", "combien")


def _by_first(spellings: Iterable[tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for words in spellings:
        found.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(listed, key=len, reverse=True)) for first, listed in found.items()}


def _runs(words: Sequence[Token], listed: dict[str, tuple[tuple[str, ...], ...]]) -> Iterator[tuple[int, int]]:
    for start, word in enumerate(words):
        for run in listed.get(word.text, ()):
            if tuple(token.text for token in words[start : start + len(run)]) == run:
                yield start, start + len(run)
                break


def _districts(words: Sequence[Token]) -> Iterator[Mention]:
    """ "Mairie du 13e", "13e arrondissement": of a large town, which is not this one."""
    for place, word in enumerate(words):
        if not _ORDINAL.fullmatch(word.text):
            continue
        end = place + 1
        if end < len(words) and words[end].text in ("e", "er", "eme", "th"):
            end += 1
        named = end < len(words) and words[end].text.startswith("arrondissement")
        numbered = end > place + 1 or not word.text.isdigit()  # "la mairie du 13" may be a date
        if named or (numbered and [before.text for before in words[max(0, place - 2) : place]] == ["mairie", "du"]):
            text = f"{_raw(words, place, end)} arrondissement"
            yield Mention(Name(text, _NO_PLACE, "commune", "", False, False), place, end + named)


def _as_mentions(own: Sequence[tuple[int, int]]) -> Iterator[Mention]:
    return (Mention(Name("", _NO_PLACE, "commune", "", False, False), start, end) for start, end in own)


def _is_district(words: Sequence[str]) -> bool:
    """True for "13e", "mairie du 13e arrondissement": a number that says nothing of which town."""
    numbered = any(_ORDINAL.match(word) for word in words)
    return numbered and all(word in _PLAIN or _ORDINAL.match(word) for word in words)


def _area(postcode: str) -> str:
    return postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2]


def _after(words: Sequence[Token], place: int, wanted: Sequence[str]) -> int:
    """The place after a linking word, or past the end if there is none."""
    return place + 1 if place < len(words) and words[place].text in wanted else len(words)


def _name_end(words: Sequence[Token], start: int) -> int:
    """Where the capitalised name that begins at ``start`` ends; 0 if none does."""
    end = start
    while end < len(words):
        joined = end > start and words[end].gap in ("-", "'")
        if not (joined or (words[end].raw[0].isupper() and (end == start or not words[end].gap))):
            break
        end += 1
    return end if end > start else 0


def _raw(words: Sequence[Token], start: int, end: int) -> str:
    return "".join((word.gap or " ") + word.raw for word in words[start:end]).removeprefix(words[start].gap or " ")


def _whole(words: Sequence[Token], mention: Mention) -> Mention:
    """``mention`` with its postcode, and what is joined to it by hyphens ("Lyon-Bellecour" is not Lyon alone)."""
    start, end = mention.start, mention.end
    if start and len(words[start - 1].text) == len("69003") and words[start - 1].text.isdigit():
        mention = Mention(mention.name, start - 1, end, mention.slip)
    while end < len(words) and words[end].gap == "-":
        end += 1
    if end == mention.end:
        return mention
    known = mention.name
    name = Name(_raw(words, start, end), known.place, known.kind, known.area, known.word, known.article)
    return Mention(name, mention.start, end, mention.slip)
