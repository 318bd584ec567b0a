"""What the pieces of a base say of each other must hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.knowledge.faults import render
from bot.knowledge.loading import load_base
from bot.knowledge.rules import future_dates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Town = Callable[..., Path]
    Told = Callable[[Path], list[str]]

SOURCES = "sources: [{title: s}]"
CALENDAR = f"id: jaune\ntitle: Bac jaune\n{SOURCES}\nsectors:\n  - {{id: nord, name: Nord, days: [mardi]}}\n"


def entry(extra: str, name: str = "autre") -> str:
    return f"entries:\n  - id: {name}\n    title: t\n    questions: [q]\n    answer: a\n    {SOURCES}\n    {extra}\n"


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("entries/b.yaml", entry("place: mairi"), "7 — Le lieu « mairi » n'existe pas"),
        ("entries/b.yaml", entry("place_type: marie"), "7 — Aucun lieu de places.yaml"),
        ("entries/b.yaml", entry("calendar: jaune"), "7 — Le calendrier « jaune » n'existe pas"),
        ("entries/b.yaml", entry("follow_ups: [{label: l, entry: encombrant}]"), "7 — La fiche « encombrant »"),
        ("entries/z.yaml", entry("", "encombrants"), "2 — L'identifiant « encombrants » est déjà pris"),
        ("entries/a.yaml", entry("", "none"), "2 — « none » est un mot réservé"),
        ("golden.yaml", "golden:\n  - {question: q, expect: encombrant}", "2 — La fiche « encombrant » n'existe pas"),
        ("golden.yaml", "golden:\n  - {question: q, expect: none, also: [x]}", "2 — La fiche « x » n'existe pas"),
        ("golden.yaml", "golden:\n  - {question: q, clarify: [encombrants, x]}", "2 — La fiche « x » n'existe pas"),
        ("vocabulary/a.yaml", "concepts:\n  - {id: a, parent: b, terms: {}}", "2 — L'idée « b » n'existe pas"),
        ("vocabulary/a.yaml", "concepts:\n  - {id: a, parent: a, terms: {}}", "2 — « a » finit par être son propre"),
        ("voice.yaml", "fr:\n  answer.inconnu: x", "2 — « answer.inconnu » n'est pas une phrase"),
        ("voice.yaml", "de: {}", "1 — Le service ne parle pas « de »"),
        ("voice.yaml", "fr: x", "1 — « fr » doit contenir des lignes"),
        ("voice.yaml", "- x", "1 — On attend ici des lignes"),
        ("places.yaml", "- x", "1 — Ce fichier doit commencer par « places: »"),
        ("calendars/a.yaml", "- x", "1 — On attend ici des lignes"),
        ("calendars/a.yaml", CALENDAR + "streets: ../city.yaml", "6 — Le fichier des rues « ../city.yaml » n'est pas"),
        ("calendars/a.yaml", CALENDAR + "  - {id: nord, name: N}", "6 — Le secteur « nord » est déjà décrit"),
        (
            "calendars/a.yaml",
            CALENDAR + "exceptions: [{from: 2025-05-01, to: 2025-04-01, reason: r}]",
            "6 — La période finit (2025-04-01) avant de commencer",
        ),
    ],
)
def test_each_broken_promise_is_found(town: Town, told: Told, file: str, content: str, line: str) -> None:
    """An id that nothing has, has twice or goes round in circles is told where it is written."""
    (first,) = told(town({file: content}))
    assert first.startswith(f"{file}:{line}")


def test_the_nearest_name_is_offered(town: Town, told: Told) -> None:
    """A clerk who misspells a place, an entry or a street file is shown the right name."""
    root = town(
        {
            "entries/b.yaml": entry("place: mairi\n    follow_ups: [{label: l, entry: encombrant}]"),
            "calendars/a.yaml": CALENDAR + "streets: rue.csv",
            "calendars/rues.csv": "street,sector\nrue d'Essai,nord\n",
            "city.yaml": "name: v\ntimezone: Europe/Pari\ndesk: {name: d, phone: 01 99 00 00 01, " + SOURCES + "}",
        }
    )
    near = ["rues.csv", "Europe/Paris", "mairie", "encombrants"]
    assert [line.split("Vouliez-vous dire ")[1] for line in told(root)] == [f"« {name} » ?" for name in near]


def test_hours_that_cannot_be_trusted(town: Town, told: Told) -> None:
    """Opening hours of a place or the desk that a computer would misread are refused with the cure."""
    places = "places:\n" + "".join(
        f"  - {{id: a{index}, type: t, name: n, opening_hours: '{hours}', {SOURCES}}}\n"
        for index, hours in enumerate(
            ["lundi", "Mo-Fr 08:00-12:00; SH off", "Feb 30 08:00-12:00", "PH off; Mo 08:00-9:00"]
        )
    )
    lines = told(town({"places.yaml": places}))
    assert [line.split(" — ")[0] for line in lines] == [f"places.yaml:{number}" for number in (2, 3, 4, 5)]
    assert "Mo-Fr 08:30-17:00; Sa 09:00-12:00; PH off" in lines[0]


def test_a_town_changes_what_the_bot_says(town: Town, told: Told) -> None:
    """A town may reword a sentence, with its own blanks only: none invented, none that could misbehave."""
    from bot.voice import shipped_texts

    key, text = next((key, text) for key, text in shipped_texts("fr").items() if "{" in text)
    blank = text[text.index("{") : text.index("}") + 1]
    sound = town({"voice.yaml": f"fr:\n  {key}: 'Ici : {blank}'\n"})
    assert load_base(sound).voice == {"fr": {key: f"Ici : {blank}"}}
    for wrong in ("{inconnu}", blank[:-1] + "!r}", blank[:-1] + ":>9999999}", blank[:-1] + ".__class__}", "{}", "{0}"):
        (line,) = told(town({"voice.yaml": f"fr:\n  {key}: 'Ici : {wrong}'\n"}))
        assert line.startswith(f"voice.yaml:2 — Cette phrase ne peut pas contenir {wrong}")
    for wrong, message in {"'{'": "accolade", "3": "guillemets", "' '": "vide", "": "pas de valeur"}.items():
        (line,) = told(town({"voice.yaml": f"fr:\n  {key}: {wrong}\n"}))
        assert message in line


def test_streets_come_with_their_calendar(town: Town, told: Told) -> None:
    """A calendar knows its streets, and a street in a sector that does not exist is told on its line."""
    files = {"calendars/a.yaml": CALENDAR + "streets: rues.csv", "calendars/rues.csv": "street,sector\nrue A,nord\n"}
    assert load_base(town(files)).calendars["jaune"].example_street == "rue A"
    (line,) = told(town({**files, "calendars/rues.csv": "street,sector\nrue A,nor\n"}))
    assert line.startswith("calendars/rues.csv:2 — Le secteur « nor »")


def test_parents_in_a_circle_are_told_once(town: Town, told: Told) -> None:
    """Three ideas that are each other's parents are one fault, and those below them none."""
    links = {"a": "b", "b": "c", "c": "a", "d": "a", "e": "d"}
    concepts = "concepts:\n" + "".join(f"  - {{id: {name}, parent: {up}, terms: {{}}}}\n" for name, up in links.items())
    (line,) = told(town({"vocabulary/a.yaml": concepts}))
    assert "(a → b → c → a)" in line


