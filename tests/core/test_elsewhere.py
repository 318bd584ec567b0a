"""A town never answers for another one; whoever only comes from, goes to or lives elsewhere is answered as usual."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.elsewhere import Elsewhere
from bot.answering.gazetteer import shipped_gazetteer
from bot.answering.normalise import fold
from bot.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable

SETS = Path(__file__).parents[1] / "data"
DISTRICTS = [*(f"{number}e" for number in range(2, 21)), "1er", "Paris Centre", "Belleville", "Ménilmontant", "Bercy"]


@cache
def paris() -> Elsewhere:
    return Elsewhere(["Paris", *DISTRICTS, "rue de Lyon", "porte de Montreuil"])


@cache
def suburb() -> Elsewhere:
    return Elsewhere(["Le Kremlin-Bicêtre", "94270"])


def asked(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((SETS / f"{name}.yaml").read_text("utf-8"))
    return loaded


def measured(town: Elsewhere, name: str) -> tuple[float, float]:
    """Precision and recall on a set of questions; a place named wrongly is a false alarm."""
    data = asked(name)
    found = {text: town.find(text) for text in (*data["about"], *data["not"])}
    right = sum(fold(found[text] or "") == fold(place) for text, place in data["about"].items())
    return right / sum(place is not None for place in found.values()), right / len(data["about"])


def test_questions_about_elsewhere_are_recognised() -> None:
    """Someone who asks for another town's hours is told that this is another town."""
    seen = {text: fold(paris().find(text) or "") for text in asked("elsewhere_dev")["about"]}
    assert seen == {text: fold(place) for text, place in asked("elsewhere_dev")["about"].items()}


@pytest.mark.parametrize(
    "text",
    [
        "la piscine de Marseille",
        "piscine à Lyon",
        "horaires de la mairie de Pantin",
        "la médiathèque de Rennes ouvre ?",
    ],
)
def test_a_kind_of_place_is_no_name_of_ours(text: str) -> None:
    """Staff who call their only pool "la piscine" do not make the pool of Marseille theirs."""
    careless = Elsewhere(["Ville-d'Essai", "la piscine", "la mairie", "médiathèque", "Mairie municipale"])
    assert careless.find(text) is not None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mes enfants sont loin, à Bordeaux et à Nantes. Comment avoir une carte de bus gratuite ?", None),
        ("ma soeur habite loin d'ici, à Rennes, quels papiers pour un passeport ?", None),
        ("les horaires de la piscine, à Lyon ?", "Lyon"),
        ("la mairie ouvre quand, à Bordeaux", "Bordeaux"),
    ],
)
def test_where_the_children_live_is_not_where_is_asked(text: str, place: str | None) -> None:
    """An elderly lady whose children live in Bordeaux asks about her own town; what follows a comma is read with it."""
    assert paris().find(text) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mon vélo est à la fourrière de Lille, combien je dois payer", "Lille"),
        ("on habite à Montreuil, tarif de la cantine chez nous ?", "Montreuil"),
        ("j'habite Nantes, ma mairie ferme à quelle heure", "Nantes"),
        ("ma fille est à l'école de Montreuil, combien coûte un passeport", None),
        ("j'habite à Montreuil, je peux m'inscrire à la piscine ?", None),
    ],
)
def test_what_is_asked_of_the_place_just_named(text: str, place: str | None) -> None:
    """The price of what is elsewhere, or "chez nous" for who lives there, is asked of that town."""
    assert paris().find(text) == place


def test_a_towns_own_word_for_a_kind_of_place_is_no_name_either() -> None:
    """In a base with places of type "aquacentre", the aquacentre of Lyon is still in Lyon."""
    names, asked = ["Ville-d'Essai", "l'aquacentre"], "quels sont les horaires de l'aquacentre à Lyon"
    assert Elsewhere(names).find(asked) is None
    assert Elsewhere(names, (), ["aquacentre"]).find(asked) == "Lyon"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("à quelle heure ouvre la mairie du 13e ?", "13e arrondissement"),
        ("piscine du 5ème arrondissement", "5ème arrondissement"),
        ("mairie du XIIIe", "XIIIe arrondissement"),
        ("la mairie est ouverte le 13 ?", None),
        ("mairie du 13 novembre", None),
        ("mon 1er enfant est né", None),
    ],
)
def test_a_town_without_districts_has_no_thirteenth(text: str, place: str | None) -> None:
    """The town hall "of the 13th" is that of a large town nearby, not the only one this town has."""
    assert suburb().find(text) == place
    assert paris().find(text) is None


