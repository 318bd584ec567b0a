"""What `parvis check` tells the staff of Ville-d'Essai, and what it leaves them in peace about."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bot.checking.checker import check_base
from bot.checking.lengths import mastodon_length
from bot.knowledge.faults import render
from bot.knowledge.loading import load_base

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Told = Callable[..., list[tuple[str, str, str]]]

TODAY = date(2026, 11, 20)
SOURCE = {"title": "Ville-d'Essai", "url": "https://ville-essai.example/fiche"}
CITY = {
    "name": "Ville-d'Essai",
    "languages": ["fr"],
    "desk": {"name": "Accueil", "phone": "01 99 00 00 01", "sources": [SOURCE]},
}
BULKY: dict[str, Any] = {
    "id": "encombrants",
    "title": "Les encombrants",
    "questions": ["jeter un canapé", "vieux matelas", "enlever une armoire", "meuble cassé", "débarrasser ma cave"],
    "answer": "Prenez rendez-vous au 01 99 00 00 02.",
    "sources": [SOURCE],
    "verified_on": "2026-10-24",
}
POOL: dict[str, Any] = {
    **BULKY,
    "id": "piscine",
    "title": "La piscine",
    "questions": ["aller nager", "ouverture du bassin", "prix du bain", "cours de natation", "bonnet obligatoire"],
    "answer": "La piscine ouvre à 7 h.",
}
HALL: dict[str, Any] = {
    "id": "mairie",
    "type": "mairie",
    "name": "Mairie d'Essai",
    "address": "1 rue du Milieu",
    "opening_hours": "Mo-Fr 08:30-17:00; PH off",
    "sources": [SOURCE],
    "verified_on": "2026-10-24",
}


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Writes a base and returns each finding's severity, code and text, in file order."""

    def tell(
        *entries: dict[str, Any],
        city: dict[str, Any] | None = None,
        places: list[dict[str, Any]] | None = None,
        concepts: list[dict[str, Any]] | None = None,
        trials: list[tuple[int, int]] | None = None,
        pack: list[dict[str, Any]] | None = None,
    ) -> list[tuple[str, str, str]]:
        town = tmp_path / "ville"
        contents: dict[Path, Any] = {
            town / "city.yaml": {**CITY, **(city or {}), **({"include": "../france"} if pack else {})},
            town / "entries/fiches.yaml": {"entries": list(entries or (BULKY, POOL))},
            town / "places.yaml": {"places": places or []},
            town / "vocabulary/mots.yaml": {"concepts": concepts or []},
            tmp_path / "france/city.yaml": {"name": "France"},
            tmp_path / "france/entries/fiches.yaml": {"entries": pack or []},
        }
        for path, content in contents.items():
            # JSON is YAML, and quick to write.
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        base = load_base(town)
        ranker: Any = SimpleNamespace(model=model(tuple(base.entries), trials or []))
        faults = check_base(base, ranker, TODAY)
        for fault in faults:
            assert "{" not in render(fault, "fr") + render(fault, "en")
        return [(fault.severity, fault.code, render(fault, "fr")) for fault in faults]

    return tell


def model(ids: tuple[str, ...], trials: list[tuple[int, int]]) -> SimpleNamespace:
    """A model that remembers which entry each text, by number, was taken for."""
    questions, firsts = (np.array([trial[side] for trial in trials], np.int32) for side in (0, 1))
    confidence = np.linspace(0.9, 0.5, len(trials), dtype=np.float32)
    calibration = SimpleNamespace(questions=questions, firsts=firsts, confidence=confidence)
    return SimpleNamespace(entry_ids=ids, calibration=calibration)


def test_a_sound_base_is_left_in_peace(told: Told) -> None:
    """Staff of a healthy base read nothing at all."""
    hall = {**BULKY, "id": "la-mairie", "title": "La mairie", "place": "mairie", "questions": list("abcde")}
    assert told(BULKY, POOL, hall, places=[HALL], concepts=[{"id": "piscine", "terms": {"fr": ["piscine"]}}]) == []


