"""The streets of a collection calendar: the file staff send, and the names residents type."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest
import yaml
from essai import calendar, streets
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.collection import CollectionDesk
from bot.answering.phrases import read_words
from bot.answering.placetypes import fillers
from bot.knowledge.calendars import CalendarBook
from bot.knowledge.faults import render
from bot.knowledge.streetindex import Found, StreetIndex
from bot.knowledge.streets import StreetRow, read_streets
from bot.voice import Voice

FILE = Path("calendars/rues.csv")
INDEX = StreetIndex(streets())


def read(text: str | bytes) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """The rows and the faults (line, code) of a file."""
    content = text.encode() if isinstance(text, str) else text
    rows, faults = read_streets(content, FILE, calendar())
    for fault in faults:
        assert render(fault, "fr")
        assert render(fault, "en")
    return [(row.street, row.sector) for row in rows], [(fault.location.line, fault.code) for fault in faults]


@pytest.mark.parametrize(
    "content",
    [
        "street,sector\nRue Verte,a\nPlace Neuve,b\n",
        "\ufeffRue;Secteur\r\n\r\nRue Verte;A\r\n;;\r\nPlace Neuve;Secteur B\r\n",
        "Secteur\tVoie\nA\tRue Verte\nb\tPlace  Neuve\n",
        '"Rue Verte";"secteur a"\n"Place Neuve";"B"',
        "Rue Verte,a\nPlace Neuve,b",
    ],
)
def test_a_file_as_town_halls_export_it(content: str) -> None:
    """Commas, semicolons, tabs, quotes, a byte order mark, headers in any order: all are read."""
    assert read(content) == ([("Rue Verte", "a"), ("Place Neuve", "b")], [])


def test_a_windows_file() -> None:
    """A file saved by an old spreadsheet keeps its accents, with a warning."""
    assert read("rue;secteur\nAllée Élise;a\n".encode("cp1252")) == ([("Allée Élise", "a")], [(0, "street.encoding")])
    assert read("rue;secteur\nAllée Élise;a\n".encode("utf-16"))[0] == [("Allée Élise", "a")]


def test_faults_have_their_line() -> None:
    """An unknown sector, a street in two sectors, a lonely cell: each is told with its line."""
    rows, faults = read("rue;secteur\nRue Verte;C\nRue Neuve;a\nrue neuve;b\nRue Neuve;a\nimpasse\n;a\n")
    assert rows == [("Rue Neuve", "a")]
    assert faults == [
        (2, "street.sector"),
        (4, "street.conflict"),
        (5, "street.repeated"),
        (6, "street.columns"),
        (7, "street.columns"),
    ]


def test_an_empty_file() -> None:
    """A file without a street is a fault, not a silent calendar."""
    assert read("") == ([], [(0, "street.none")])
    assert read("rue;secteur\n") == ([], [(0, "street.none")])


@settings(max_examples=25, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=120).map(str.encode)))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    """Whatever file is put beside a calendar gives rows and faults, never a crash."""
    rows, faults = read_streets(content, FILE, calendar())
    assert all(isinstance(row, StreetRow) for row in rows)
    assert rows or faults


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("quand passe le bac jaune rue Jean Jaurès ?", "Rue Jean Jaurès"),
        ("12 bis rue Jaen Jaures", "Rue Jean Jaurès"),
        ("jean jaures", "Rue Jean Jaurès"),
        ("RUE JEAN-JAURÈS", "Rue Jean Jaurès"),
        ("rue jaures", "Rue Jean Jaurès"),
        ("rue de Paris", "Rue de Paris"),
        ("av de paris", "Avenue de Paris"),
        ("bd gal de gaulle", "Boulevard du Général de Gaulle"),
        ("bvd general degaulle", "Boulevard du Général de Gaulle"),
        ("rue st exupery", "Rue Saint-Exupéry"),
        ("3 r du 8 mai 1945", "Rue du 8 Mai 1945"),
        ("pl de l'eglise", "Place de l'Église"),
        ("le bac vert rue verte svp", "Rue Verte"),
        ("imp. des lilas", "Impasse des Lilas"),
        ("aveune de paris", "Avenue de Paris"),
        ("bonjour, j'habite au 14 de la rue jean jaures et je voudrais savoir quand", "Rue Jean Jaurès"),
    ],
)
def test_a_street_as_residents_type_it(text: str, street: str) -> None:
    """Misspelt, shortened, numbered or inside a long sentence, the street is found."""
    fillers = frozenset(["quand", "passe", "bac", "jaune", "vert", "habite", "voudrais", "savoir", "bonjour", "svp"])
    match = INDEX.find(text, fillers)
    assert (match.found, match.streets) == (Found.ONE, (street,))


@pytest.mark.parametrize("text", ["paris", "boulevard de Paris", "j'habite paris"])
def test_streets_of_one_name_are_asked(text: str) -> None:
    """Between rue de Paris and avenue de Paris, the resident chooses."""
    match = INDEX.find(text, {"habite", "j"})
    assert (match.found, match.streets) == (Found.SEVERAL, ("Avenue de Paris", "Rue de Paris"))


def test_another_kind_of_street_is_to_be_confirmed() -> None:
    """There is no avenue of that name: the street that has it is proposed, not assumed."""
    match = INDEX.find("avenue saint exupery")
    assert (match.found, match.streets) == (Found.SEVERAL, ("Rue Saint-Exupéry",))


def test_a_bare_name_among_strange_words_is_to_be_confirmed() -> None:
    """Next to a word that is in no street's name, a bare name is proposed, not taken for sure."""
    index = StreetIndex(["Avenue Rinvau", "Rue Verte"])
    assert index.find("Yvonne Rinvau").found is Found.SEVERAL
    assert index.find("Rinvau").found is Found.ONE


