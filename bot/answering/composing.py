"""Turn an entry, or the lack of one, into an answer: the staff's words, their source, their date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.answering.targets import for_follow_up
from bot.answering.trust import Trust, in_season, trust_of, trust_of_place
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


@dataclass(frozen=True, slots=True)
class Extra:
    """What was computed for this very question: shown after the entry's words, with its own sources."""

    blocks: tuple[Block, ...]
    sources: tuple[SourceNote, ...] = ()
    place_id: str | None = None
    instead: bool = False  # True: in place of the entry's own answer


class Composer:
    """Writes answers from one snapshot of a base."""

    def __init__(self, base: KnowledgeBase, voice: Voice) -> None:
        self._base = base
        self._voice = voice

    def entry(self, entry: Entry, language: str, today: date, extra: Extra | None = None) -> Answer:
        """The answer ``entry`` holds, with what must be said of its age, season and language."""
        standing = trust_of(entry, self._base.city.review, today)
        words = self._words(entry, language)
        if standing.trust is Trust.EXPIRED and standing.since is not None:
            said = self._voice.say(
                "answer.expired", language, title=words.title, date=self.written(standing.since, language)
            )
            return self.unknown(language, notice=said)
        blocks = [*self._notices(entry, standing, language, today), _line(BlockKind.TITLE, words.title, bold=True)]
        if extra is None or not extra.instead:
            blocks += parse(words.answer)
        blocks += extra.blocks if extra is not None else ()
        if extra is None or not extra.instead:
            blocks += self._details(entry, words, language)
        sources = (*(extra.sources if extra is not None else ()), *self._sources(entry))
        blocks += self._source_lines(sources[:1] if extra and extra.instead and extra.sources else sources, language)
        if isinstance(words, Translation):
            blocks.append(self._translation_note(words, language))
        choices = self._see_also(entry)
        if choices:
            blocks.append(self._say(BlockKind.CHOICES, "answer.see_also", language))
        return Answer(
            outcome=Outcome.ANSWERED_STALE if standing.trust is Trust.STALE else Outcome.ANSWERED,
            language=language,
            blocks=tuple(blocks),
            entry_id=entry.id,
            choices=choices,
            sources=sources,
            place_id=extra.place_id if extra is not None else entry.place,
        )

    def place(self, owner: Entry | None, reply: PlaceReply, language: str, today: date) -> Answer:
        """What was computed of a place, under the place's own sources and age; ``owner`` speaks for it."""
        standings = [trust_of_place(place, self._base.city.review, today) for place in reply.places]
        worst = max(standings, key=lambda standing: list(Trust).index(standing.trust), default=None)
        notices: tuple[Block, ...] = ()
        if worst is not None and worst.verified_on is not None and worst.trust is Trust.STALE:
            notices = self._stale(worst.verified_on, language)
        elif worst is not None and worst.trust is Trust.UNVERIFIED:
            notices = (self._say(BlockKind.NOTICE, "answer.unverified", language),)
        return Answer(
            outcome=Outcome.ANSWERED_STALE if worst is not None and worst.trust is Trust.STALE else Outcome.ANSWERED,
            language=language,
            blocks=(*notices, *reply.blocks, *self._source_lines(reply.sources, language)),
            entry_id=owner.id if owner is not None else f"place:{reply.place_id or reply.places[0].id}",
            sources=reply.sources,
            place_id=reply.place_id,
        )

    def with_choices(self, answer: Answer, choices: tuple[Choice, ...]) -> Answer:
        """``answer`` with ``choices`` in place of its own."""
        blocks = tuple(block for block in answer.blocks if block.kind is not BlockKind.CHOICES)
        asked = tuple(block for block in answer.blocks if block.kind is BlockKind.CHOICES)[:1]
        return replace(answer, blocks=(*blocks, *asked), choices=choices)

    def follow_up(self, entry: Entry, follow_up: FollowUp, language: str, today: date) -> Answer:
        """The text a follow-up of ``entry`` holds, under the entry's own source and age."""
        blocks = (_line(BlockKind.PARAGRAPH, follow_up.label, bold=True), *parse(follow_up.answer or ""))
        return self.entry(entry, language, today, Extra(blocks, instead=True))

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
        """Two or three entries to choose from, and no substance."""
        choices = tuple(
            Choice(number, self._words(self._base.entries[target], language).title, target)
            for number, target in enumerate(entry_ids, 1)
        )
        return self.choose(choices, language, "answer.clarify_both" if several else "answer.clarify")

    def choose(self, choices: tuple[Choice, ...], language: str, key: str = "answer.clarify") -> Answer:
        """``choices`` offered under the sentence ``key``."""
        blocks = (self._say(BlockKind.CHOICES, key, language),)
        return Answer(Outcome.CLARIFY, language, blocks, choices=choices)

    def unknown(self, language: str, *, notice: str | None = None) -> Answer:
        """An honest "I do not know", with the humans to ask; ``notice`` says what exactly is not known."""
        said = (
            _line(BlockKind.PARAGRAPH, notice) if notice else self._say(BlockKind.PARAGRAPH, "answer.unknown", language)
        )
        hint = () if notice else (self._say(BlockKind.PARAGRAPH, "answer.unknown_hint", language),)
        return Answer(Outcome.UNKNOWN, language, (said, *hint, self.contact(language)))

    def contact(self, language: str, key: str = "answer.desk") -> Block:
        """The human desk on one line."""
        desk = self.desk(language)
        if desk is None:
            return self._say(BlockKind.CONTACT, "answer.desk_absent", language)
        return _line(BlockKind.CONTACT, self._voice.say(key, language, desk=desk))

    def desk(self, language: str) -> str | None:
        """The human desk's name and ways to reach it, or None in a base that has none."""
        desk = self._base.city.desk
        if desk is None:
            return None
        ways = [desk.name]
        if desk.phone:
            ways.append(self._voice.say("answer.desk_phone", language, phone=desk.phone))
        if desk.email:
            ways.append(self._voice.say("answer.desk_email", language, email=desk.email))
        ways += [desk.address] if desk.address else []
        ways += [desk.url] if desk.url else []
        if desk.hours_text:
            ways.append(self._voice.say("answer.desk_hours", language, hours=desk.hours_text))
        return ", ".join(ways)

    def written(self, day: date, language: str) -> str:
        """``day`` as people write it ("24 octobre 2025")."""
        month = self._voice.say("calendar.months", language).split()[day.month - 1]
        number = self._voice.say("calendar.first_of_month", language) if day.day == 1 else str(day.day)
        return self._voice.say("answer.date", language, day=number, month=month, year=day.year)

    def _words(self, entry: Entry, language: str) -> Entry | Translation:
        return entry.translations.get(language, entry)

    def _notices(self, entry: Entry, standing: Standing, language: str, today: date) -> Iterable[Block]:
        if standing.trust is Trust.STALE and entry.verified_on is not None:
            yield from self._stale(entry.verified_on, language)
        if standing.trust is Trust.UNVERIFIED:
            yield self._say(BlockKind.NOTICE, "answer.unverified", language)
        if entry.valid is not None and not in_season(entry.valid, today):
            start, end = (self._month_day(day, language) for day in (entry.valid.start, entry.valid.end))
            yield self._say(BlockKind.NOTICE, "answer.out_of_season", language, start=start, end=end)
        if language != DEFAULT_LANGUAGE and language not in entry.translations:
            yield self._say(BlockKind.NOTICE, "answer.foreign_language", language)

    def _stale(self, verified_on: date, language: str) -> tuple[Block, ...]:
        said = self._say(BlockKind.NOTICE, "answer.stale", language, date=self.written(verified_on, language))
        return (said, self.contact(language, "answer.confirm_desk"))

    def _month_day(self, day: str, language: str) -> str:
        month, number = (int(part) for part in day.split("-"))
        name = self._voice.say("calendar.months", language).split()[month - 1]
        return f"{self._voice.say('calendar.first_of_month', language) if number == 1 else number} {name}"

    def _details(self, entry: Entry, words: Entry | Translation, language: str) -> Iterable[Block]:
        yield from self.cost(entry, language)
        yield from self.delay(entry, language)
        yield from self.documents(entry, language)
        for link in entry.links:
            yield Block(BlockKind.LINK, (Span(link.label, url=link.url),))

    def _sources(self, entry: Entry) -> tuple[SourceNote, ...]:
        return tuple(SourceNote(source.title, source.url, entry.verified_on) for source in entry.sources)

    def _source_lines(self, sources: Sequence[SourceNote], language: str) -> Iterable[Block]:
        for title, group in _by_title(sources).items():
            note = group[0]
            key = "answer.source_unverified" if note.verified_on is None else "answer.source"
            when = self.written(note.verified_on, language) if note.verified_on is not None else ""
            said = self._voice.say(key, language, title="\0", date=when)
            before, _, after = said.partition("\0")
            yield Block(BlockKind.SOURCE, (Span(before), Span(title, url=note.url), Span(after)))

    def _translation_note(self, words: Translation, language: str) -> Block:
        day = self.written(words.translated_on, language)
        return self._say(BlockKind.SOURCE, "answer.translated", language, by=words.by, date=day)

    def _see_also(self, entry: Entry) -> tuple[Choice, ...]:
        return tuple(
            Choice(number, follow_up.label, follow_up.entry or for_follow_up(entry.id, number - 1))
            for number, follow_up in enumerate(entry.follow_ups[:_MAX_SEE_ALSO], 1)
        )

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
