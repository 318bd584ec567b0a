"""Collection days: the dates, and what is asked when they cannot be told."""

from __future__ import annotations

from datetime import date

import pytest
from essai import calendar, streets

from bot.answering.collection import CollectionDesk, CollectionReply
from bot.knowledge.calendars import CalendarBook
from bot.knowledge.streets import StreetRow
from bot.messages import BlockKind
from bot.voice import Voice

FRIDAY = date(2026, 11, 20)
ROWS = [StreetRow(street, "ab"[number % 2]) for number, street in enumerate(streets(60))]
DESK = CollectionDesk({"rues": CalendarBook(calendar(), ROWS), "secteurs": CalendarBook(calendar())}, Voice())


def ask(text: str, which: str = "rues", today: date = FRIDAY, language: str = "fr") -> CollectionReply:
    """What the desk answers to ``text``."""
    return DESK.answer(which, text, today, language)


def items(reply: CollectionReply) -> list[str]:
    """The dates a reply lists."""
    return [block.text for block in reply.blocks if block.kind is BlockKind.ITEM]


def dates(sector: str, start: date, **fields: object) -> list[str]:
    """The next three dates of a sector in a calendar with other ``fields``."""
    book = CalendarBook(calendar(**fields))
    return [pickup.day.isoformat() for pickup in book.upcoming(book.sectors[sector], start).pickups]


def test_the_next_three_dates() -> None:
    """A resident who names a street, misspelt, gets the next three passages and their time."""
    reply = ask("quand passe le bac jaune rue Jaen Jaures ?")
    assert reply.blocks[0].text == "Bac jaune. Prochains passages, Rue Jean Jaurès :"
    assert items(reply) == [
        "Aujourd'hui (vendredi 20 novembre), à partir de 6 h",
        "Lundi 23 novembre, à partir de 6 h",
        "Mercredi 25 novembre, à partir de 6 h",
    ]
    assert (reply.needs, len(reply.sources)) == (None, 1)


def test_english() -> None:
    """An English speaker gets the same dates."""
    reply = ask("when is the yellow bin collected rue jean jaures", language="en")
    assert items(reply)[1] == "Monday 23 November, à partir de 6 h"


@pytest.mark.parametrize(("text", "answer"), [("demain", "pas de passage"), ("lundi", "oui, il y a un passage")])
def test_a_day_asked_for(text: str, answer: str) -> None:
    """ "Ça passe demain ?" is answered by yes or no before the dates."""
    assert answer in ask(f"le bac jaune passe {text} rue jean jaures ?").blocks[0].text


def test_a_date_in_a_street_name_is_no_day() -> None:
    """Rue du 8 Mai 1945 asks nothing about 8 May."""
    assert "Prochains passages, Rue du 8 Mai 1945" in ask("bac jaune rue du 8 mai 1945").blocks[0].text


def test_the_street_is_asked_for() -> None:
    """Without a street, the desk asks for it, with an example of the town's."""
    reply = ask("quand passe le bac jaune ?")
    assert (reply.needs, reply.understood) == ("street", False)
    assert "« Rue Jean Jaurès »" in reply.blocks[0].text


def test_an_unknown_street_is_said_to_be() -> None:
    """An unknown street is named back, and no date is given."""
    reply = ask("bac jaune rue Xylophage Wurtz")
    assert (reply.needs, items(reply), reply.understood) == ("street", [], True)
    assert "rue xylophage wurtz" in reply.blocks[0].text


def test_another_subject_is_no_street() -> None:
    """Asked for a street, a resident who goes on to passports is not told that the street is unknown."""
    assert not ask("et pour refaire mon passeport ?").understood


def test_streets_of_one_name_are_offered() -> None:
    """Rue or avenue de Paris: both are offered, and picking one answers."""
    reply = ask("bac jaune, j'habite paris")
    assert [choice.label for choice in reply.choices] == ["Avenue de Paris", "Rue de Paris"]
    assert ask(reply.choices[1].text).needs is None


@pytest.mark.parametrize("text", ["secteur B", "le bac jaune du secteur b", "SECTEUR B svp"])
def test_a_sector_named_outright(text: str) -> None:
    """Whoever knows the sector need not give a street."""
    assert items(ask(text)) == ["Mardi 24 novembre", "Mardi 8 décembre", "Mardi 22 décembre"]


