"""`parvis ask --explain`: staff see why an answer was given."""

from __future__ import annotations

from faketown import POOL

from adapters.commands.explaining import explanation_text
from adapters.commands.words import Words
from bot.answering.analysis import Analysis, Word
from bot.answering.concepts import Sighting
from bot.answering.deciding import Decision, Thresholds, Verdict
from bot.answering.explaining import explain
from bot.answering.ranking import Ranking

READ = Ranking(
    Analysis((Word("horaires", "horair", 0.8, "horr"), Word("piscine", "piscin")), "fr"),
    Sighting({"lieu": 0.5, "lieu.piscine": 1.0}, {"lieu.piscine": frozenset({1})}),
    None,
    POOL.matches,
    0.99,
)
SILENT = Ranking(Analysis((), "fr"), Sighting({}, {}), None, (), 0.0)
THRESHOLDS = Thresholds(0.8, 0.5, 0.25)


def test_staff_see_what_was_read_weighed_and_decided() -> None:
    """An explanation names the repair, the ideas, the entries with their confidence, the threshold and the times."""
    explanation = explain((READ,), Decision(Verdict.ANSWER, ("piscine",)), THRESHOLDS)
    lines = explanation_text(Words("fr"), explanation, POOL).splitlines()
    assert lines == [
        "Langue             fr",
        "Question lue       horaires piscine",
        "Mots réparés       horr > horaires (0.80)",
        "Idées reconnues    lieu.piscine (1.00), lieu (0.50)",
        "Fiches envisagées   confiance    score   fiche                                    indices",
        "                        0.970    0.900   piscine                                  piscine",
        "                        0.020    0.100   ecole",
        "Dans les trois     0.990",
        "Décision           répondre: piscine",
        "Seuils             répondre à partir de 0.800 ; proposer à partir de 0.500",
        "Issue              answered",
        "Durées (ms)        rank 0.30",
    ]


def test_a_message_of_several_parts_is_explained_part_by_part() -> None:
    """A rambling message shows which part carried the question, and an empty one says so."""
    explanation = explain((SILENT, READ, SILENT), Decision(Verdict.UNKNOWN), THRESHOLDS)
    text = explanation_text(Words("en"), explanation, POOL)
    assert "Part 1" in text
    assert "Part 2" in text
    assert "Question as read    none" in text
    assert "say that it is not known" in text