# One case a line: what is changed in the entry, the finding, and what its text must name.
ENTRY_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"questions": ["jeter un canapé"]}, "warning check.few_questions", "encombrants"),
    ({"questions": [*BULKY["questions"], "bonjour " * 21]}, "warning check.long_question", "160"),
    ({"questions": [*BULKY["questions"], "Vieux  MATELAS ?"]}, "warning check.question_repeated", "MATELAS"),
    ({"questions": [*BULKY["questions"], "les cours de la natation"]}, "warning check.question_twice", "encombrants"),
    ({"verified_on": None}, "warning check.unverified", "encombrants"),
    ({"verified_on": "2020-01-01"}, "warning check.stale", "encombrants (2022-01-01)"),
    ({"verified_on": "2024-12-10"}, "note check.due_soon", "encombrants (2026-12-10)"),
    ({"expires_on": "2026-11-19"}, "warning check.expired", "encombrants (2026-11-19)"),
    ({"expires_on": "2026-12-20"}, "note check.due_soon", "encombrants (2026-12-20)"),
    ({"verified_on": "2026-11-21"}, "warning date.future", "2026-11-21"),
    ({"answer": "Les usagers appellent."}, "warning check.jargon", "usagers"),
    ({"answer": "Appelez, **le cas échéant**, la mairie."}, "warning check.jargon", "si besoin"),
    ({"answer": "mot " * 31}, "warning check.long_sentence", "31"),
    ({"answer": "Appelez Zoé au 06 39 98 00 01."}, "warning check.mobile", "06 39 98 00 01"),
    ({"cost": "Écrivez à zoe.essai@orange.fr"}, "warning check.private_mail", "zoe.essai@orange.fr"),
    ({"answer": "Exemple : 2 99 12 99 999 999 99"}, "warning check.social_number", "sécurité sociale"),
    ({"answer": "# Titre"}, "warning markup.heading", "# Titre"),
    ({"answer": "Bien.\n\n![plan](https://ville-essai.example/a.png)"}, "warning markup.image", "![plan]"),
    ({"answer": "a | b\n--- | ---\n1 | 2"}, "warning markup.table", "a | b"),
    ({"answer": "Tapez `ici`."}, "warning markup.code", "`ici`"),
    ({"answer": "Bien <br> sûr."}, "warning markup.html", "<br>"),
    ({"answer": "> Cité"}, "warning markup.quote", "> Cité"),
    ({"answer": "Bien.\n\n---\n\nOui."}, "warning markup.rule", "---"),
    ({"answer": "Un *mot*."}, "warning markup.emphasis", "*mot*"),
    ({"answer": "- un\n  - deux"}, "warning markup.nested_list", "- deux"),
    ({"answer": "Un  \ndeux"}, "warning markup.line_break", "Un"),
    ({"answer": "[Ici](fichier.pdf)"}, "warning markup.link_scheme", "fichier.pdf"),
    ({"answer": "[Ici](http://www.ville-essai.example/a)"}, "warning address.not_safe", "http://www.ville"),
    ({"sources": [{"title": "Essai", "url": "http://ville-essai.example"}]}, "note address.not_safe", "http://"),
    ({"links": [{"label": "A", "url": "https://https://essai.example"}]}, "error address.malformed", "https://https"),
    ({"links": [{"label": "A", "url": "https://mairie"}]}, "error address.malformed", "https://mairie"),
    ({"links": [{"label": "A", "url": "https://essai.example:port/"}]}, "error address.malformed", "port"),
    ({"links": [{"label": "A", "url": "https://[essai.example/"}]}, "error address.malformed", "[essai"),
    ({"links": [{"label": "A", "url": "https://recette.essai.example"}]}, "error address.not_public", "recette"),
    ({"links": [{"label": "A", "url": "https://www-preprod.essai.example"}]}, "error address.not_public", "preprod"),
    ({"links": [{"label": "A", "url": "https://192.0.2.7/page"}]}, "error address.not_public", "192.0.2.7"),
    ({"links": [{"label": "A", "url": "https://intranet.local"}]}, "error address.not_public", "intranet"),
    ({"links": [{"label": "A", "url": "https://www.example.org/a"}]}, "warning address.example", "example.org"),
    ({"links": [{"label": "A", "url": "https://www.service-public.fr/a"}]}, "warning address.moved", "gouv.fr"),
]


@pytest.mark.parametrize(("change", "finding", "names"), ENTRY_FAULTS)
def test_an_entry_to_mend_is_named(told: Told, change: dict[str, Any], finding: str, names: str) -> None:
    """Each weakness of an entry is found alone, with the words staff need to find it again."""
    entry = {name: value for name, value in {**BULKY, **change}.items() if value is not None}
    found = told(entry, POOL)
    assert [f"{severity} {code}" for severity, code, _ in found] == [finding]
    assert names in found[0][2]
    assert "entries/fiches.yaml" in found[0][2]


