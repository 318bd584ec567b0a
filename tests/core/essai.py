"""Ville-d'Essai, a town that does not exist: its places, its streets, its collection calendar."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.knowledge.model import CollectionCalendar, Concept, Place

PARIS = ZoneInfo("Europe/Paris")
HALL_HOURS = 'Mo-Fr 08:30-17:00; Th 08:30-19:30; Sa 09:30-12:00 "état civil"; Tu[1] 13:00-17:00; PH off'
SOURCES = [{"title": "Ville-d'Essai", "url": "https://ville-essai.example/lieux"}]


def at(text: str) -> datetime:
    """A moment in Ville-d'Essai's local time."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def place(**fields: Any) -> Place:
    """A place with the source every place needs."""
    return Place.model_validate({"sources": SOURCES, "verified_on": "2026-10-24", **fields})


def town() -> dict[str, Place]:
    """Twenty districts (the first four share a hall), three pools and a library."""
    halls = [
        place(
            id=f"mairie-{number}",
            type="mairie",
            name=f"Mairie du {number}e arrondissement",
            address=f"{number} place Neuve, 990{number:02} Ville-d'Essai",
            phone=f"01 99 00 00 {number:02}",
            opening_hours=HALL_HOURS,
        )
        for number in range(5, 20)
    ]
    others = [
        place(
            id="mairie-centre",
            type="mairie",
            name="Mairie d'Essai Centre",
            aliases=[
                "mairie du centre",
                "mairie du Marais",
                "mairie du 1er",
                "mairie du 2e",
                "mairie du 3e",
                "mairie du 4e",
            ],
            address="1 rue du Milieu, 99003 Ville-d'Essai",
            opening_hours="Mo-Fr 08:30-17:00",
            closures=[{"from": "2026-12-24", "to": "2026-12-26", "reason": "fête du personnel"}],
        ),
        place(id="mairie-20", type="mairie", name="Mairie du 20e arrondissement", phone="01 99 00 00 20"),
        place(
            id="merles",
            type="piscine",
            name="Piscine de la Butte-aux-Merles",
            address="5 place des Merles, 99013 Ville-d'Essai",
            latitude=48.8276,
            longitude=2.3565,
            opening_hours="Tu-Su 07:00-08:30,11:30-21:00; PH off",
        ),
        place(
            id="valmont",
            type="piscine",
            name="Piscine Georges-Valmont",
            address="8 rue Longue, 99019 Ville-d'Essai",
            latitude=48.8755,
            longitude=2.4067,
            accessibility="Ascenseur et vestiaire adapté",
        ),
        place(id="herbin", type="piscine", name="Piscine Georges-Herbin", address="6 rue Courte, 99020 Ville-d'Essai"),
        place(
            id="colibri",
            type="bibliotheque",
            name="Bibliothèque Colibri",
            address="2 rue du Livre, 99019 Ville-d'Essai",
        ),
    ]
    return {item.id: item for item in (*halls, *others)}


def vocabulary() -> list[Concept]:
    """The synonyms a base gives to the kinds of its places."""
    return [
        Concept.model_validate(
            {"id": "lieu.piscine", "terms": {"fr": ["piscine", "nager"], "en": ["swimming pool", "swim"]}}
        ),
        Concept.model_validate({"id": "mairie", "terms": {"fr": ["mairie", "opposition"], "en": ["town hall"]}}),
    ]


def calendar(**fields: Any) -> CollectionCalendar:
    """The yellow bin: sector A three times a week, sector B every other Tuesday."""
    sectors = [
        {"id": "a", "name": "Secteur A", "days": ["lundi", "mercredi", "vendredi"], "time": "à partir de 6 h"},
        {"id": "b", "name": "Secteur B", "days": ["mardi"], "weeks": "even"},
    ]
    return CollectionCalendar.model_validate(
        {"id": "jaune", "title": "Bac jaune", "sectors": sectors, "sources": SOURCES, **fields}
    )


KNOWN_STREETS = (
    "Rue Jean Jaurès",
    "Rue de Paris",
    "Avenue de Paris",
    "Rue du 8 Mai 1945",
    "Boulevard du Général de Gaulle",
    "Rue Saint-Exupéry",
    "Place de l'Église",
    "Rue Verte",
    "Impasse des Lilas",
)


def streets(number: int = 5000) -> list[str]:
    """``number`` street names, the same at every run, those of ``KNOWN_STREETS`` among them."""
    random = Random(19)  # noqa: S311 - no secret, the same town at every run
    first = ("Jean", "Paul", "Marie", "Louis", "Émile", "Georges", "Jules", "Anatole", "Simone", "Lucie", "Rosa")
    parts = (
        "bar",
        "tor",
        "man",
        "del",
        "vil",
        "mon",
        "gue",
        "ro",
        "ni",
        "sa",
        "cha",
        "pel",
        "lan",
        "dre",
        "vau",
        "zac",
    )
    kinds = ("Rue", "Rue", "Avenue", "Boulevard", "Place", "Impasse", "Allée", "Chemin")
    found = dict.fromkeys(KNOWN_STREETS)
    while len(found) < number:
        name = "".join(random.choices(parts, k=random.randint(2, 4))).title()
        found[f"{random.choice(kinds)} {random.choice(first)} {name}"] = None
    return list(found)
