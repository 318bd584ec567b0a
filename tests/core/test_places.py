"""Which place a resident means, and what about it."""

from __future__ import annotations

from datetime import date

import pytest
from essai import place, town, vocabulary

from bot.answering.placequery import PlaceIntent, follow_up, read_query
from bot.answering.placewords import PlaceIndex

TODAY = date(2026, 11, 20)
INDEX = PlaceIndex(town(), vocabulary())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mairie du 19e", "mairie-19"),
        ("mairie 19", "mairie-19"),
        ("mairie du 19 eme", "mairie-19"),
        ("la mairie du dix-neuvième", "mairie-19"),
        ("MAIRIE DU XIXe", "mairie-19"),
        ("mairie essai 19", "mairie-19"),
        ("mairie d u19e", "mairie-19"),
        ("mairi du 19eme", "mairie-19"),
        ("marie du 19 horaires", "mairie-19"),
        ("mairie 99019", "mairie-19"),
        ("town hall of the 19th district", "mairie-19"),
        ("mairie du 9e", "mairie-9"),
        ("mairie du 1er", "mairie-centre"),
        ("mairie 1", "mairie-centre"),
        ("mairie du 3e arrondissement", "mairie-centre"),
        ("mairie essai centre", "mairie-centre"),
        ("mairie du marais", "mairie-centre"),
        ("mairie du centre", "mairie-centre"),
        ("piscine Butte aux Merle", "merles"),
        ("swimming pool butte aux merles", "merles"),
        ("horaires georges valmont", "valmont"),
        ("la piscine du 13e", "merles"),
        ("biblioteque colibri", "colibri"),
        ("bibli colibri", "colibri"),
        ("la bibliothèque", "colibri"),
    ],
)
def test_a_place_by_any_name(text: str, expected: str) -> None:
    """Misspelt, shortened or numbered in any way, the place meant is the one found."""
    query = read_query(INDEX, text, TODAY)
    assert query is not None
    assert (query.candidates, query.residue) == ((expected,), ())


@pytest.mark.parametrize("number", range(5, 21))
def test_districts_are_never_confused(number: int) -> None:
    """The hall of the 9th is not that of the 19th, however it is asked for."""
    for text in (f"mairie du {number}e", f"mairie {number}", f"mairie du {number} ème", f"mairie {number}th"):
        query = read_query(INDEX, text, TODAY)
        assert query is not None
        assert query.candidates == (f"mairie-{number}",)


def test_two_that_fit_equally() -> None:
    """Two pools share a first name: both are offered."""
    query = read_query(INDEX, "où est la piscine georges", TODAY)
    assert query is not None
    assert set(query.candidates) == {"valmont", "herbin"}
    both = read_query(INDEX, "mairie du 14 ou du 15", TODAY)
    assert both is not None
    assert set(both.candidates) == {"mairie-14", "mairie-15"}


@pytest.mark.parametrize(
    ("text", "place_type"), [("la mairie", "mairie"), ("une piscine", "piscine"), ("mairie d'essai", "mairie")]
)
def test_a_bare_type(text: str, place_type: str) -> None:
    """ "La mairie" alone names a kind of place, and no place in particular."""
    query = read_query(INDEX, text, TODAY)
    assert query is not None
    assert (query.candidates, query.type) == ((), place_type)


def test_a_town_with_one_hall() -> None:
    """Where there is only one town hall, "la mairie" is that one."""
    index = PlaceIndex({"m": place(id="m", type="mairie", name="Mairie de Bourg-d'Essai")})
    query = read_query(index, "la mairie ouvre quand", TODAY)
    assert query is not None
    assert query.candidates == ("m",)


def test_a_district_that_does_not_exist() -> None:
    """The 23rd has no hall: none is guessed."""
    query = read_query(INDEX, "mairie du 23e", TODAY)
    assert query is not None
    assert (query.candidates, query.unknown, query.residue) == ((), "23", ())


@pytest.mark.parametrize(
    "text",
    [
        "se marier",
        "je cherche du travail",
        "le 19e",
        "bonjour",
        "",
        "19",
        "centre de loisirs",
        "opposition",
        "pour 2 personnes",
    ],
)
def test_no_place_at_all(text: str) -> None:
    """A message that names no place is left to the rest of the house."""
    assert read_query(INDEX, text, TODAY) is None


def test_a_quantity_is_no_district() -> None:
    """Two children do not make the second district."""
    query = read_query(INDEX, "piscine pour deux enfants", TODAY)
    assert query is not None
    assert (query.candidates, query.unknown) == ((), None)