def test_a_street_that_does_not_exist() -> None:
    """An unknown street is said to be unknown, with what was looked for."""
    match = INDEX.find("quand passe le bac rue Xylophage Wurtz", {"quand", "passe", "bac"})
    assert (match.found, match.asked) == (Found.UNKNOWN, "rue xylophage wurtz")


@pytest.mark.parametrize("text", ["quand passe le bac ?", "le bac dans ma rue", "", "?"])
def test_no_street_named(text: str) -> None:
    """A question without a street is known to have none."""
    assert INDEX.find(text, {"quand", "passe", "bac", "dans", "ma"}).found is Found.NOT_NAMED


def test_every_street_finds_itself() -> None:
    """Two hundred of a town's five thousand streets are each found by their own name."""
    for street in streets()[::25]:
        assert INDEX.find(street).streets == (street,)


def test_typos_in_five_thousand_streets_are_safe() -> None:
    """With two letters swapped, most streets are found, and never a wrong one for sure."""
    random = Random(8)  # noqa: S311 - no secret
    right = wrong = 0
    for street in random.sample(streets(), 80):
        last = street.split()[-1]
        place = random.randrange(1, len(last) - 1)
        slipped = last[:place] + last[place + 1] + last[place] + last[place + 2 :]
        question = f"quand passe le bac {street.removesuffix(last)}{slipped} svp"
        match = INDEX.find(question, {"quand", "passe", "bac", "svp"})
        right += street in match.streets
        wrong += match.found is Found.ONE and street not in match.streets
    assert right >= 75
    assert wrong <= 1


MISSPELT = yaml.safe_load((Path(__file__).parents[1] / "data" / "streets_misspelt.yaml").read_text("utf-8"))
COLLECTION_FILLERS = fillers().union(read_words("collection")["fillers"].split())
FRENCH_TOWN = StreetIndex(MISSPELT["streets"])
CITY = StreetIndex([*MISSPELT["streets"], *streets()])


@pytest.mark.parametrize(("part", "found", "sure"), [("dev", 18, 15), ("heldout", 19, 18)])
@pytest.mark.parametrize("index", [FRENCH_TOWN, CITY], ids=["fifty", "five thousand"])
def test_streets_written_by_ear(index: StreetIndex, part: str, found: int, sure: int) -> None:
    """ "Rue jean jores" is the rue Jean Jaurès: of 20 such streets, nearly all are found, none is a wrong one."""
    asked = MISSPELT[part]
    seen = {text: index.find(f"quand passe le bac jaune {text} svp", COLLECTION_FILLERS) for text in asked}
    wrong = {text for text, match in seen.items() if match.found is Found.ONE and match.streets != (asked[text],)}
    assert wrong == set()
    assert sum(asked[text] in match.streets for text, match in seen.items()) >= found
    assert sum(match.found is Found.ONE for match in seen.values()) >= sure


@pytest.mark.parametrize("text", MISSPELT["absent"])
def test_a_street_of_another_town_is_unknown(text: str) -> None:
    """A street the town does not have is said to be unknown, not taken for one that looks like it."""
    assert FRENCH_TOWN.find(f"le bac jaune {text}", COLLECTION_FILLERS).found is Found.UNKNOWN


@pytest.mark.parametrize(("part", "least"), [("none", 8), ("none_heldout", 6)])
def test_a_question_written_by_ear_names_no_street(part: str, least: int) -> None:
    """ "El bac jaune cé kan" is a question, not the name of a street: the street is asked for."""
    seen = [FRENCH_TOWN.find(text, COLLECTION_FILLERS).found for text in MISSPELT[part]]
    assert seen.count(Found.NOT_NAMED) >= least


def test_who_asks_by_ear_is_asked_for_the_street() -> None:
    """Ville-d'Essai's desk answers "el bac jaune cé kan" with "In which street?", then finds it spelt by ear."""
    rows = [StreetRow("Rue Jean Jaurès", "a"), StreetRow("Rue Verte", "b")]
    desk = CollectionDesk({"jaune": CalendarBook(calendar(), rows)}, Voice())
    asked = desk.answer("jaune", "el bac jaune cé kan", date(2026, 11, 20), "fr")
    assert (asked.needs, asked.blocks[0].text[:15]) == ("street", "Dans quelle rue")
    assert desk.answer("jaune", "rue jean jorès", date(2026, 11, 20), "fr").place == "Rue Jean Jaurès"
