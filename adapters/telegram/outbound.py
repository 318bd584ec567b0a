"""A part as a Telegram message: words, entities in UTF-16, buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
)

from adapters.telegram import buttons
from bot.messages import Outcome
from bot.rendering import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.mail import Part
    from bot.messages import Answer, Span
    from bot.ports import Speaker

__all__ = ["Composer", "Outgoing", "styled"]

# MessageEntity: Telegram ignores what comes after the hundredth, and with it a link's address.
_MOST_ENTITIES = 100
# What Telegram opens from a word: others are written out.
_LINKS = ("https://", "http://")
# A character for private use, which means nothing to anybody (Unicode, chapter 23.5).
_MARK = "\ue000"
_MARKS = re.compile(_MARK)
# What may help or not. Not emergencies, nor small talk.
_RATED = (Outcome.ANSWERED, Outcome.ANSWERED_STALE)
# What the button of a language says: its own name, in the voice as telegram.language_<code>.
_NAMED = frozenset({"fr", "en", "es", "pt", "de", "it", "ar", "tr", "uk", "zh"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What one message holds."""

    text: str
    entities: tuple[MessageEntity, ...]
    markup: InlineKeyboardMarkup | ReplyKeyboardMarkup | None

    @property
    def inline(self) -> InlineKeyboardMarkup | None:
        """The buttons an edited message may have."""
        return self.markup if isinstance(self.markup, InlineKeyboardMarkup) else None


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes messages. ``languages`` gives the base's, ``official_page`` is the town's page that names this account."""

    speaker: Speaker
    languages: Callable[[], tuple[str, ...]]
    official_page: str | None = None

    def compose(self, part: Part) -> Outgoing:
        """``part`` as a message; at most 4,096 UTF-16 units if its page was cut to that."""
        text, entities = styled(part.page)
        return Outgoing(text, entities, self._location(part) or self._buttons(part))

    def _buttons(self, part: Part) -> InlineKeyboardMarkup | None:
        page, language = part.page, part.page.language
        rows = [
            [InlineKeyboardButton(f"{one.number}. {one.label}", callback_data=buttons.for_target(one.target))]
            for one in page.choices
        ]
        last = part.number == part.count - 1
        if last and part.address.get("menu") == "language":
            rows += [[self._language(code)] for code in self.languages()]
        if last and part.address.get("menu") == "official" and self.official_page is not None:
            said = self.speaker.say("telegram.official_page", language)
            rows.append([InlineKeyboardButton(said, url=self.official_page)])
        if last and page.outcome in _RATED:
            rows.append([self._rating(part, helpful=True), self._rating(part, helpful=False)])
        return InlineKeyboardMarkup(rows) if rows else None

    def _rating(self, part: Part, *, helpful: bool) -> InlineKeyboardButton:
        language = part.page.language
        said = self.speaker.say("telegram.helped" if helpful else "telegram.not_helped", language)
        return InlineKeyboardButton(
            said, callback_data=buttons.for_rating(part.question, language[:2], helpful=helpful)
        )

    def _language(self, code: str) -> InlineKeyboardButton:
        said = self.speaker.say(f"telegram.language_{code}", code) if code in _NAMED else code
        return InlineKeyboardButton(said, callback_data=buttons.for_language(code))

    def _location(self, part: Part) -> ReplyKeyboardMarkup | None:
        """A key that shares where the resident is, when that was asked for; groups have no such key."""
        waits = (part.page.awaiting or "").startswith("location:")
        if not waits or "reply" in part.address or part.page.choices or int(part.address["chat"]) < 0:
            return None
        said = self.speaker.say("telegram.share_location", part.page.language)
        key = KeyboardButton(said, request_location=True)
        return ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)


def styled(page: Answer) -> tuple[str, tuple[MessageEntity, ...]]:
    """The words of ``page`` and what makes some of them bold or links; never longer than its plain text.

    What has too much of it goes without bold, then without any: links are then written out.
    """
    for form in (page, _each_span(page, lambda span: replace(span, bold=False))):
        text, entities = _written(form)
        if len(entities) <= _MOST_ENTITIES:
            return text, tuple(MessageEntity.adjust_message_entities_to_utf_16(text, entities))
    return plain_text(page), ()


def _written(page: Answer) -> tuple[str, list[MessageEntity]]:
    """The plain text, in which each styled span has left marks where it begins and ends."""
    spans = [span for block in page.blocks for span in block.spans if _style(span)]
    pieces = _MARKS.split(plain_text(_each_span(_unmarked(page), _marked)))
    text, entities = "", list[MessageEntity]()
    # Marks come in pairs: every second piece is inside one.
    for number, piece in enumerate(pieces):
        if number % 2 and piece:
            entities += [
                MessageEntity(kind, len(text), len(piece), url=url) for kind, url in _style(spans[number // 2])
            ]
        text += piece
    return text, entities


def _style(span: Span) -> list[tuple[str, str | None]]:
    """The entities of ``span``: kind and address."""
    found: list[tuple[str, str | None]] = [(MessageEntity.BOLD, None)] if span.bold else []
    opens = span.url is not None and span.url.lower().startswith(_LINKS) and span.url not in span.text
    return [*found, (MessageEntity.TEXT_LINK, span.url)] if opens else found


def _marked(span: Span) -> Span:
    style = _style(span)
    url = None if any(address for _, address in style) else span.url
    return replace(span, text=f"{_MARK}{span.text}{_MARK}" if style else span.text, bold=False, url=url)


def _unmarked(page: Answer) -> Answer:
    """``page`` without characters that could be taken for marks."""
    clean = _each_span(page, lambda span: replace(span, text=_MARKS.sub("", span.text)))
    return replace(clean, choices=tuple(replace(one, label=_MARKS.sub("", one.label)) for one in page.choices))


def _each_span(page: Answer, change: Callable[[Span], Span]) -> Answer:
    blocks = tuple(replace(block, spans=tuple(map(change, block.spans))) for block in page.blocks)
    return replace(page, blocks=blocks)
