"""What an answer says of its source, its age, its season and its language."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from villedessai import (
    ANSWERED,
    NOW,
    PHONE,
    TINY,
    contacts_of,
    first_of,
    resident_of,
    targets_of,
    text_of,
    tiny_town,
)

from bot.assembly import prepare
from bot.messages import BlockKind, Location, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from villedessai import Resident

MERLES = Location(48.8276, 2.3565)


def test_an_answer_shows_its_source_and_when_it_was_verified(resident: Resident) -> None:
    """Whoever reads "86 €" can see where it comes from and how old it is."""
    answer = resident.asks("Comment refaire mon passeport ?")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.entry_id == "passeport"
    assert [(note.title, note.verified_on) for note in answer.sources] == [
        ("Ville-d'Essai, les papiers", date(2025, 10, 24))
    ]
    assert "Source : Ville-d'Essai, les papiers, vérifié le 24 octobre 2025." in text_of(answer)


def test_a_source_is_never_verified_before_it_was_written(tmp_path: Path) -> None:
    """Of an entry last verified in 2024, a page of 2025 says its own date: nobody can have verified it before."""
    dated = "sources: [{title: La mairie}, {title: Le journal, date: 2025-03-01}, {title: Un livre, date: 2009-01-01}]"
    town = tiny_town(tmp_path, TINY.replace("sources: [{title: Mairie}]", dated).replace("2025-10-24", "2024-05-02"))
    said = text_of(resident_of(prepare(town, cache=None, target_precision=0.95)).asks("Enlever un matelas"))
    assert "Source : La mairie, vérifié le 2 mai 2024." in said
    assert "Source : Le journal, daté du 1er mars 2025." in said
    assert "Source : Un livre, vérifié le 2 mai 2024." in said


def test_an_answer_carries_what_staff_wrote(resident: Resident) -> None:
    """Bold words, lists, price, delay, papers to bring and links all reach the resident."""
    answer = resident.asks("Comment refaire mon passeport ?")
    bold = {span.text for block in answer.blocks for span in block.spans if span.bold}
    links = {span.url for block in answer.blocks for span in block.spans if span.url}
    items = [block.text for block in answer.blocks if block.kind is BlockKind.ITEM]
    assert {"pré-demande en ligne", "obligatoire", "Coût :", "Délai :"} <= bold
    assert {"https://ville-essai.example/rendez-vous", "https://ville-essai.example/papiers"} <= links
    assert items[-2:] == ["une photo d'identité", "un justificatif de domicile"]


def test_an_unverified_answer_says_so(resident: Resident) -> None:
    """Nobody verified the parking card: the answer is given, and opens with that."""
    answer = resident.asks("Stationnement résident")
    assert answer.outcome is Outcome.ANSWERED
    assert "pas de date de vérification" in first_of(answer)
    assert "non vérifié par la ville" in text_of(answer)


def test_a_stale_answer_opens_with_a_warning_and_the_desk(resident: Resident) -> None:
    """A price last verified a year ago is given under a warning, with one short way to have it confirmed."""
    answer = resident.asks("prix de la cantine")
    assert answer.outcome is Outcome.ANSWERED_STALE
    assert first_of(answer).startswith("Attention : cette information a été vérifiée le 2 novembre 2024.")
    assert contacts_of(answer) == [
        f"Pour confirmer : Accueil de la mairie de Ville-d'Essai, téléphone {PHONE}",
    ]
    assert "de 0,13 € à 7 € le repas" in text_of(answer)


def test_an_expired_fact_is_withheld(resident: Resident) -> None:
    """The bicycle grant ended in June: its amount is no longer told, the desk is."""
    answer = resident.asks("Aide pour acheter un vélo électrique")
    assert answer.outcome is Outcome.UNKNOWN
    assert "400" not in text_of(answer)
    assert "n'est plus valable depuis le 30 juin 2025" in text_of(answer)
    assert PHONE in contacts_of(answer)[0]


@pytest.mark.parametrize(("month", "day", "open_"), [(11, 20, False), (12, 1, True), (1, 15, True), (3, 1, False)])
def test_out_of_season_says_so(resident: Resident, month: int, day: int, open_: bool) -> None:
    """The ice rink's season spans New Year: outside it, the answer opens with its dates."""
    resident.clock.moment = NOW.replace(month=month, day=day)
    answer = resident.asks("Où est la patinoire ?")
    assert answer.entry_id == "patinoire"
    said = "Cette information vaut du 1er décembre au 28 février." in text_of(answer)
    assert said is not open_


def test_unknown_names_a_human_way(resident: Resident) -> None:
    """Whatever the bot does not know, it says who does: name, phone, e-mail, address and hours."""
    answer = resident.asks("xylophone baryton clavecin")
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.entry_id is None
    assert answer.sources == ()
    contact = contacts_of(answer)[0]
    ways = (PHONE, "accueil@ville-essai.example", "1 place Neuve", "de 8 h 30 à 17 h")
    assert all(way in contact for way in ways)


def test_what_might_be_meant_is_named_after_the_human_way(resident: Resident) -> None:
    """A guess too weak to ask back is still worth a number to press, under the honest "I do not know"."""
    answer = resident.asks("quels papiers")
    assert answer.outcome is Outcome.UNKNOWN
    assert [block.kind for block in answer.blocks][-2:] == [BlockKind.CONTACT, BlockKind.CHOICES]
    assert len(answer.choices) in (2, 3)
    assert resident.asks("1").entry_id == answer.choices[0].target


