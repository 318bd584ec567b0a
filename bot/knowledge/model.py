"""What a knowledge base holds, as staff write it and as the core reads it.

One pydantic model per thing staff can write; the JSON Schema that editors use is
made from these same classes, so a field's ``description`` is the staff's help text
and is in French.
"""

from __future__ import annotations

import re
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
    "Quality",
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
    # into something else behind the author's back. Python also reads "20251024"
    # and "2025-W43-5": nobody at a town hall means those.
    if isinstance(value, str):
        if not DATE_FORM.fullmatch(value.strip()):
            raise ValueError("date_form")
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("date_impossible") from None
    return value


DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
URL = r"^https?://[^\s]+$"
LANGUAGE = r"^[a-z]{2}$"
MONTH_DAY = r"^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-9]))$"
# "12 mois", "90 jours", "2 ans": what staff say, not an ISO 8601 duration.
PERIOD = r"^[1-9][0-9]{0,3} (jour|jours|semaine|semaines|mois|an|ans)$"
CONCEPT = r"^[a-z0-9_]+(\.[a-z0-9_]+)*$"
# Five characters, the second a letter in Corsica (2A, 2B): INSEE, code officiel géographique.
INSEE = r"^([0-9]{5}|2[AB][0-9]{3})$"

IsoDate = Annotated[
    date,
    BeforeValidator(_parse_date, json_schema_input_type=str),
    Field(description="Une date : année-mois-jour, par exemple 2025-10-24."),
]
Slug = Annotated[
    str,
    Field(
        pattern=SLUG,
        max_length=64,
        description="Un identifiant court et stable : minuscules sans accent, chiffres et tirets.",
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
ShortText = Annotated[str, Field(min_length=1, max_length=300)]
Url = Annotated[str, Field(pattern=URL, max_length=500, description="Une adresse web complète : https://…")]
LanguageCode = Annotated[
    str, Field(pattern=LANGUAGE, description="Une langue, en deux lettres : fr pour le français, en pour l'anglais.")
]
MonthDay = Annotated[str, Field(pattern=MONTH_DAY, description="Un jour de l'année : mois-jour, par exemple 09-01.")]
Period = Annotated[str, Field(pattern=PERIOD, description="Une durée : 90 jours, 12 mois, 2 ans…")]

Kind = Literal["price", "hours", "people", "procedure", "information", "redirect"]


class Source(Base):
    """Where a fact was read."""

    title: ShortText = Field(description="Le nom de la source, tel que le public le lira.")
    url: Url | None = Field(default=None, description="L'adresse web de la source.")
    date: IsoDate | None = Field(default=None, description="La date de la source elle-même, si elle en porte une.")


class Link(Base):
    """A link offered with an answer."""

    label: ShortText = Field(description="Les mots sur lesquels on clique.")
    url: Url = Field(description="L'adresse web complète : https://…")


class Season(Base):
    """The part of each year in which an entry is valid; ``start`` may come after ``end`` (winter)."""

    start: MonthDay = Field(description="Le premier jour de la période, chaque année : mois-jour, par exemple 06-15.")
    end: MonthDay = Field(description="Le dernier jour de la période, compris : mois-jour, par exemple 09-15.")


class FollowUp(Base):
    """A question that makes sense only after the entry's answer, and what it gets: another entry or a text."""

    label: ShortText = Field(description="La question de suite, telle qu'elle est proposée.")
    questions: list[ShortText] = Field(
        default_factory=list, max_length=40, description="D'autres façons de poser cette question de suite."
    )
    entry: Slug | None = Field(default=None, description="L'identifiant de la fiche qui répond (ou bien answer).")
    answer: Text | None = Field(default=None, description="La réponse elle-même (ou bien entry).")

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.entry is None) == (self.answer is None):
            raise ValueError("follow_up_target")
        return self


class Translation(Base):
    """An entry in another language; what is absent is given in the base's own language."""

    title: ShortText = Field(description="Le titre traduit.")
    questions: list[ShortText] = Field(
        default_factory=list, max_length=80, description="Les questions, comme on les pose dans cette langue."
    )
    keywords: list[ShortText] = Field(default_factory=list, max_length=80, description="Les mots clés traduits.")
    answer: Text = Field(description="La réponse traduite.")
    documents: list[ShortText] = Field(default_factory=list, max_length=40, description="Les pièces, traduites.")
    cost: ShortText | None = Field(default=None, description="Le prix, traduit.")
    delay: ShortText | None = Field(default=None, description="Le délai, traduit.")
    by: ShortText = Field(description="Qui a traduit ou relu : une personne ou un service.")
    translated_on: IsoDate = Field(description="La date de la traduction : année-mois-jour.")


class Entry(Base):
    """One thing residents ask about, and the town's verified answer."""

    id: Slug = Field(description="L'identifiant de la fiche : il ne change jamais. Minuscules, chiffres et tirets.")
    title: ShortText = Field(description="Le titre de la fiche, tel que le public le lit.")
    kind: Kind = Field(
        default="information",
        description="Le genre de la fiche, qui fixe tous les combien la relire : price (prix), hours (horaires), "
        "people (personnes), procedure (démarche), information, redirect (renvoi vers un autre service).",
    )
    questions: list[ShortText] = Field(
        min_length=1, max_length=80, description="Les questions, comme les habitants les posent vraiment."
    )
    keywords: list[ShortText] = Field(
        default_factory=list, max_length=80, description="Des mots qui mènent à cette fiche."
    )
    answer: Text = Field(description="La réponse : paragraphes, listes, **gras** et [liens](https://…).")
    documents: list[ShortText] = Field(default_factory=list, max_length=40, description="Les pièces à fournir.")
    cost: ShortText | None = Field(default=None, description="Ce que cela coûte, entre guillemets si c'est un nombre.")
    delay: ShortText | None = Field(default=None, description="Le délai à prévoir.")
    links: list[Link] = Field(default_factory=list, max_length=20, description="Les liens donnés avec la réponse.")
    place: Slug | None = Field(default=None, description="L'identifiant du lieu dont parle la fiche (places.yaml).")
    place_type: Slug | None = Field(
        default=None, description="Le type de lieu dont parle la fiche : le plus proche sera proposé."
    )
    calendar: Slug | None = Field(default=None, description="L'identifiant du calendrier de collecte (calendars/).")
    sources: list[Source] = Field(
        min_length=1, max_length=20, description="D'où vient la réponse : une source au moins."
    )
    owner: ShortText | None = Field(default=None, description="Le service qui tient la fiche à jour.")
    verified_on: IsoDate | None = Field(
        default=None, description="Le jour où quelqu'un a vérifié la fiche. Absent : la réponse dit « non vérifié »."
    )
    review_every: Period | None = Field(
        default=None, description="À relire tous les… (12 mois, 90 jours) ; sinon la règle de city.yaml s'applique."
    )
    expires_on: IsoDate | None = Field(
        default=None, description="Après ce jour, la réponse n'est plus donnée : l'accueil est proposé à la place."
    )
    valid: Season | None = Field(default=None, description="La période de l'année où la fiche vaut.")
    follow_ups: list[FollowUp] = Field(
        default_factory=list, max_length=20, description="Les questions de suite, après la réponse."
    )
    close_to: list[Slug] = Field(
        default_factory=list,
        max_length=40,
        description="Les fiches voisines, connues comme proches : « parvis check » ne dit plus qu'elles se confondent.",
    )
    translations: dict[LanguageCode, Translation] = Field(
        default_factory=dict, description="Les traductions, par langue (en, es…)."
    )

    @model_validator(mode="after")
    def _one_date_rule(self) -> Self:
        if self.review_every is not None and self.expires_on is not None:
            raise ValueError("review_or_expiry")
        if self.place is not None and self.place_type is not None:
            raise ValueError("place_or_type")
        return self


class Closure(Base):
    """Days on which a place is closed in spite of its opening hours; ``to`` included."""

    start: IsoDate = Field(alias="from", description="Le premier jour : année-mois-jour.")
    end: IsoDate | None = Field(
        default=None, alias="to", description="Le dernier jour, compris. Absent : un seul jour."
    )
    reason: ShortText = Field(description="Pourquoi, tel que le public le lira.")


class Place(Base):
    """A place residents go to."""

    id: Slug = Field(description="L'identifiant du lieu : il ne change jamais.")
    type: Slug = Field(description="Le type de lieu : mairie, piscine, bibliotheque…")
    name: ShortText = Field(description="Le nom du lieu.")
    aliases: list[ShortText] = Field(
        default_factory=list, max_length=40, description="Les autres noms que les habitants lui donnent."
    )
    address: ShortText | None = Field(default=None, description="L'adresse postale.")
    phone: ShortText | None = Field(default=None, description="Le téléphone, entre guillemets.")
    email: ShortText | None = Field(default=None, description="L'adresse électronique.")
    url: Url | None = Field(default=None, description="La page web du lieu.")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="La latitude en degrés : 48.8566.")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="La longitude en degrés : 2.3522.")
    accessibility: ShortText | None = Field(default=None, description="L'accès pour les personnes handicapées.")
    opening_hours: ShortText | None = Field(
        default=None, description="Les horaires au format OpenStreetMap : Mo-Fr 08:30-17:00; PH off."
    )
    hours_note: ShortText | None = Field(default=None, description="Une précision sur les horaires (sur rendez-vous…).")
    closures: list[Closure] = Field(
        default_factory=list, max_length=200, description="Les jours de fermeture exceptionnelle."
    )
    sources: list[Source] = Field(min_length=1, max_length=20, description="D'où viennent ces informations.")
    verified_on: IsoDate | None = Field(default=None, description="Le jour où quelqu'un a vérifié ce lieu.")
    review_every: Period | None = Field(default=None, description="À relire tous les… (6 mois, 90 jours).")


