"""Which entries a question is about, however it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from villedessai import NOW, TOWN, tiny_town

from bot.answering.analysis import analyse, words_of
from bot.answering.documents import verbatim_key
from bot.answering.explaining import explain_question
from bot.answering.repair import Repairer
from bot.assembly import prepare
from bot.knowledge.loading import load_base
from bot.messages import Question

if TYPE_CHECKING:
    from pathlib import Path

    from bot.answering.snapshot import Snapshot


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("je veu refaire mon paseport svp", "passeport"),
        ("JE VEUX REFAIRE MON PASSEPORT", "passeport"),
        ("c koi le pri de la kantine", "cantine"),
        ("passeports perdus", "passeport"),
        ("mariage", "mariage"),
        ("l'extrait d'acte de naissance", "acte-naissance"),
        ("canape", "encombrants"),
        ("vieux frigo à enlever", "encombrants"),
        ("la lumière marche plus dans ma rue", "lampadaire"),
        ("réverbère cassé", "lampadaire"),
        ("lost passport", "passeport"),
        ("护照", "passeport"),
        ("جواز سفر", "passeport"),
        ("Où dois-je aller pour la CNI périmée de ma femme", "carte-identite"),
    ],
)
def test_the_right_entry_comes_first(snapshot: Snapshot, text: str, entry: str) -> None:
    """Typos, capitals, texting, plurals, one word, other words, other languages: the entry is found."""
    language = snapshot.guesser.read_as(text, snapshot.guesser.guess(text, None, None))
    assert snapshot.ranker.rank(text, language).matches[0].entry_id == entry


def test_confidences_are_probabilities(snapshot: Snapshot) -> None:
    """Best first, between 0 and 1, and no more than one in all."""
    for text in ("passeport", "piscine", "xylophone", "rue", "a b c d"):
        matches = snapshot.ranker.rank(text, "fr").matches
        confidences = [match.confidence for match in matches]
        assert confidences == sorted(confidences, reverse=True)
        assert all(0 <= confidence <= 1 for confidence in confidences)
        assert sum(confidences) <= 1.001


def test_what_counted_is_told(snapshot: Snapshot) -> None:
    """Staff can read which words and ideas led to an entry."""
    first = snapshot.ranker.rank("jeter un vieux matelas", "fr").matches[0]
    assert "matelas" in first.evidence
    assert "[dechets.encombrants]" in first.evidence
    assert snapshot.ranker.covered("matelas", "fr", "encombrants") > 0.9
    assert snapshot.ranker.covered("xylophone", "fr", "encombrants") == 0


def test_a_text_without_words_ranks_nothing(snapshot: Snapshot) -> None:
    """Signs alone are about no entry."""
    assert snapshot.ranker.rank("?!…", "fr").matches == ()
    whole, parts = snapshot.ranker.rank_long("", (), "fr")
    assert (whole.matches, parts) == ((), ())


def test_a_part_speaks_for_a_long_message(snapshot: Snapshot) -> None:
    """The rest of a story says nothing against the one question in it."""
    question = "comment enlever un vieux matelas"
    story = f"nous avons deux chats et un voisin charmant qui joue du violon, {question}, merci et bonne journée"
    parts = story.split(", ")
    whole, alone = snapshot.ranker.rank_long(story, parts, "fr")
    assert whole.matches[0].entry_id == "encombrants"
    assert whole.matches[0].confidence >= snapshot.ranker.rank(story, "fr").matches[0].confidence
    assert alone[1].matches == snapshot.ranker.rank(question, "fr").matches


def test_the_same_base_learns_the_same_model(snapshot: Snapshot, tiny: Snapshot, tmp_path: Path) -> None:
    """Two town halls with the same base give the same answers, today and after a restart."""
    again = prepare(tiny_town(tmp_path), cache=None, target_precision=0.95)
    first, second = (town.ranker.rank("enlever un matelas", "fr").matches for town in (tiny, again))
    assert first == second
    assert snapshot.base.version == load_base(TOWN).version


def test_an_explanation_follows_the_answer(snapshot: Snapshot) -> None:
    """What staff are shown of a question is what was done with it."""
    question = Question("", "", "", "", "je veu un paseport", NOW)
    explained = explain_question(question, snapshot)
    assert explained.verdict == "answer"
    assert explained.entries == ("passeport",)
    assert [(repair.typed, repair.read) for repair in explained.readings[0].repairs] == [("paseport", "passeport")]
    assert explained.answer_threshold == snapshot.thresholds.answer


# The words.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("c koi les horr", "c est quoi les horaires"),
        ("L'École d'été", "l ecole d ete"),
        ("svp", "s il vous plait"),
    ],
)
def test_texting_is_written_out(text: str, words: str) -> None:
    """A teenager's "c koi" is read as anyone's "c'est quoi"."""
    read = " ".join(words_of(text, "fr"))
    assert read in (words, text)


KNOWN = {"passeport": 9, "passeports": 1, "decheterie": 4, "piscine": 5, "cantine": 5, "matelas": 2, "2025": 1}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("paseport", "passeport"),
        ("passport", "passeport"),
        ("dechetterie", "decheterie"),
        ("dechterie", "decheterie"),
        ("picsine", "piscine"),
        ("kantine", "cantine"),
        ("passepo", "passeport"),
        ("matelat", "matelas"),
        ("piscine", None),
        ("xylophone", None),
        ("2024", None),
        ("pas", None),
        ("quand", None),
        ("enfant", None),
    ],
)
def test_misspelt_words_are_repaired(typed: str, read: str | None) -> None:
    """A misspelt word becomes the town's; a known word, an everyday word, a short one or a number never does."""
    repaired = Repairer(KNOWN).repair(typed, "fr")
    assert (repaired.word if repaired else None) == read
    assert repaired is None or 0.7 <= repaired.weight < 1


def test_a_repaired_word_counts_less() -> None:
    """What was guessed weighs less than what was typed, and what was typed is kept."""
    words = analyse("refaire mon paseport", "fr", Repairer(KNOWN)).words
    assert [(word.text, word.typed) for word in words[-1:]] == [("passeport", "paseport")]
    assert words[-1].weight < words[0].weight == 1


def test_politeness_does_not_change_a_question() -> None:
    """ "Bonjour, refaire mon passeport s'il vous plaît" is what staff wrote, said politely."""
    assert verbatim_key("Bonjour, refaire mon passeport s'il vous plaît !") == verbatim_key("REFAIRE MON PASSEPORT")
    assert verbatim_key("refaire mon passeport") != verbatim_key("refaire un passeport")


@pytest.mark.parametrize("text", ["{} svp", "bonjour, {}, merci d'avance", "hello {} please", "{} s'il te plaît merci"])
def test_kind_words_change_no_ranking(snapshot: Snapshot, text: str) -> None:
    """A question asked politely is the same question; politeness alone is still read."""
    question = "comment jeter un vieux matelas"
    plain, kind = (snapshot.ranker.rank(wording, "fr") for wording in (question, text.format(question)))
    assert kind.matches == plain.matches
    assert snapshot.ranker.rank("merci beaucoup", "fr").analysis.words
