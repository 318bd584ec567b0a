"""What the desk says of places."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from essai import HALL_HOURS, at, place, town, vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.opening import PlaceDesk, metres_between
from bot.messages import BlockKind, Location
from bot.voice import Voice

if TYPE_CHECKING:
    from bot.answering.opening import PlaceReply

DESK = PlaceDesk(town(), "Europe/Paris", Voice(), vocabulary())
NOON = at("2026-11-20T14:00")


def ask(text: str, when: str = "2026-11-20T14:00", language: str = "fr", desk: PlaceDesk = DESK) -> PlaceReply:
    """What the desk answers to ``text`` at a local time."""
    query = desk.read(text, at(when).date())
    assert query is not None
    return desk.answer(query, at(when), language)


def said(reply: PlaceReply, *kinds: BlockKind) -> str:
    """The text of a reply's blocks, of the kinds given or all."""
    return "\n".join(block.text for block in reply.blocks if not kinds or block.kind in kinds)


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        (
            "la mairie du 19e est ouverte demain ?",
            "2026-11-20T14:00",
            "Mairie du 19e arrondissement : c'est ouvert demain (samedi 21 novembre), de 9 h 30 à 12 h (état civil).",
        ),
        (
            "à quelle heure ferme la mairie du 19e",
            "2026-11-20T14:00",
            "Mairie du 19e arrondissement : c'est ouvert maintenant, jusqu'à 17 h.",
        ),
        (
            "mairie du 19e ouverte le 14 juillet ?",
            "2026-07-01T10:00",
            "Mairie du 19e arrondissement : c'est fermé le mardi 14 juillet : jour férié (Fête nationale). "
            "Prochaine ouverture : le mercredi 15 juillet à 8 h 30.",
        ),
        (
            "mairie du 19e ouverte dimanche",
            "2026-11-20T14:00",
            "Mairie du 19e arrondissement : c'est fermé le dimanche 22 novembre. "
            "Prochaine ouverture : le lundi 23 novembre à 8 h 30.",
        ),
        (
            "mairie essai centre ouverte le 24 décembre",
            "2026-11-20T14:00",
            "Mairie d'Essai Centre : c'est fermé le jeudi 24 décembre : fête du personnel. "
            "Prochaine ouverture : le lundi 28 décembre à 8 h 30.",
        ),
        (
            "la mairie du 19e est ouverte ?",
            "2026-11-24T20:00",
            "Mairie du 19e arrondissement : c'est fermé en ce moment. "
            "Prochaine ouverture : demain (mercredi 25 novembre) à 8 h 30.",
        ),
        (
            "mairie du 19e ouverte à 18h",
            "2026-11-26T10:00",
            "Mairie du 19e arrondissement : oui, c'est ouvert aujourd'hui (jeudi 26 novembre) à 18 h.",
        ),
        (
            "mairie du 19e ouverte demain à 18h",
            "2026-11-26T10:00",
            "Mairie du 19e arrondissement : non, c'est fermé demain (vendredi 27 novembre) à 18 h.",
        ),
        (
            "mairie du 19e le mardi",
            "2026-11-20T14:00",
            "Mairie du 19e arrondissement : c'est ouvert le mardi, de 8 h 30 à 17 h.",
        ),
        (
            "mairie du 19e ouverte les jours fériés",
            "2026-11-20T14:00",
            "Mairie du 19e arrondissement : c'est fermé les jours fériés.",
        ),
        (
            "mairie du 19e hier",
            "2026-11-20T14:00",
            "Mairie du 19e arrondissement : c'était ouvert hier (jeudi 19 novembre), de 8 h 30 à 19 h 30.",
        ),
    ],
)
def test_the_first_sentence_answers(text: str, when: str, expected: str) -> None:
    """The first sentence says whether it is open, until when, and why not."""
    assert ask(text, when).blocks[0].text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "19th town hall open tomorrow?",
            "Mairie du 19e arrondissement: open tomorrow (Saturday 21 November), from 9:30 am to noon (état civil).",
        ),
        ("19th town hall open now?", "Mairie du 19e arrondissement: open now, until 5 pm."),
        (
            "19th town hall on christmas",
            "Mairie du 19e arrondissement: closed on Friday 25 December: public holiday (Christmas Day). "
            "Next opening: on Saturday 26 December at 9:30 am.",
        ),
    ],
)
def test_english(text: str, expected: str) -> None:
    """An English speaker reads days and times as they write them."""
    assert ask(text, language="en").blocks[0].text == expected