@pytest.mark.parametrize(
    ("text", "residue"),
    [
        ("passeport mairie du 15e horaires", ("passeport",)),
        ("combien coûte la piscine butte aux merles", ("coute",)),
        ("bonjour je voudrais savoir si la mairie du 15e est ouverte demain svp merci", ()),
        ("slt c koi les horr de la piscine svp", ()),
        ("mairie de Trifouilly", ("trifouilly",)),
    ],
)
def test_what_else_the_question_says(text: str, residue: tuple[str, ...]) -> None:
    """Words that are about something else than the place are reported."""
    query = read_query(INDEX, text, TODAY)
    assert query is not None
    assert query.residue == residue


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("la mairie du 19e est ouverte demain ?", PlaceIntent.HOURS),
        ("oraires mairie 19", PlaceIntent.HOURS),
        ("à quelle heure ferme la mairie du 19e", PlaceIntent.CLOSING),
        ("mairie du 19e jusqu'à quelle heure", PlaceIntent.CLOSING),
        ("adresse mairie 19", PlaceIntent.ADDRESS),
        ("mairie du 19e c ou", PlaceIntent.ADDRESS),
        ("how do i get to the 19th town hall", PlaceIntent.ADDRESS),
        ("numéro de la mairie du 19e", PlaceIntent.PHONE),
        ("telefone mairie 19e", PlaceIntent.PHONE),
        ("mairie 19 fauteuil roulant", PlaceIntent.ACCESS),
        ("la piscine la plus proche", PlaceIntent.NEAREST),
        ("swimming pool near me", PlaceIntent.NEAREST),
        ("mairie du 19e", None),
    ],
)
def test_what_is_asked_of_a_place(text: str, intent: PlaceIntent | None) -> None:
    """Hours, closing time, address, phone, access and nearest are told apart."""
    query = read_query(INDEX, text, TODAY)
    assert query is not None
    assert query.intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("ça ferme à quelle heure ?", PlaceIntent.CLOSING),
        ("et le samedi ?", PlaceIntent.HOURS),
        ("ouvert le 14 juillet ?", PlaceIntent.HOURS),
        ("c'est où ?", PlaceIntent.ADDRESS),
        ("et demain", PlaceIntent.HOURS),
        ("leur téléphone", PlaceIntent.PHONE),
        ("la mairie ouvre à quelle heure", PlaceIntent.HOURS),
    ],
)
def test_said_of_the_place_just_talked_of(text: str, intent: PlaceIntent) -> None:
    """A short question leans on the place of the answer before."""
    query = follow_up(INDEX, text, "mairie-19", "mairie", TODAY)
    assert query is not None
    assert (query.candidates, query.intent) == (("mairie-19",), intent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("et celle du 14e ?", "mairie-14"), ("et le 14e", "mairie-14"), ("et la butte aux merles ?", "merles")],
)
def test_another_place_by_comparison(text: str, expected: str) -> None:
    """ "Et celle du 14e ?" asks the same of another hall."""
    query = follow_up(INDEX, text, "mairie-19", "mairie", TODAY)
    assert query is not None
    assert query.candidates == (expected,)


@pytest.mark.parametrize(
    "text", ["et pour un mineur ?", "combien ça coûte ?", "2", "oui", "la première", "merci", "passeport demain"]
)
def test_what_is_no_follow_up_of_a_place(text: str) -> None:
    """A choice, a thank-you or another subject is not taken for a question about the place."""
    assert follow_up(INDEX, text, "mairie-19", "mairie", TODAY) is None


def test_the_type_that_was_asked_for() -> None:
    """After "which town hall?", "le 19e" is enough."""
    query = read_query(INDEX, "le 19e", TODAY, "mairie")
    assert query is not None
    assert query.candidates == ("mairie-19",)


ONE_HALL = PlaceIndex({"mairie": place(id="mairie", type="mairie", name="Mairie d'Essai")}, vocabulary())
TWO_HALLS = PlaceIndex(
    {
        item.id: item
        for item in (
            place(id="hotel", type="mairie", name="Hôtel de Ville"),
            *(
                place(id=f"m{n}", type="mairie", name=f"Mairie du {n}e", aliases=[f"hôtel de ville du {n}e"])
                for n in (5, 6, 7)
            ),
        )
    },
    vocabulary(),
)


@pytest.mark.parametrize(
    "text",
    [
        "qui est le maire",
        "c'est qui la maire",
        "c ki le maire",
        "comment s'appelle madame la maire",
        "les maires d'ici",
    ],
)
def test_the_mayor_is_not_the_town_hall(text: str) -> None:
    """In a town with one hall, asking for the mayor is not asking for the hall's hours."""
    query = read_query(ONE_HALL, text, TODAY)
    assert query is None or (query.type is None and not query.candidates)


@pytest.mark.parametrize("text", ["la mairi", "marie horaires", "mairies", "les horaires de la mairie"])
def test_a_misspelt_hall_is_still_the_hall(text: str) -> None:
    """A letter missing from "mairie", or its plural, does not make it a person."""
    query = read_query(ONE_HALL, text, TODAY)
    assert query is not None
    assert query.candidates == ("mairie",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hôtel de ville horaires", ("hotel",)),
        ("l'hotel de ville ouvre quand", ("hotel",)),
        ("hôtel de ville du 7e", ("m7",)),
        ("horaires mairie", ()),
        ("mairie horaires", ()),
    ],
)
def test_a_place_named_exactly_is_the_one_meant(text: str, expected: tuple[str, ...]) -> None:
    """Among four halls, the "Hôtel de Ville" is the place of that name; "la mairie" may be any."""
    query = read_query(TWO_HALLS, text, TODAY)
    assert query is not None
    assert query.candidates == expected
