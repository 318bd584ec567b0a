"""What a knowledge base holds, as staff write it and as the core reads it.

One pydantic model per thing staff can write; the JSON Schema that editors use is
made from these same classes, so a field's ``description`` is the staff's help text
and is in French.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

__all__ = [
    "Base",
    "CalendarSector",
    "City",
    "Closure",
    "CollectionCalendar",
    "Concept",
    "Desk",
    "Entry",
    "FollowUp",
    "GoldenQuestion",
    "IsoDate",
    "Kind",
    "Link",
    "Place",
    "Review",
    "Season",
    "Slug",
    "Source",
    "Translation",
]


class Base(BaseModel):
    """Frozen, strict, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", str_strip_whitespace=True)


def _parse_date(value: object) -> object:
    # The YAML reader leaves dates as text, so that "2025-10-24" is never turned
    # into something else behind the author's back.
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


IsoDate = Annotated[
    date,
    BeforeValidator(_parse_date),
    Field(description="Une date : année-mois-jour, par exemple 2025-10-24."),
]
Slug = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=64,
        description="Un identifiant court et stable : minuscules, chiffres et tirets.",
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
ShortText = Annotated[str, Field(min_length=1, max_length=300)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=500)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
# "12 mois", "90 jours", "2 ans": what staff say, not an ISO 8601 duration.
Period = Annotated[
    str,
    Field(pattern=r"^[1-9][0-9]{0,3} (jour|jours|semaine|semaines|mois|an|ans)$"),
]

Kind = Literal["price", "hours", "people", "procedure", "information", "redirect"]


class Source(Base):
    """Where a fact was read."""

    title: ShortText
    url: Url | None = None
    date: IsoDate | None = None


class Link(Base):
    """A link offered with an answer."""

    label: ShortText
    url: Url


class Season(Base):
    """The part of each year in which an entry is valid; ``start`` may come after ``end`` (winter)."""

    start: MonthDay
    end: MonthDay


class FollowUp(Base):
    """A question that makes sense only after the entry's answer, and what it gets: another entry or a text."""

    label: ShortText
    questions: list[ShortText] = Field(default_factory=list, max_length=40)
    entry: Slug | None = None
    answer: Text | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.entry is None) == (self.answer is None):
            raise ValueError("follow_up_target")
        return self


class Translation(Base):
    """An entry in another language; what is absent is given in the base's own language."""

    title: ShortText
    questions: list[ShortText] = Field(default_factory=list, max_length=80)
    keywords: list[ShortText] = Field(default_factory=list, max_length=80)
    answer: Text
    documents: list[ShortText] = Field(default_factory=list, max_length=40)
    cost: ShortText | None = None
    delay: ShortText | None = None
    by: ShortText
    translated_on: IsoDate


class Entry(Base):
    """One thing residents ask about, and the town's verified answer."""

    id: Slug
    title: ShortText
    kind: Kind = "information"
    questions: list[ShortText] = Field(min_length=1, max_length=80)
    keywords: list[ShortText] = Field(default_factory=list, max_length=80)
    answer: Text
    documents: list[ShortText] = Field(default_factory=list, max_length=40)
    cost: ShortText | None = None
    delay: ShortText | None = None
    links: list[Link] = Field(default_factory=list, max_length=20)
    place: Slug | None = None
    place_type: Slug | None = None
    calendar: Slug | None = None
    sources: list[Source] = Field(min_length=1, max_length=20)
    owner: ShortText | None = None
    verified_on: IsoDate | None = None
    review_every: Period | None = None
    expires_on: IsoDate | None = None
    valid: Season | None = None
    follow_ups: list[FollowUp] = Field(default_factory=list, max_length=20)
    translations: dict[LanguageCode, Translation] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_date_rule(self) -> Self:
        if self.review_every is not None and self.expires_on is not None:
            raise ValueError("review_or_expiry")
        if self.place is not None and self.place_type is not None:
            raise ValueError("place_or_type")
        return self


class Closure(Base):
    """Days on which a place is closed in spite of its opening hours; ``to`` included."""

    start: IsoDate = Field(alias="from")
    end: IsoDate | None = Field(default=None, alias="to")
    reason: ShortText


class Place(Base):
    """A place residents go to."""

    id: Slug
    type: Slug
    name: ShortText
    aliases: list[ShortText] = Field(default_factory=list, max_length=40)
    address: ShortText | None = None
    phone: ShortText | None = None
    email: ShortText | None = None
    url: Url | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    accessibility: ShortText | None = None
    opening_hours: ShortText | None = None
    hours_note: ShortText | None = None
    closures: list[Closure] = Field(default_factory=list, max_length=200)
    sources: list[Source] = Field(min_length=1, max_length=20)
    verified_on: IsoDate | None = None
    review_every: Period | None = None


class CalendarSector(Base):
    """When one sector's collection passes."""

    id: Slug
    name: ShortText
    days: list[Literal["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]] = Field(
        default_factory=list
    )
    weeks: Literal["all", "even", "odd"] = "all"
    dates: list[IsoDate] = Field(default_factory=list, max_length=400)
    time: ShortText | None = None


class CollectionCalendar(Base):
    """A collection by street or sector. ``streets`` names a CSV file beside it: ``street,sector``."""

    id: Slug
    title: ShortText
    sectors: list[CalendarSector] = Field(min_length=1, max_length=200)
    streets: ShortText | None = None
    on_holidays: Literal["same", "none", "next_day"] = "same"
    exceptions: list[Closure] = Field(default_factory=list, max_length=200)
    sources: list[Source] = Field(min_length=1, max_length=20)
    verified_on: IsoDate | None = None


class Concept(Base):
    """An idea of municipal life and the words for it, by language; a term is a word or an expression."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=80)]
    parent: str | None = None
    terms: dict[LanguageCode, list[ShortText]]


class Desk(Base):
    """The humans to call when the bot does not know."""

    name: ShortText
    phone: ShortText | None = None
    address: ShortText | None = None
    email: ShortText | None = None
    url: Url | None = None
    opening_hours: ShortText | None = None
    hours_text: ShortText | None = None
    sources: list[Source] = Field(min_length=1, max_length=20)
    verified_on: IsoDate | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not (self.phone or self.address or self.email):
            raise ValueError("desk_unreachable")
        return self


class Review(Base):
    """How long a fact of each kind is trusted after its verification."""

    price: Period = "6 mois"
    hours: Period = "6 mois"
    people: Period = "6 mois"
    procedure: Period = "12 mois"
    information: Period = "24 mois"
    redirect: Period = "24 mois"


class City(Base):
    """The town (or the shared pack) a base speaks for. ``include`` is relative to the base's folder."""

    name: ShortText
    insee: Annotated[str, Field(pattern=r"^[0-9][0-9AB][0-9]{3}$")] | None = None
    timezone: ShortText = "Europe/Paris"
    languages: list[LanguageCode] = Field(default_factory=lambda: ["fr", "en"], min_length=1)
    desk: Desk | None = None
    emergency_notes: list[ShortText] = Field(default_factory=list, max_length=20)
    include: ShortText | None = None
    review: Review = Field(default_factory=Review)


class GoldenQuestion(Base):
    """A question as a resident puts it, and what must come of it."""

    question: Text
    expect: str | None = None
    clarify: list[Slug] | None = None
    language: LanguageCode | None = None
    tags: list[Slug] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_expectation(self) -> Self:
        if (self.expect is None) == (self.clarify is None):
            raise ValueError("golden_expectation")
        return self
