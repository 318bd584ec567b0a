"""The days residents name."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.days import easter, read_day
from bot.answering.normalise import tokens
from bot.answering.phrases import words

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c'est ouvert aujourd'hui ?", ["2026-11-20"]),
        ("ouvert auj", ["2026-11-20"]),
        ("la mairie demain", ["2026-11-21"]),
        ("ouvr 2m1 ?", ["2026-11-21"]),
        ("après-demain matin", ["2026-11-22"]),
        ("apres demain", ["2026-11-22"]),
        ("ce soir", ["2026-11-20"]),
        ("samedi", ["2026-11-21"]),
        ("samdi", ["2026-11-21"]),
        ("vendredi", ["2026-11-20"]),
        ("vendredi prochain", ["2026-11-27"]),
        ("next monday", ["2026-11-23"]),
        ("ce week-end", ["2026-11-21", "2026-11-22"]),
        ("le 14 juillet", ["2027-07-14"]),
        ("24 décembre 2026", ["2026-12-24"]),
        ("le 24/12", ["2026-12-24"]),
        ("24/12/27", ["2027-12-24"]),
        ("2026-12-24", ["2026-12-24"]),
        ("December 24th", ["2026-12-24"]),
        ("the 24th of december", ["2026-12-24"]),
        ("on the 24th", ["2026-11-24"]),
        ("lundi 30", ["2026-11-30"]),
        ("mer 2 dec", ["2026-12-02"]),
        ("samedi 21 novembre", ["2026-11-21"]),
        ("le 24", ["2026-11-24"]),
        ("1er mai", ["2027-05-01"]),
        ("29 février", ["2028-02-29"]),
        ("à Noël", ["2026-12-25"]),
        ("noel 2027", ["2027-12-25"]),
        ("à la Toussaint", ["2027-11-01"]),
        ("l'Ascension", ["2027-05-06"]),
        ("lundi de Pâques", ["2027-03-29"]),
        ("bastille day", ["2027-07-14"]),
        ("du 24 au 26 décembre", ["2026-12-24", "2026-12-25", "2026-12-26"]),
        ("lundi et mardi", ["2026-11-23", "2026-11-24"]),
        ("dans 3 jours", ["2026-11-23"]),
        ("hier", ["2026-11-19"]),
    ],
)
def test_days_as_residents_name_them(text: str, expected: list[str]) -> None:
    """A day named in any usual way, texting and typos included, is the day that was meant."""
    assert [day.isoformat() for day in read_day(text, FRIDAY).dates] == expected


@pytest.mark.parametrize(
    "text",
    [
        "la mairie du 19",
        "la piscine dans le 15",
        "ouvert 24/7",
        "le marché de Noël",
        "les vacances de la Toussaint",
        "31/02",
        "merci beaucoup",
        "c'est fermé ?",
        "un jeu de société",
        "la mer",
        "ma demande de passeport",
        "75019",
    ],
)
def test_what_only_looks_like_a_day(text: str) -> None:
    """A district, a Christmas market or a word close to a weekday is no day."""
    assert not read_day(text, FRIDAY).names_day


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [
        ("et le samedi ?", (5,)),
        ("les samedis", (5,)),
        ("on saturdays", (5,)),
        ("chaque mardi", (1,)),
        ("le week-end", (5, 6)),
        ("le jeudi soir", (3,)),
    ],
)
def test_habits(text: str, weekdays: tuple[int, ...]) -> None:
    """ "Le samedi" asks about every Saturday."""
    mention = read_day(text, FRIDAY)
    assert (mention.weekdays, mention.dates) == (weekdays, ())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("à 18h", time(18)),
        ("a 18h30", time(18, 30)),
        ("18:30", time(18, 30)),
        ("18 h 30", time(18, 30)),
        ("at 6pm", time(18)),
        ("at 6:30 pm", time(18, 30)),
        ("à midi", time(12)),
        ("entre 12h et 14h", time(12)),
    ],
)
def test_times(text: str, moment: time) -> None:
    """A time of day is read in French and English."""
    assert read_day(text, FRIDAY).at == moment


def test_now_and_holidays_in_general() -> None:
    """ "Maintenant" and "les jours fériés" are understood for what they are."""
    assert read_day("c'est ouvert maintenant ?", FRIDAY).now
    assert read_day("ouvert les jours feriés ?", FRIDAY).holidays
    assert read_day("le jeudi soir", FRIDAY).part == "evening"


def test_what_is_left_of_the_question() -> None:
    """The words of the day are known by their place, so the rest of the question can be read."""
    text = "la mairie du 19e est ouverte demain matin ?"
    assert [tokens(text)[place] for place in sorted(read_day(text, FRIDAY).positions)] == ["demain", "matin"]


def test_easter() -> None:
    """Easter falls where the Church puts it."""
    assert [easter(year).isoformat()[5:] for year in (2024, 2025, 2026, 2027, 2038)] == [
        "03-31",
        "04-20",
        "04-05",
        "03-28",
        "04-25",
    ]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80), st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_any_message_any_day(text: str, today: date) -> None:
    """Whatever is typed, whenever, names words of the message and nothing beyond it."""
    assert len(words(text)) == len(tokens(text))
    assert all(0 <= place < len(tokens(text)) for place in read_day(text, today).positions)


_PIECES = (
    "le",
    "lundi",
    "3",
    "31",
    "février",
    "29",
    "24/12",
    "1er",
    "mai",
    "2027",
    "noel",
    "à",
    "18",
    "h",
    "30",
    ":",
    "au",
    "et",
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=8), st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_any_mixture_of_days(pieces: list[str], today: date) -> None:
    """Days and numbers thrown together in any order never confuse the reading into a crash."""
    mention = read_day(" ".join(pieces), today)
    assert list(mention.dates) == sorted(set(mention.dates))