# What looks like a fault and is none.
FINE: list[dict[str, Any]] = [
    {"answer": "Appelez le 01 99 00 00 02, ou le 3975. Commande 0612345678901."},
    {"answer": "Écrivez à etat.civil@ville-essai.example ou à mairie@orange.fr."},
    {"answer": "**Gras**, [lien](https://ville-essai.example/a(b)), [tél.](tel:+33199000002).\n\n- un\n- deux"},
    {"answer": ("mot " * 30).strip() + ". " + "mot " * 30},
    {"verified_on": "2024-12-21"},
    {"questions": [*BULKY["questions"], "où jeter un canapé"]},
    {"questions": [*BULKY["questions"], "pas de bonnet obligatoire"]},
    {"links": [{"label": "A", "url": "https://essais.recettes.example"}, {"label": "B", "url": "https://essai.dev/"}]},
]


@pytest.mark.parametrize("change", FINE)
def test_what_is_right_is_not_reproached(told: Told, change: dict[str, Any]) -> None:
    """A service's number, a town's own address and a question that differs by one telling word are fine."""
    assert told({**BULKY, **change}, POOL) == []


def test_a_finding_has_its_line(told: Told) -> None:
    """The clerk is sent to the link itself, not to the top of the entry."""
    entry = {**BULKY, "links": [{"label": "A", "url": "https://a.example"}, {"label": "B", "url": "https://mairie"}]}
    ((_, _, text),) = told(entry, POOL)
    assert text.startswith("entries/fiches.yaml:28 — ")


def test_entries_taken_for_one_another_are_named(told: Told) -> None:
    """Three questions in six that go to another entry are shown, the surest mistakes first."""
    # Text 0 is the title, 1 to 5 the questions, 6 the answer; -1 is a question whose entry was kept away.
    trials = [(0, 0), (1, 1), (2, 1), (3, 1), (4, 0), (5, 0), (1, -1), (2, -1)]
    ((severity, code, text),) = told(trials=trials)
    assert (severity, code) == ("warning", "check.confused")
    assert "Sur 6 questions de « encombrants », 3 mènent à « piscine »" in text
    assert text.index("jeter un canapé") < text.index("vieux matelas") < text.index("enlever une armoire")


def test_a_few_confusions_are_no_matter(told: Told) -> None:
    """Two questions that stray, or three in twelve, are not worth a line."""
    assert told(trials=[(1, 1), (2, 1), (3, 0)]) == []
    assert told(trials=[(1, 1), (2, 1), (3, 1), *[(4, 0)] * 9]) == []


@pytest.mark.parametrize("side", ["encombrants", "piscine"])
def test_entries_known_to_be_close_are_left_in_peace(told: Told, side: str) -> None:
    """Once staff wrote ``close_to`` on either side, neither confusions nor common questions are shown again."""
    close = {"encombrants": "piscine", "piscine": "encombrants"}
    bulky = {**BULKY, "questions": [*BULKY["questions"], "aller nager"]}
    entries = [{**entry, **({"close_to": [close[side]]} if entry["id"] == side else {})} for entry in (bulky, POOL)]
    assert told(*entries, trials=[(1, 1), (2, 1), (3, 1)]) == []


ENGLISH: dict[str, Any] = {
    "title": "Bulky waste",
    "questions": ["old sofa"],
    "answer": "Book a collection.",
    "by": "Service communication",
    "translated_on": "2026-10-24",
}


def test_missing_translations_make_one_line(told: Told) -> None:
    """A town that promises English learns which entries lack it, or that none has it."""
    half = {**BULKY, "translations": {"en": ENGLISH}}
    assert [text for _, _, text in told(half, POOL, city={"languages": ["fr", "en"]})] == [
        "city.yaml — Fiches sans traduction dans la langue « en » (1) : piscine. Ajoutez leurs traductions "
        "(translations). D'ici là, la réponse est donnée en français."
    ]
    assert [code for _, code, _ in told(city={"languages": ["fr", "en"]})] == ["check.translation_none"]


def test_a_translation_follows_its_entry(told: Told) -> None:
    """A translation older than the facts, or without the price, is to be read again."""
    old = {**BULKY, "translations": {"en": {**ENGLISH, "translated_on": "2026-10-23"}}}
    assert [code for _, code, _ in told(old, POOL)] == ["check.translation_older"]
    partial = {**BULKY, "cost": "Gratuit.", "translations": {"en": ENGLISH}}
    ((_, code, text),) = told(partial, POOL)
    assert (code, "cost" in text) == ("check.translation_partial", True)