def test_a_place_said_in_passing_changes_nothing() -> None:
    """Someone who was born in Marseille or waits at the Gare de Lyon gets this town's answer."""
    seen = {text: paris().find(text) for text in asked("elsewhere_dev")["not"]}
    assert {text: place for text, place in seen.items() if place is not None} == {}


@pytest.mark.parametrize(
    ("town", "name"),
    [(paris, "elsewhere_heldout"), (paris, "elsewhere_heldout_2"), (suburb, "elsewhere_heldout_3")],
)
def test_new_questions_are_read_as_well(town: Callable[[], Elsewhere], name: str) -> None:
    """Questions written before they were tried are hardly ever refused wrongly, and mostly recognised."""
    precision, recall = measured(town(), name)
    assert precision >= 0.97
    assert recall >= 0.88


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("horaires de la mairie de Montreuil", None),
        ("déchèterie de Montreuil-sous-Bois", None),
        ("mairie de montreuil", None),
        ("caf de Seine-Saint-Denis", None),
        ("caf dans le 93", None),
        ("piscine dans le 13", "Bouches-du-Rhône"),
        ("mairie 93100", None),
        ("mairie 93500", "93500"),
        ("mairie de Paris horaires", "Paris"),
    ],
)
def test_another_town_has_its_own_elsewhere(text: str, place: str | None) -> None:
    """In Montreuil, Paris is elsewhere, and the town's other names and its department are not."""
    assert Elsewhere(["Montreuil", "93100"]).find(text) == place


@pytest.mark.parametrize(
    "text", ["mairie du Kremlin-Bicêtre", "piscine kremlin bicetre", "la mairie de KREMLIN BICETRE"]
)
def test_the_town_is_known_without_its_article(text: str) -> None:
    """A resident who leaves out "Le" still asks about the town itself."""
    assert Elsewhere(["Le Kremlin-Bicêtre"]).find(text) is None


def test_what_the_town_speaks_of_is_its_own() -> None:
    """A street or a district that bears another town's name belongs to this one."""
    assert Elsewhere(["Ville-d'Essai"]).find("horaires de la piscine de Lyon") == "Lyon"
    assert Elsewhere(["Ville-d'Essai", "piscine de Lyon"]).find("horaires de la piscine de Lyon") is None
    assert Elsewhere(["Ville-d'Essai", "Trifouilly"]).find("mairie de Trifouilly") is None


def test_a_word_of_the_base_is_no_misspelt_town() -> None:
    """A word the town itself uses is not taken for a name it looks like."""
    assert Elsewhere(["Paris"]).find("piscine de toulous") == "Toulouse"
    assert Elsewhere(["Paris"], ["toulous"]).find("piscine de toulous") is None


def test_every_name_is_found() -> None:
    """Each town of the list is recognised when its town hall is asked for."""
    town = Elsewhere(["Ville-d'Essai"])
    names = [name.text for name in shipped_gazetteer().names if name.kind in ("commune", "city")]
    missed = [name for name in names if fold(town.find(f"horaires de la mairie de {name}") or "") != fold(name)]
    assert missed == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notice_names_both_places(language: str) -> None:
    """The resident reads which place the question was about and which town answers here."""
    said = Voice().say("elsewhere.notice", language, place="Lyon", town="Ville-d'Essai")
    assert "Lyon" in said
    assert "Ville-d'Essai" in said


@given(st.text(max_size=200))
@settings(max_examples=25, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    """Whatever a resident sends, looking for a place never fails."""
    paris().find(text)
    paris().find(f"mairie de {text}")