def test_the_whole_week_with_its_exceptions() -> None:
    """ "Horaires" gives the week, grouped, and the odd days of the fortnight."""
    assert said(ask("horaires mairie du 19e"), BlockKind.ITEM).splitlines() == [
        "Lundi, mardi, mercredi et vendredi : de 8 h 30 à 17 h",
        "Jeudi : de 8 h 30 à 19 h 30",
        "Samedi : de 9 h 30 à 12 h (état civil)",
        "Dimanche : fermé",
        "Mardi 1er décembre : de 13 h à 17 h",
    ]


def test_two_stretches_a_day() -> None:
    """A pool that closes at nine and reopens says both stretches."""
    assert "de 7 h à 8 h 30 et de 11 h 30 à 21 h" in said(ask("piscine butte aux merles demain"))


def test_address_and_phone_come_along() -> None:
    """Whoever asks for hours also gets the address and the phone."""
    assert said(ask("mairie du 19e ouverte demain"), BlockKind.FACT).splitlines() == [
        "Adresse : 19 place Neuve, 99019 Ville-d'Essai",
        "Téléphone : 01 99 00 00 19",
    ]


def test_address_first_when_asked() -> None:
    """ "C'est où" is answered by the address before anything else."""
    reply = ask("adresse mairie du 19e")
    assert [block.kind for block in reply.blocks[:2]] == [BlockKind.TITLE, BlockKind.FACT]
    assert reply.blocks[1].text.startswith("Adresse :")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("adresse mairie du 20e", "je n'ai pas son adresse"),
        ("téléphone piscine butte aux merles", "je n'ai pas son numéro de téléphone"),
        ("mairie du 19e handicapé", "je n'ai pas d'information sur son accessibilité"),
        ("horaires mairie du 20e", "je n'ai pas ses horaires"),
    ],
)
def test_what_is_unknown_is_said(text: str, missing: str) -> None:
    """A missing address, phone or timetable is admitted, never invented."""
    assert missing in ask(text).blocks[0].text


def test_hours_silent_about_holidays_come_with_a_warning() -> None:
    """The hall whose hours say nothing of holidays warns that 14 July is one, and names it."""
    hall = place(id="m", type="mairie", name="Mairie de Bourg-d'Essai", opening_hours="Mo-Fr 09:00-17:00")
    desk = PlaceDesk({"m": hall}, "Europe/Paris", Voice())
    reply = ask("la mairie ouvre le 14 juillet ?", "2026-07-01T10:00", desk=desk)
    assert reply.blocks[0].text.endswith("c'est ouvert le mardi 14 juillet, de 9 h à 17 h.")
    assert "jour férié (Fête nationale)" in said(reply, BlockKind.NOTICE)


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        ("la mairie ouvre samedi ?", "2026-11-20T14:00", "je ne sais pas si c'est ouvert demain (samedi 21 novembre)"),
        ("la mairie est ouverte le samedi ?", "2026-11-20T14:00", "je ne sais pas si c'est ouvert le samedi"),
        ("mairie ouverte maintenant", "2026-11-21T10:00", "Prochaine ouverture connue : le lundi 23 novembre à 9 h."),
        ("la mairie ouvre lundi ?", "2026-11-20T14:00", "c'est ouvert le lundi 23 novembre, de 9 h à 17 h."),
        ("la mairie le 25 décembre 2027", "2026-11-20T14:00", "jour férié (Noël)"),
        ("horaires mairie", "2026-11-20T14:00", "Samedi et dimanche : non précisé"),
    ],
)
def test_a_day_of_which_the_source_says_nothing_is_not_said_closed(text: str, when: str, expected: str) -> None:
    """Where the town's page gives Monday to Friday and no more, Saturday is unknown, not closed."""
    hours = "Mo-Fr 09:00-17:00; Sa,Su unknown; PH off"
    hall = place(id="m", type="mairie", name="Mairie de Bourg-d'Essai", opening_hours=hours)
    reply = ask(text, when, desk=PlaceDesk({"m": hall}, "Europe/Paris", Voice()))
    assert expected in said(reply)


def test_a_note_of_the_staff_is_passed_on() -> None:
    """What staff note beside the hours reaches the resident."""
    hall = place(id="m", type="mairie", name="Mairie de Bourg", opening_hours=HALL_HOURS, hours_note="Sonnez à gauche")
    reply = ask("la mairie ouvre demain ?", desk=PlaceDesk({"m": hall}, "Europe/Paris", Voice()))
    assert "À savoir : Sonnez à gauche" in said(reply)


def test_sources_travel_with_the_answer() -> None:
    """Every fact about a place carries its source and the day it was verified."""
    reply = ask("mairie du 19e ouverte demain")
    assert reply.place_id == "mairie-19"
    assert [(note.title, str(note.verified_on)) for note in reply.sources] == [("Ville-d'Essai", "2026-10-24")]


