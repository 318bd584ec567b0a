"""Bases as they begin: one entry, no vocabulary, two languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from villedessai import SECOND, TINY, resident_of, tiny_town

from bot.assembly import prepare
from bot.messages import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from bot.answering.snapshot import Snapshot

ENGLISH = """\
    translations:
      en:
        title: Bulky waste
        questions: [Get rid of a sofa, Throw away a mattress]
        answer: Make an appointment.
        by: le service
        translated_on: 2025-10-25
"""


@pytest.mark.parametrize("text", ["Comment jeter un canapé ?", "JETER UNE ARMOIRE", "bonjour, enlever un matelas svp"])
def test_one_entry_answers_its_own_questions(tiny: Snapshot, text: str) -> None:
    """The first entry staff ever write answers the questions they wrote for it, as a resident would type them."""
    answer = resident_of(tiny).asks(text)
    assert (answer.outcome, answer.entry_id) == (Outcome.ANSWERED, "encombrants")


@pytest.mark.parametrize("text", ["refaire mon passeport", "xylophone", "où est la piscine", "Wie spät ist es"])
def test_one_entry_is_no_answer_to_everything(tiny: Snapshot, text: str) -> None:
    """With a single entry, whatever it does not speak of is unknown: being alone proves nothing."""
    answer = resident_of(tiny).asks(text)
    assert answer.outcome is Outcome.UNKNOWN


def test_two_entries_are_told_apart(tmp_path: Path) -> None:
    """Two entries of three questions each, and no vocabulary: each answers for itself, and neither for a xylophone."""
    resident = resident_of(prepare(tiny_town(tmp_path, TINY + SECOND), cache=None, target_precision=0.95))
    assert resident.asks("jeter mon canapé").entry_id == "encombrants"
    assert resident.asks("j'ai perdu mon passeport").entry_id == "passeport"
    assert resident.asks("xylophone").outcome is Outcome.UNKNOWN


def test_an_entry_in_two_languages(tmp_path: Path) -> None:
    """Each language reaches the entry in its own words."""
    root = tiny_town(tmp_path, TINY + ENGLISH + SECOND)
    resident = resident_of(prepare(root, cache=None, target_precision=0.95))
    english = resident.asks("get rid of a sofa please")
    assert (english.language, english.entry_id) == ("en", "encombrants")
    assert resident.asks("comment jeter un canapé").language == "fr"


def test_a_phrase_of_two_entries_belongs_to_neither(tmp_path: Path) -> None:
    """A question that staff wrote under two entries is not settled by either having it word for word."""
    entries = TINY + SECOND.replace("Passeport perdu", "Jeter une armoire")
    snapshot = prepare(tiny_town(tmp_path, entries), cache=None, target_precision=0.95)
    assert ("jeter", "une", "armoire") not in snapshot.verbatim
    assert snapshot.verbatim["refaire", "mon", "passeport"] == "passeport"


def test_a_question_of_everyday_words_that_staff_wrote_is_answered(tmp_path: Path) -> None:
    """ "C'est quoi ici ?" says nothing of its own, but staff wrote it: its entry answers."""
    entries = TINY.replace("Jeter une armoire", "C'est quoi ici ?")
    asked = resident_of(prepare(tiny_town(tmp_path, entries + SECOND), cache=None, target_precision=0.95))
    assert asked.asks("C'est quoi ici ?").entry_id == "encombrants"


VOTES = """\
entries:
  - id: idee
    title: Proposer une idée
    questions: [Budget participatif proposer, Déposer un projet au budget participatif, Mon idée pour le quartier]
    answer: Écrivez-la.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
  - id: choisir
    title: Choisir un projet
    questions: [Budget participatif choisir, Voter au budget participatif, Où est l'urne]
    answer: Venez en mai.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
"""


def test_two_words_that_several_entries_share_are_asked_back(tmp_path: Path) -> None:
    """Two words are a subject, not yet a question: whoever types them is asked which; one more word settles it."""
    snapshot = prepare(tiny_town(tmp_path, VOTES), cache=None, target_precision=0.95)
    assert snapshot.ranker.rank("budget participatif", "fr").own_share == 0.5
    assert snapshot.ranker.rank("urne", "fr").own_share == 0.0  # one phrasing is no proof
    assert snapshot.ranker.rank("voter au budget participatif", "fr").own_share == 1.0
    assert resident_of(snapshot).asks("budget participatif").outcome in (Outcome.CLARIFY, Outcome.UNKNOWN)


HALLS = """\
places:
  - {id: mairie-14, type: mairie, name: Mairie du 14e, opening_hours: Mo-Fr 08:30-17:00, sources: [{title: Mairie}]}
  - {id: mairie-15, type: mairie, name: Mairie du 15e, opening_hours: Mo-Fr 08:30-17:00, sources: [{title: Mairie}]}
  - {id: mairie-16, type: mairie, name: Mairie du 16e, opening_hours: Mo-Fr 08:30-17:00, sources: [{title: Mairie}]}
  - {id: mairie-17, type: mairie, name: Mairie du 17e, opening_hours: Mo-Fr 08:30-17:00, sources: [{title: Mairie}]}
"""
OWNER = """\
  - id: mairies
    title: Les mairies
    kind: hours
    questions: [Quand ouvrent les mairies ?, Heures des guichets, Guichet fermé]
    answer: Chaque mairie a ses heures.
    place_type: mairie
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
"""


def test_the_fifteenth_of_several_halls_is_no_date(tmp_path: Path) -> None:
    """Asked which hall, "le 15" names the hall of the 15th; the bare name of a kind of place asks which."""
    town = tiny_town(tmp_path, TINY + SECOND + OWNER, places=HALLS)
    snapshot = prepare(town, cache=None, target_precision=0.95)
    for asked in ("la mairie", "horaires mairie"):
        resident = resident_of(snapshot)
        assert resident.asks(asked).entry_id == "mairies"
        assert resident.asks("le 15").place_id == "mairie-15"