class CalendarSector(Base):
    """When one sector's collection passes."""

    id: Slug = Field(description="L'identifiant du secteur, celui du fichier des rues.")
    name: ShortText = Field(description="Le nom du secteur, tel que le public le lira.")
    days: list[Literal["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]] = Field(
        default_factory=list, description="Les jours de passage."
    )
    weeks: Literal["all", "even", "odd"] = Field(
        default="all", description="all : chaque semaine ; even : semaines paires ; odd : semaines impaires."
    )
    dates: list[IsoDate] = Field(default_factory=list, max_length=400, description="Des dates de passage précises.")
    time: ShortText | None = Field(default=None, description="L'heure ou le moment du passage.")


class CollectionCalendar(Base):
    """A collection by street or sector. ``streets`` names a CSV file beside it: ``street,sector``."""

    id: Slug = Field(description="L'identifiant du calendrier.")
    title: ShortText = Field(description="Le nom de la collecte, tel que le public le lira.")
    sectors: list[CalendarSector] = Field(min_length=1, max_length=200, description="Les secteurs de collecte.")
    streets: ShortText | None = Field(
        default=None, description="Le fichier CSV des rues, dans le même dossier : street,sector."
    )
    on_holidays: Literal["same", "none", "next_day"] = Field(
        default="same", description="Les jours fériés : same (maintenue), none (supprimée), next_day (le lendemain)."
    )
    exceptions: list[Closure] = Field(default_factory=list, max_length=200, description="Les jours sans collecte.")
    sources: list[Source] = Field(min_length=1, max_length=20, description="D'où vient ce calendrier.")
    verified_on: IsoDate | None = Field(default=None, description="Le jour où quelqu'un a vérifié ce calendrier.")


class Concept(Base):
    """An idea of municipal life and the words for it, by language; a term is a word or an expression."""

    id: Annotated[str, Field(pattern=CONCEPT, max_length=80)] = Field(
        description="L'identifiant de l'idée : minuscules, chiffres, traits bas et points (dechets.encombrants)."
    )
    parent: str | None = Field(default=None, description="L'identifiant de l'idée plus générale.")
    terms: dict[LanguageCode, list[ShortText]] = Field(
        description="Les mots et expressions pour le dire, par langue (fr, en…)."
    )


class Desk(Base):
    """The humans to call when the bot does not know."""

    name: ShortText = Field(description="Le nom de l'accueil.")
    phone: ShortText | None = Field(default=None, description="Le téléphone, entre guillemets.")
    address: ShortText | None = Field(default=None, description="L'adresse postale.")
    email: ShortText | None = Field(default=None, description="L'adresse électronique.")
    url: Url | None = Field(default=None, description="La page de contact.")
    opening_hours: ShortText | None = Field(
        default=None, description="Les horaires au format OpenStreetMap : Mo-Fr 08:30-17:00; PH off."
    )
    hours_text: ShortText | None = Field(default=None, description="Les horaires, en toutes lettres.")
    sources: list[Source] = Field(min_length=1, max_length=20, description="D'où viennent ces informations.")
    verified_on: IsoDate | None = Field(default=None, description="Le jour où quelqu'un a vérifié ces informations.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not (self.phone or self.address or self.email):
            raise ValueError("desk_unreachable")
        return self


class Review(Base):
    """How long a fact of each kind is trusted after its verification."""

    price: Period = Field(default="6 mois", description="Les prix.")
    hours: Period = Field(default="6 mois", description="Les horaires.")
    people: Period = Field(default="6 mois", description="Les personnes (élus, responsables).")
    procedure: Period = Field(default="12 mois", description="Les démarches.")
    information: Period = Field(default="24 mois", description="Les informations générales.")
    redirect: Period = Field(default="24 mois", description="Les renvois vers un autre service.")


Share = Annotated[float, Field(ge=0, le=1)]


class Quality(Base):
    """The figures below (or above, for the last three) which ``parvis test`` fails; see bot.quality."""

    right_first: Share | None = Field(default=None, description="Part minimale : la bonne fiche vient en premier.")
    right_within_three: Share | None = Field(
        default=None, description="Part minimale : elle est dans les trois premières."
    )
    right_said: Share | None = Field(default=None, description="Part minimale : elle est donnée directement.")
    precision: Share | None = Field(default=None, description="Part minimale de réponses justes parmi les directes.")
    none_refused: Share | None = Field(default=None, description="Part minimale de refus quand rien ne répond.")
    outcomes_right: Share | None = Field(
        default=None, description="Part minimale : urgences, politesses, choix attendus."
    )
    stated_wrong: Share | None = Field(default=None, description="Part maximale de réponses fausses affirmées.")
    refused: Share | None = Field(default=None, description="Part maximale de refus à tort.")
    clarified: Share | None = Field(default=None, description="Part maximale de questions auxquelles un choix répond.")


class City(Base):
    """The town (or the shared pack) a base speaks for. ``include`` is relative to the base's folder."""

    name: ShortText = Field(description="Le nom de la ville.")
    insee: Annotated[str, Field(pattern=INSEE)] | None = Field(
        default=None, description="Le code INSEE de la commune, entre guillemets (ce n'est pas le code postal)."
    )
    timezone: ShortText = Field(default="Europe/Paris", description="Le fuseau horaire : Europe/Paris, Indian/Reunion…")
    languages: list[LanguageCode] = Field(
        default_factory=lambda: ["fr", "en"], min_length=1, description="Les langues du service, la principale d'abord."
    )
    desk: Desk | None = Field(default=None, description="L'accueil à contacter quand le service ne sait pas répondre.")
    emergency_notes: list[ShortText] = Field(
        default_factory=list, max_length=20, description="Des précisions locales données avec les numéros d'urgence."
    )
    include: ShortText | None = Field(
        default=None, description="Le dossier d'une base commune à reprendre, par exemple ../france."
    )
    review: Review = Field(default_factory=Review, description="Tous les combien relire les fiches, selon leur genre.")
    quality: Quality | None = Field(
        default=None,
        description="Les limites que « parvis test » surveille ; sans elles, chaque question doit réussir.",
    )


class GoldenQuestion(Base):
    """A question as a resident puts it, and what must come of it."""

    question: Text = Field(description="La question, comme un habitant l'écrirait.")
    expect: str | None = Field(
        default=None, description="L'identifiant de la fiche attendue, ou none, emergency, smalltalk, handover."
    )
    also: list[str] = Field(
        default_factory=list,
        description="Ce qui convient aussi : d'autres fiches, ou none, emergency, smalltalk, handover.",
    )
    clarify: list[Slug] | None = Field(
        default=None, description="Les fiches entre lesquelles offrir le choix : il en faut deux au moins parmi elles."
    )
    language: LanguageCode | None = Field(default=None, description="La langue de l'habitant, si elle est connue.")
    tags: list[Slug] = Field(default_factory=list, description="Des étiquettes libres, pour trier les questions.")

    @model_validator(mode="after")
    def _one_expectation(self) -> Self:
        if (self.expect is None) == (self.clarify is None):
            raise ValueError("golden_expectation")
        return self