def test_long_answers_are_measured_as_channels_count(told: Told) -> None:
    """Three posts of Mastodon are fine, a fourth is one too many; Telegram takes one message."""
    sentence = "Prenez rendez-vous avant de sortir vos meubles. "
    ((severity, code, text),) = told({**BULKY, "answer": sentence * 12}, POOL)
    assert (severity, code, "1 sur 2" in text) == ("note", "length.posts", True)
    ((severity, code, text),) = told({**BULKY, "answer": sentence * 36}, POOL)
    assert (severity, code, "4 messages" in text) == ("warning", "length.mastodon", True)
    long = {**BULKY, "answer": sentence * 80, "documents": ["une pièce d'identité valide"] * 30}
    assert [code for _, code, _ in told(long, POOL)] == ["length.telegram", "length.mastodon"]


def test_an_address_counts_the_same_whatever_its_length() -> None:
    """Mastodon counts 23 characters for every address."""
    assert mastodon_length("Voir https://ville-essai.example/" + "a" * 200) == len("Voir ") + 23


def test_links_of_one_entry_can_be_told_apart(told: Told) -> None:
    """Someone who hears the links read out knows what each opens."""
    same = [{"label": "Le site", "url": "https://a.example"}, {"label": "le SITE", "url": "https://b.example"}]
    assert [code for _, code, _ in told({**BULKY, "links": same}, POOL)] == ["address.same_label"] * 2
    twice = [{"label": "Le site", "url": "https://a.example"}, {"label": "La page", "url": "https://a.example/"}]
    assert [code for _, code, _ in told({**BULKY, "links": twice}, POOL)] == ["address.same_url"] * 2


def test_places_no_entry_leads_to_are_named(told: Told) -> None:
    """A hall that no entry speaks of is named; an entry for its kind is enough."""
    ((severity, code, text),) = told(places=[HALL])
    assert (severity, code, " mairie." in text) == ("warning", "check.places_alone", True)
    assert told({**BULKY, "place_type": "mairie"}, POOL, places=[HALL]) == []


def test_places_that_say_too_little_are_noted(told: Told) -> None:
    """Where a hall has no hours or no address, residents ring: good to know, no reproach."""
    bare = {name: value for name, value in HALL.items() if name not in ("address", "opening_hours")}
    found = told({**BULKY, "place": "mairie"}, POOL, places=[bare])
    assert [(severity, code) for severity, code, _ in found] == [
        ("note", "check.places_without_hours"),
        ("note", "check.places_without_address"),
    ]
    mobile = {**HALL, "verified_on": "2020-01-01", "hours_note": "Appelez Zoé au +33 6 39 98 00 01"}
    codes = [code for _, code, _ in told({**BULKY, "place": "mairie"}, POOL, places=[mobile])]
    assert codes == ["check.stale", "check.mobile"]


def test_a_name_that_tells_nothing_apart_is_told(told: Told) -> None:
    """In a town of two halls, none can be called just "la mairie"; in a town of one, it can."""
    vague = {**HALL, "aliases": ["la mairie"]}
    entry = {**BULKY, "place_type": "mairie"}
    assert told(entry, POOL, places=[vague]) == []
    ((severity, code, text),) = told(entry, POOL, places=[vague, {**HALL, "id": "annexe", "name": "Mairie annexe"}])
    assert (severity, code, "« la mairie »" in text) == ("warning", "check.bare_alias", True)


def test_a_kind_of_place_the_town_lacks_is_named(told: Told) -> None:
    """The national entry on libraries helps nobody in a town without one; a note, for the town did not write it."""
    pack = [{**BULKY, "id": "bibliotheques", "questions": list("abcde"), "place_type": "bibliotheque"}]
    ((severity, code, text),) = told(BULKY, POOL, pack=pack)
    assert (severity, code) == ("note", "check.no_such_place_type")
    assert text.startswith("../france/entries/fiches.yaml:")


def test_words_for_ideas_are_checked(told: Told) -> None:
    """A term in two ideas, one that is all small words, and an idea without French words are named."""
    concepts = [
        {"id": "bain", "terms": {"fr": ["piscine municipale", "à la"]}},
        {"id": "impots", "terms": {"fr": ["taxe"], "en": ["taxi"]}},
        {"id": "nage", "terms": {"fr": ["Piscine  MUNICIPALE", "taxi"]}},
        {"id": "pool", "terms": {"en": ["pool"]}},
    ]
    found = told(concepts=concepts)
    assert [code for _, code, _ in found] == [
        "concept.never_seen",
        "concept.term_twice",
        "concept.term_alike",
        "concept.no_terms",
    ]
    assert "« bain »" in found[1][2]
    assert "« impots »" in found[2][2]
