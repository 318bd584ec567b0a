"""The streets of a collection calendar: the file staff send, and the names residents type."""

from __future__ import annotations

from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

import pytest
from essai import calendar, streets
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.faults import render
from bot.knowledge.streetindex import Found, StreetIndex
from bot.knowledge.streets import StreetRow, read_streets

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


def test_typos_in_five_thousand_streets_are_quick_and_safe() -> None:
    """With two letters swapped, most streets are found, never a wrong one for sure, in 2 ms at the median."""
    random = Random(8)
    asked: list[tuple[str, str]] = []
    for street in random.sample(streets(), 80):
        last = street.split()[-1]
        place = random.randrange(1, len(last) - 1)
        slipped = last[:place] + last[place + 1] + last[place] + last[place + 2 :]
        asked.append((street, f"quand passe le bac {street.removesuffix(last)}{slipped} svp"))
    times: list[float] = []
    right = wrong = 0
    for street, question in asked:
        start = perf_counter()
        match = INDEX.find(question, {"quand", "passe", "bac", "svp"})
        times.append(perf_counter() - start)
        right += street in match.streets
        wrong += match.found is Found.ONE and street not in match.streets
    assert right >= 75
    assert wrong <= 1
    assert median(times) <= 0.002