def test_a_file_that_cannot_be_read_hides_no_other_fault(town: Town, told: Told) -> None:
    """When places.yaml is broken, entries are not blamed for the places they name."""
    assert len(told(town({"places.yaml": "places: [", "entries/b.yaml": entry("place: piscine")}))) == 1
    assert len(told(town({"city.yaml": "name: [", "entries/b.yaml": entry("place: piscine")}))) == 1


def test_faulty_entries_are_checked_for_the_rest(town: Town, told: Told) -> None:
    """An entry with a wrong date is still told of its unknown place, and others may still refer to it."""
    root = town(
        {
            "entries/b.yaml": entry("verified_on: hier\n    place: piscine"),
            "golden.yaml": "golden: [{question: q, expect: autre}]",
        }
    )
    assert [line.split(" — ")[0] for line in told(root)] == ["entries/b.yaml:7", "entries/b.yaml:8"]


def test_a_verification_yet_to_come(town: Town) -> None:
    """A date of verification after today is a warning, for the checker who knows what day it is."""
    base = load_base(town({"calendars/a.yaml": CALENDAR + "verified_on: 2026-01-01"}))
    (fault,) = future_dates(base, date(2025, 12, 31))
    assert render(fault, "fr").startswith("calendars/a.yaml:1 — « jaune » porte une date de vérification à venir")
    assert fault.severity == "warning"
    assert future_dates(base, date(2026, 1, 1)) == ()