def test_clarifying_offers_choices_and_no_substance(resident: Resident) -> None:
    """ "Une carte" may be several: the bot asks which, two or three choices, no fact, no source."""
    answer = resident.asks("une carte")
    assert answer.outcome is Outcome.CLARIFY
    assert {"carte-identite", "stationnement"} <= set(targets_of(answer))
    assert [choice.number for choice in answer.choices] == [1, 2, 3]
    assert {block.kind for block in answer.blocks} == {BlockKind.CHOICES}
    assert answer.sources == ()


@pytest.mark.parametrize(
    "text", ["Comment refaire mon passeport ?", "prix de la cantine", "bac jaune", "horaires mairie nord", "xylophone"]
)
def test_every_answer_keeps_the_promises_of_its_outcome(resident: Resident, text: str) -> None:
    """Answered: one entry, one source at least. Unknown: a human. And five matches behind each."""
    answer = resident.asks(text)
    if answer.outcome in ANSWERED:
        assert answer.entry_id
        assert answer.sources
    else:
        assert contacts_of(answer)
    assert len(answer.matches) >= 5
    assert [match.confidence for match in answer.matches] == sorted(
        (match.confidence for match in answer.matches), reverse=True
    )


def test_a_translation_is_used_where_it_exists(resident: Resident) -> None:
    """An English speaker gets the English passport answer, its translator and date, and follow-ups in English."""
    answer = resident.asks("How do I get a passport?")
    assert (answer.language, answer.entry_id) == ("en", "passeport")
    assert "€86 for an adult" in text_of(answer)
    assert "Translation: le service des papiers, 25 October 2025." in text_of(answer)
    assert "only in French" not in text_of(answer)


def test_french_only_is_said_in_the_resident_s_language(resident: Resident) -> None:
    """An English question whose answer is only in French gets it, after one sentence in English."""
    answer = resident.asks("in English please", "carte d'identité")
    assert (answer.language, answer.entry_id) == ("en", "carte-identite")
    assert first_of(answer) == "This answer exists only in French for now."
    assert "Source: Ville-d'Essai, les papiers, checked on 24 October 2025." in text_of(answer)


def test_the_language_a_resident_chose_lasts(resident: Resident) -> None:
    """Who asked for English keeps it, even an hour later, whatever the telephone says."""
    assert resident.asks("in English please").language == "en"
    resident.clock.move(hours=1)
    assert resident.asks("passeport", language="fr").language == "en"
    assert resident.asks("en français s'il vous plaît", "passeport").language == "fr"


def test_a_place_in_an_answer_has_an_age_of_its_own(resident: Resident) -> None:
    """The entry is fresh, but the library's hours were verified ten months ago: the answer says so first."""
    answer = resident.asks("S'inscrire à la bibliothèque")
    assert answer.outcome is Outcome.ANSWERED_STALE
    assert "5 janvier 2025" in first_of(answer)
    assert "c'est ouvert maintenant" in text_of(answer)


def test_the_nearest_pool_needs_a_location(resident: Resident) -> None:
    """Asked for the nearest pool, the bot asks where one is, speaks of pools only, then tells the distance."""
    asked = resident.asks("la piscine la plus proche")
    assert asked.entry_id == "piscines"
    assert "Partagez votre position" in text_of(asked)
    answer = resident.asks("", location=MERLES)
    assert "Piscine des Merles, à 10 m" in text_of(answer)
    assert answer.place_id == "piscine-merles"
    assert text_of(resident.asks("la piscine la plus proche", location=MERLES)) == text_of(answer)


def test_two_places_are_offered_by_name(resident: Resident) -> None:
    """ "Which town hall?" is asked plainly: the bot does not say that it failed to understand."""
    answer = resident.asks("horaires de la mairie")
    assert answer.outcome is Outcome.CLARIFY
    assert first_of(answer) == "Il y a plusieurs lieux possibles. Lequel cherchez-vous ?"
    assert [choice.label for choice in answer.choices] == ["Mairie du quartier Nord", "Mairie du quartier Sud"]


def test_a_closure_is_explained(resident: Resident) -> None:
    """The town hall is closed on 24 December, and residents are told why and when it opens again."""
    said = text_of(resident.asks("la mairie nord est ouverte le 24 décembre ?"))
    assert "fermé le mercredi 24 décembre : fête du personnel" in said
    assert "samedi 27 décembre à 9 h" in said


def test_the_street_is_asked_for_and_said_to_be_unknown(resident: Resident) -> None:
    """A collection by street asks which street, and says when it does not know it."""
    asked = resident.asks("Quand passe le bac jaune ?")
    assert (asked.entry_id, asked.awaiting) == ("bac-jaune", "street")
    assert "Dans quelle rue ?" in text_of(asked)
    assert "Je ne trouve pas cette rue" in text_of(resident.asks("c'est la rue Zorglub"))


def test_a_misspelt_street_is_found(resident: Resident) -> None:
    """ "rue des accacias" gets the days of Rue des Acacias, under the calendar's own source."""
    answer = resident.asks("quand passe le bac jaune 12 rue des accacias")
    assert "Prochains passages, Rue des Acacias" in text_of(answer)
    assert "Aujourd'hui (jeudi 20 novembre), à partir de 6 h" in text_of(answer)
    assert "le calendrier des collectes, vérifié le 24 octobre 2025" in text_of(answer)


def test_a_house_number_is_no_date(resident: Resident) -> None:
    """ "bac jaune 12 place neuve": jaune is no month of June."""
    assert "juin" not in text_of(resident.asks("bac jaune 12 place neuve"))


def test_a_calendar_grows_old(resident: Resident) -> None:
    """Two years and a month after it was verified, a calendar's dates come under a warning."""
    resident.clock.moment = NOW.replace(year=2027)
    answer = resident.asks("collecte du verre ville basse")
    assert answer.outcome is Outcome.ANSWERED_STALE