def test_a_calendar_without_streets_asks_the_sector() -> None:
    """Where residents know their days, the sectors are offered with their days."""
    reply = ask("quand passe le bac jaune ?", "secteurs")
    assert reply.needs == "sector"
    assert [choice.label for choice in reply.choices] == [
        "Secteur A : lundi, mercredi et vendredi",
        "Secteur B : mardi, semaines paires",
    ]
    assert len(items(ask(reply.choices[0].text, "secteurs"))) == 3
    assert len(items(ask("lundi, mercredi et vendredi", "secteurs"))) == 3


def test_many_sectors_are_listed() -> None:
    """More sectors than can be numbered are listed, each with its days."""
    sectors = [{"id": f"s{number}", "name": f"Secteur {number}", "days": ["lundi"]} for number in range(1, 8)]
    desk = CollectionDesk({"c": CalendarBook(calendar(sectors=sectors))}, Voice())
    reply = desk.answer("c", "quand passe le bac jaune ?", FRIDAY, "fr")
    assert (len(items(reply)), reply.choices, reply.needs) == (7, (), "sector")
    assert desk.answer("c", "secteur 3", FRIDAY, "fr").needs is None


def test_a_calendar_with_one_sector_asks_nothing() -> None:
    """Where the whole town has the same days, no street is needed."""
    sectors = [{"id": "tout", "name": "Toute la ville", "days": ["jeudi"]}]
    desk = CollectionDesk({"c": CalendarBook(calendar(sectors=sectors))}, Voice())
    assert len(items(desk.answer("c", "quand passe le bac jaune ?", FRIDAY, "fr"))) == 3


def test_even_weeks_pass_the_new_year() -> None:
    """After an even week 52 comes week 53, then week 1: the even rule waits for week 2."""
    assert dates("b", date(2026, 12, 20)) == ["2026-12-22", "2027-01-12", "2027-01-26"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("same", ["2026-12-23", "2026-12-25", "2026-12-28"]),
        ("none", ["2026-12-23", "2026-12-28", "2026-12-30"]),
        ("next_day", ["2026-12-23", "2026-12-26", "2026-12-28"]),
    ],
)
def test_holidays(rule: str, expected: list[str]) -> None:
    """At Christmas the truck passes, stays away, or comes the day after, as the town decided."""
    assert dates("a", date(2026, 12, 22), on_holidays=rule) == expected


def test_a_moved_passage_says_so() -> None:
    """A passage moved by a holiday names the day it replaces, even when asked on the very day."""
    desk = CollectionDesk({"c": CalendarBook(calendar(on_holidays="next_day"))}, Voice())
    reply = desk.answer("c", "secteur a", date(2026, 12, 26), "fr")
    expected = "Aujourd'hui (samedi 26 décembre), à partir de 6 h (au lieu du vendredi 25 décembre, jour férié)"
    assert items(reply)[0] == expected


def test_a_skipped_passage_says_why() -> None:
    """A strike day is left out, and the reason is given."""
    exceptions = [{"from": "2026-11-23", "to": "2026-11-24", "reason": "grève"}]
    desk = CollectionDesk({"c": CalendarBook(calendar(exceptions=exceptions))}, Voice())
    reply = desk.answer("c", "secteur a", FRIDAY, "fr")
    assert "Pas de passage le lundi 23 novembre : grève." in [block.text for block in reply.blocks]
    assert len(items(reply)) == 3
    none = CollectionDesk({"c": CalendarBook(calendar(on_holidays="none"))}, Voice())
    said = [block.text for block in none.answer("c", "secteur a", date(2026, 12, 24), "fr").blocks]
    assert "Pas de passage le vendredi 25 décembre, jour férié (Noël)." in said


def test_dates_written_one_by_one() -> None:
    """Dates listed by staff are kept as they are, holidays included, and end when the list ends."""
    sectors = [{"id": "x", "name": "Secteur X", "dates": ["2026-11-11", "2026-12-25"]}]
    assert dates("x", FRIDAY, sectors=sectors, on_holidays="none") == ["2026-12-25"]
    desk = CollectionDesk({"c": CalendarBook(calendar(sectors=sectors))}, Voice())
    ended = desk.answer("c", "?", date(2027, 1, 1), "fr")
    assert ended.blocks[0].kind is BlockKind.NOTICE