def test_several_places_are_offered() -> None:
    """Two pools that fit are offered, and nothing is said of either."""
    reply = ask("où est la piscine georges")
    assert (reply.needs, reply.sources) == ("place", ())
    assert {choice.id for choice in reply.choices} == {"valmont", "herbin"}


def test_too_many_to_list() -> None:
    """ "La mairie" in a town of seventeen halls asks which one, with an example."""
    reply = ask("la mairie est ouverte ?")
    assert (reply.needs, reply.choices) == ("place", ())
    assert "par exemple «" in said(reply)


def test_a_district_that_does_not_exist() -> None:
    """Asked for the hall of the 23rd, the desk says it knows none."""
    assert said(ask("mairie du 23e")).startswith("Je ne connais pas ce lieu-là.")


def test_the_nearest_needs_a_location() -> None:
    """Without a location, the nearest pool cannot be told: it is asked for."""
    assert ask("la piscine la plus proche").needs == "location"


def test_the_nearest_pool() -> None:
    """With a location, pools come nearest first, in metres or kilometres, and the unlocated one is mentioned."""
    query = DESK.read("la piscine la plus proche", NOON.date())
    assert query is not None
    reply = DESK.answer(query, NOON, "fr", Location(48.8270, 2.3560))
    assert DESK.answer(DESK.nearest("piscine"), NOON, "fr", Location(48.8270, 2.3560)) == reply
    assert reply.place_id == "merles"
    items = [block.text for block in reply.blocks if block.kind is BlockKind.ITEM]
    assert items[0].startswith("Piscine de la Butte-aux-Merles, à 80 m (5 place des Merles")
    assert items[0].endswith("C'est ouvert maintenant, jusqu'à 21 h.")
    assert "à 6,5 km" in items[1]
    assert "certains lieux" in said(reply, BlockKind.NOTICE)


def test_no_coordinates_no_distance() -> None:
    """Where no place is on the map, the desk says so instead of guessing."""
    assert "carte" in said(ask("la mairie la plus proche"))


def test_distances() -> None:
    """One degree of latitude is about 111 km, and a place is nowhere from itself."""
    paris = Location(48.0, 2.0)
    assert metres_between(paris, Location(49.0, 2.0)) == pytest.approx(111_195, rel=1e-4)
    assert metres_between(paris, paris) == 0


def test_the_card_of_a_place() -> None:
    """An entry about a place shows whether it is open now, and its address."""
    card = DESK.card("mairie-19", NOON, "fr")
    assert card is not None
    assert [block.kind for block in card.blocks] == [BlockKind.PARAGRAPH, *[BlockKind.FACT] * 3]
    assert DESK.card("nulle-part", NOON, "fr") is None


def test_a_picked_place_gives_its_hours() -> None:
    """A resident who picks a place among choices reads its hours."""
    query = DESK.about("mairie-19")
    assert query is not None
    assert "Horaires habituels :" in said(DESK.answer(query, NOON, "fr"))
    assert DESK.about("nulle-part") is None


def test_a_town_without_places() -> None:
    """A base without places leaves every question to the rest of the house."""
    desk = PlaceDesk({}, "Europe/Paris", Voice())
    assert desk.read("la mairie du 19e", NOON.date()) is None
    assert desk.around() is None


_PIECES = (
    "mairie",
    "19e",
    "piscine",
    "georges",
    "demain",
    "le samedi",
    "24/12",
    "ferme",
    "où",
    "proche",
    "à 18h",
    "férié",
)


@settings(max_examples=25, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_PIECES), max_size=6).map(" ".join)),
    st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - UTC is added
    st.sampled_from(("fr", "en")),
)
def test_any_question_at_any_time(text: str, moment: datetime, language: str) -> None:
    """Whatever is asked of whatever place, at any minute, gets words and no crash."""
    query = DESK.read(text, moment.date())
    if query is not None:
        assert said(DESK.answer(query, moment, language, Location(48.8, 2.3)))


def test_a_night_that_ends_tomorrow() -> None:
    """A place open past midnight says the hour only; one open for days says the day."""
    shelter = place(id="h", type="halte", name="Halte d'Essai", opening_hours="Mo-Su 18:00-02:00")
    desk = PlaceDesk({"h": shelter}, "Europe/Paris", Voice())
    assert ask("la halte", "2026-11-20T23:00", desk=desk).blocks[0].text.endswith("maintenant, jusqu'à 2 h.")
    always = place(id="w", type="wc", name="Toilettes d'Essai", opening_hours="24/7")
    reply = ask("toilettes", desk=PlaceDesk({"w": always}, "Europe/Paris", Voice()))
    assert "jour et nuit" in said(reply)
