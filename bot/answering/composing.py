"""Turn an entry, or the lack of one, into an answer: the staff's words, their source, their date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.answering.targets import for_follow_up
from bot.answering.trust import Trust, in_season, source_notes, trust_of, trust_of_place, worst
from bot.knowledge.model import Translation
from bot.markup import parse
from bot.messages import Answer, Block, BlockKind, Choice, Outcome, SourceNote, Span
from bot.voice import DEFAULT_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.answering.opening import PlaceReply
    from bot.answering.trust import Standing
    from bot.knowledge.base import KnowledgeBase
    from bot.knowledge.model import Entry, FollowUp
    from bot.voice import Voice

__all__ = ["Composer", "Extra"]

_MAX_SEE_ALSO = 3
_MOST_WAYS = 5


@dataclass(frozen=True, slots=True)
class Extra:
    """What was computed for this very question: shown after the entry's words, with its own sources and age.

    ``instead``: it is all that is said, and the entry's own words are left out.
    """

    blocks: tuple[Block, ...]
    sources: tuple[SourceNote, ...] = ()
    place_id: str | None = None
    instead: bool = False
    standing: Standing | None = None


class Composer:
    """Writes answers from one snapshot of a base."""

    def __init__(self, base: KnowledgeBase, voice: Voice) -> None:
        self._base = base
        self._voice = voice

    def entry(self, entry: Entry, language: str, today: date, extra: Extra | None = None) -> Answer:
        """The answer ``entry`` holds, with what must be said of its age, season and language."""
        extra = extra or Extra(())
        standing = trust_of(entry, self._base.city.review, today)
        words = self._words(entry, language)
        if standing.trust is Trust.EXPIRED and standing.since is not None:
            said = self._voice.say(
                "answer.expired", language, title=words.title, date=self.written(standing.since, language)
            )
            return self.unknown(language, notice=said)
        standing = worst(filter(None, (standing, extra.standing))) or standing
        blocks = [*self._notices(entry, standing, language, today), _line(BlockKind.TITLE, words.title, bold=True)]
        if extra.instead:
            blocks += extra.blocks
        else:
            blocks += (*parse(words.answer), *extra.blocks, *self._details(entry, language))
        sources = (*extra.sources, *self._sources(entry))
        blocks += self._source_lines(extra.sources if extra.instead and extra.sources else sources, language)
        if isinstance(words, Translation):
            blocks.append(self._translation_note(words, language))
        choices = self._see_also(entry, language)
        if choices:
            blocks.append(self._say(BlockKind.CHOICES, "answer.see_also", language))
        return Answer(
            outcome=Outcome.ANSWERED_STALE if standing.trust is Trust.STALE else Outcome.ANSWERED,
            language=language,
            blocks=tuple(blocks),
            entry_id=entry.id,
            choices=choices,
            sources=sources,
            place_id=extra.place_id or entry.place,
        )

    def place(self, owner: Entry | None, reply: PlaceReply, language: str, today: date) -> Answer:
        """What was computed of a place, under the place's own sources and age; ``owner`` speaks for it."""
        standing = worst(trust_of_place(place, self._base.city.review, today) for place in reply.places)
        notices = self._age(standing, language) if standing is not None else ()
        stale = standing is not None and standing.trust is Trust.STALE
        return Answer(
            outcome=Outcome.ANSWERED_STALE if stale else Outcome.ANSWERED,
            language=language,
            blocks=(*notices, *reply.blocks, *self._source_lines(reply.sources, language)),
            entry_id=owner.id if owner is not None else f"place:{reply.place_id or reply.places[0].id}",
            sources=reply.sources,
            place_id=reply.place_id,
        )

    def with_choices(self, answer: Answer, choices: tuple[Choice, ...]) -> Answer:
        """``answer`` with ``choices`` in place of its own, under the first sentence that introduces some."""
        blocks = tuple(block for block in answer.blocks if block.kind is not BlockKind.CHOICES)
        asked = tuple(block for block in answer.blocks if block.kind is BlockKind.CHOICES)[:1]
        return replace(answer, blocks=(*blocks, *(asked if choices else ())), choices=choices)

    def follow_up(self, entry: Entry, follow_up: FollowUp, language: str, today: date) -> Answer:
        """The text a follow-up of ``entry`` holds, under the entry's own source and age."""
        blocks = (_line(BlockKind.PARAGRAPH, follow_up.label, bold=True), *parse(follow_up.answer or ""))
        answer = self.entry(entry, language, today, Extra(blocks, instead=True))
        others = tuple(choice for choice in answer.choices if choice.label != follow_up.label)
        return self.with_choices(answer, tuple(replace(other, number=n) for n, other in enumerate(others, 1)))

    def details(self, entry: Entry, language: str, today: date, facts: Sequence[Block]) -> Answer:
        """Only ``facts`` of ``entry`` (its cost, its delay…), under its own source and age."""
        return self.entry(entry, language, today, Extra(tuple(facts), instead=True))

    def title(self, entry: Entry, language: str) -> str:
        """The entry's title in ``language``, or in the base's own."""
        return self._words(entry, language).title

    def cost(self, entry: Entry, language: str) -> tuple[Block, ...]:
        """The entry's cost as a line, or nothing."""
        cost = self._words(entry, language).cost or entry.cost
        return (self._fact("answer.cost", cost, language),) if cost else ()

    def delay(self, entry: Entry, language: str) -> tuple[Block, ...]:
        """The entry's delay as a line, or nothing."""
        delay = self._words(entry, language).delay or entry.delay
        return (self._fact("answer.delay", delay, language),) if delay else ()

    def documents(self, entry: Entry, language: str) -> tuple[Block, ...]:
        """The documents to bring, or nothing."""
        documents = self._words(entry, language).documents or entry.documents
        if not documents:
            return ()
        items = (Block(BlockKind.ITEM, _inline(document)) for document in documents)
        return (self._say(BlockKind.PARAGRAPH, "answer.documents", language), *items)

    def clarify(self, entry_ids: Iterable[str], language: str, *, several: bool = False) -> Answer:
        """One to three entries to choose from, and no substance."""
        choices = self._choices(entry_ids, language)
        key = "answer.clarify_both" if several else "answer.clarify_one" if len(choices) == 1 else "answer.clarify"
        return self.choose(choices, language, key)

    def choose(self, choices: tuple[Choice, ...], language: str, key: str = "answer.clarify") -> Answer:
        """``choices`` offered under the sentence ``key``."""
        blocks = (self._say(BlockKind.CHOICES, key, language),)
        return Answer(Outcome.CLARIFY, language, blocks, choices=choices)

    def _choices(self, entry_ids: Iterable[str], language: str) -> tuple[Choice, ...]:
        return tuple(
            Choice(number, self._words(self._base.entries[target], language).title, target)
            for number, target in enumerate(entry_ids, 1)
        )

    def suggest(self, entry_ids: Iterable[str], language: str) -> Answer:
        """ "I do not know", the humans to ask, and the entries that might still be meant, if there are any."""
        choices = self._choices(entry_ids, language)
        if not choices:
            return self.unknown(language)
        said = (
            self._say(BlockKind.PARAGRAPH, "answer.unknown", language),
            self.contact(language),
            self._say(BlockKind.CHOICES, "answer.suggest_one" if len(choices) == 1 else "answer.suggest", language),
        )
        return Answer(Outcome.UNKNOWN, language, said, choices=choices)

    def unknown(self, language: str, *, notice: str | None = None) -> Answer:
        """An honest "I do not know", with the humans to ask; ``notice`` says what exactly is not known."""
        said = (
            _line(BlockKind.PARAGRAPH, notice) if notice else self._say(BlockKind.PARAGRAPH, "answer.unknown", language)
        )
        hint = () if notice else (self._say(BlockKind.PARAGRAPH, "answer.unknown_hint", language),)
        return Answer(Outcome.UNKNOWN, language, (said, *hint, self.contact(language)))

    def contact(self, language: str) -> Block:
        """The human desk and every way to reach it, on one line."""
        return self._desk("answer.desk", language, _MOST_WAYS)

    def _desk(self, key: str, language: str, most: int) -> Block:
        desk = self._base.city.desk
        if desk is None:
            return self._say(BlockKind.CONTACT, "answer.desk_absent", language)
        ways = (("phone", desk.phone), ("email", desk.email), ("", desk.address), ("", desk.url))
        said = [
            self._voice.say(f"answer.desk_{way}", language, **{way: value}) if way else value
            for way, value in (*ways, ("hours", desk.hours_text))
            if value
        ]
        return self._say(BlockKind.CONTACT, key, language, desk=", ".join([desk.name, *said[:most]]))

    def written(self, day: date, language: str) -> str:
        """``day`` as people write it ("24 octobre 2025")."""
        month = self._voice.say("calendar.months", language).split()[day.month - 1]
        number = self._voice.say("calendar.first_of_month", language) if day.day == 1 else str(day.day)
        return self._voice.say("answer.date", language, day=number, month=month, year=day.year)

    def _words(self, entry: Entry, language: str) -> Entry | Translation:
        return entry.translations.get(language, entry)

    def _notices(self, entry: Entry, standing: Standing, language: str, today: date) -> Iterable[Block]:
        yield from self._age(standing, language)
        if entry.valid is not None and not in_season(entry.valid, today):
            start, end = (self._month_day(day, language) for day in (entry.valid.start, entry.valid.end))
            yield self._say(BlockKind.NOTICE, "answer.out_of_season", language, start=start, end=end)
        if language != DEFAULT_LANGUAGE and language not in entry.translations:
            yield self._say(BlockKind.NOTICE, "answer.foreign_language", language)

    def _age(self, standing: Standing, language: str) -> tuple[Block, ...]:
        """What must be said first of a fact that nobody verified, or too long ago."""
        if standing.trust is Trust.UNVERIFIED:
            return (self._say(BlockKind.NOTICE, "answer.unverified", language),)
        if standing.trust is not Trust.STALE or standing.verified_on is None:
            return ()
        day = self.written(standing.verified_on, language)
        said = self._say(BlockKind.NOTICE, "answer.stale", language, date=day)
        return (said, self._desk("answer.confirm_desk", language, 1))

    def _month_day(self, day: str, language: str) -> str:
        month, number = (int(part) for part in day.split("-"))
        name = self._voice.say("calendar.months", language).split()[month - 1]
        return f"{self._voice.say('calendar.first_of_month', language) if number == 1 else number} {name}"

    def _details(self, entry: Entry, language: str) -> Iterable[Block]:
        yield from self.cost(entry, language)
        yield from self.delay(entry, language)
        yield from self.documents(entry, language)
        for link in entry.links:
            yield Block(BlockKind.LINK, (Span(link.label, url=link.url),))

    def _sources(self, entry: Entry) -> tuple[SourceNote, ...]:
        return tuple(source_notes(entry.sources, entry.verified_on))

    def _source_lines(self, sources: Sequence[SourceNote], language: str) -> Iterable[Block]:
        for title, group in _by_title(sources).items():
            note = group[0]
            day = note.dated or note.verified_on
            key = "unverified" if day is None else "dated" if note.dated is not None else "verified"
            when = self.written(day, language) if day is not None else ""
            said = self._voice.say(f"answer.source_{key}", language, title="\0", date=when)
            before, _, after = said.partition("\0")
            yield Block(BlockKind.SOURCE, (Span(before), Span(title, url=note.url), Span(after)))

    def _translation_note(self, words: Translation, language: str) -> Block:
        day = self.written(words.translated_on, language)
        return self._say(BlockKind.SOURCE, "answer.translated", language, by=words.by, date=day)

    def _see_also(self, entry: Entry, language: str) -> tuple[Choice, ...]:
        return tuple(
            Choice(number, self._label(follow_up, language), follow_up.entry or for_follow_up(entry.id, number - 1))
            for number, follow_up in enumerate(entry.follow_ups[:_MAX_SEE_ALSO], 1)
        )

    def _label(self, follow_up: FollowUp, language: str) -> str:
        """A follow-up has no translation of its own; the entry it leads to may have one."""
        entry = self._base.entries.get(follow_up.entry or "")
        translated = entry.translations.get(language) if entry is not None else None
        return translated.title if translated is not None else follow_up.label

    def _fact(self, key: str, value: str, language: str) -> Block:
        return Block(BlockKind.FACT, (Span(self._voice.say(key, language), bold=True), Span(" "), *_inline(value)))

    def _say(self, kind: BlockKind, key: str, language: str, **values: object) -> Block:
        return _line(kind, self._voice.say(key, language, **values))


def _line(kind: BlockKind, text: str, *, bold: bool = False) -> Block:
    return Block(kind, (Span(text, bold=bold),))


def _inline(text: str) -> tuple[Span, ...]:
    """``text`` as the spans of one line: staff may use bold and links there too."""
    return tuple(span for block in parse(text) for span in block.spans) or (Span(text),)


def _by_title(sources: Sequence[SourceNote]) -> dict[str, list[SourceNote]]:
    groups: dict[str, list[SourceNote]] = {}
    for source in sources:
        groups.setdefault(source.title, []).append(source)
    return groups
