"""Answer, offer choices, or say "I do not know"; and the parts of a message that are weighed on their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.analysis import Analysis
from bot.answering.calibration import Signals
from bot.answering.clauses import clauses
from bot.answering.concepts import Sighting
from bot.answering.deciding import Thresholds, Verdict, decide
from bot.answering.ranking import Ranking
from bot.answering.targets import read_awaited, read_target
from bot.messages import Match

BAR = Thresholds(answer=0.9, clarify=0.5, suggest=0.25)


def ranking(*confidences: float, among: float = 0.0, names: str = "abcdef", base: float = 1.0) -> Ranking:
    """A message ranked: entries a, b, c… with these confidences."""
    matches = tuple(Match(name, confidence, confidence) for name, confidence in zip(names, confidences, strict=False))
    signals = Signals(0.5, 0.2, 0.5, base, 1.0, 3)
    return Ranking(Analysis((), "fr"), Sighting({}, {}), signals, matches, max(among, *confidences, 0.0))


def sharing(found: Ranking) -> Ranking:
    """The same, every entry using a word of the message."""
    return replace(found, matches=tuple(replace(match, evidence=("carte",)) for match in found.matches))


@pytest.mark.parametrize(
    ("whole", "verdict", "entries"),
    [
        (ranking(0.9, 0.05), Verdict.ANSWER, ("a",)),
        (ranking(0.89, 0.05), Verdict.CLARIFY, ("a", "b")),
        (ranking(0.5, 0.2, 0.1, 0.1), Verdict.CLARIFY, ("a", "b", "c")),
        (ranking(0.5, 0.2, 0.03), Verdict.CLARIFY, ("a", "b")),
        (ranking(0.4, 0.01, 0.01, among=0.6), Verdict.CLARIFY, ("a",)),
        (ranking(0.3, 0.2, 0.1, among=0.49), Verdict.UNKNOWN, ("a", "b", "c")),
        (ranking(0.2, 0.1, among=0.24), Verdict.UNKNOWN, ()),
        (replace(ranking(0.95, 0.02, 0.01), own_share=0.4), Verdict.CLARIFY, ("a",)),
        (sharing(replace(ranking(0.95, 0.02, 0.01), own_share=0.4)), Verdict.CLARIFY, ("a", "b", "c")),
        (sharing(ranking(0.5, 0.02, 0.01)), Verdict.CLARIFY, ("a",)),
        (replace(ranking(0.2, 0.1, among=0.3), own_share=0.1), Verdict.CLARIFY, ("a", "b")),
        (replace(ranking(0.95, 0.02, 0.01), own_share=0.5), Verdict.ANSWER, ("a",)),
        (replace(ranking(0.95), own_share=0.1), Verdict.CLARIFY, ("a",)),
        (ranking(0.4, 0.3, among=0.8, base=0.0), Verdict.UNKNOWN, ()),
        (ranking(0.6, among=0.9), Verdict.CLARIFY, ("a",)),
        (ranking(), Verdict.UNKNOWN, ()),
    ],
)
def test_what_a_ranking_leads_to(whole: Ranking, verdict: Verdict, entries: tuple[str, ...]) -> None:
    """Sure enough: stated. Probably one of a few: offered. Else unknown, with what might still be meant.

    One or two words that many entries share are asked back, however sure. Nothing unlikely is ever offered,
    but what shares a vague word.
    """
    decision = decide(whole, (), BAR)
    assert (decision.verdict, decision.entry_ids) == (verdict, entries)


def test_two_sure_parts_are_both_offered() -> None:
    """Two parts of a message, each surely about its own entry, make two subjects."""
    parts = (ranking(0.95), ranking(0.97, names="b"), ranking(0.2, names="c"))
    decision = decide(ranking(0.6, 0.3), parts, BAR)
    assert (decision.verdict, decision.entry_ids, decision.several) == (Verdict.CLARIFY, ("a", "b"), True)


def test_what_a_part_asks_beside_a_sure_whole_is_offered_too() -> None:
    """ "Me marier et refaire ma carte": the card is sure, but the wedding is not forgotten."""
    whole = ranking(0.95, 0.01, 0.01)
    wedding = ranking(0.7, 0.1, names="bd", among=0.85)
    decision = decide(whole, (ranking(0.95), wedding), BAR)
    assert (decision.verdict, decision.entry_ids, decision.several) == (Verdict.CLARIFY, ("a", "b"), True)


@pytest.mark.parametrize(
    "part",
    [
        ranking(0.4, 0.3, names="bd", among=0.85),  # not likely enough
        ranking(0.7, 0.1, names="ba", among=0.85),  # the same subject, told apart badly
        ranking(0.7, 0.1, names="xy", among=0.85),  # the whole says nothing of it
    ],
)
def test_the_rest_of_a_clear_question_is_no_second_one(part: Ranking) -> None:
    """What a part hardly asks, or asks of the same subject, does not hold up the answer."""
    assert decide(ranking(0.95, 0.01, 0.01), (part,), BAR).verdict is Verdict.ANSWER


def test_a_sure_part_speaks_for_the_whole_if_they_agree() -> None:
    """The rest of a long message does not make its one question less clear."""
    assert decide(ranking(0.6, 0.3), (ranking(0.95),), BAR).verdict is Verdict.ANSWER


def test_nothing_ranked_is_unknown() -> None:
    """A message the base knows nothing of has no matches, and is unknown."""
    assert decide(replace(ranking(0.99), matches=()), (), BAR).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Refaire mon passeport. Jeter un canapé ?", ("Refaire mon passeport", "Jeter un canapé")),
        ("le passeport et le canapé", ("le passeport", "le canapé")),
        ("la piscine ouvre à 8.30 ou 8:30 le 1,5", ()),
        ("un rendez-vous avec M. Dupont pour le canapé", ()),
        ("bonjour, merci", ()),
        ("", ()),
    ],
)
def test_parts_of_a_message(text: str, parts: tuple[str, ...]) -> None:
    """A message is cut between its sentences, not inside a time, a price or a name."""
    assert clauses(text, "fr") == parts


def test_a_rambling_message_keeps_its_richest_parts() -> None:
    """At most eight parts are weighed, in their order."""
    text = ". ".join(f"canapé{number} matelas" if number % 2 else f"armoire{number}" for number in range(20))
    found = clauses(text, "fr")
    assert len(found) == 8
    assert list(found) == sorted(found, key=text.index)
    assert all("matelas" in part for part in found)


@pytest.mark.parametrize(
    "text", ["", ":", "place:", "place:x:y:z:t", "followup:a:b", "street::", "location:piscine", "9"]
)
def test_any_target_can_be_read(text: str) -> None:
    """What comes back from a button or the store is never trusted to be well made."""
    target = read_target(text)
    assert target.number is None
    assert target.place_query("mairie").candidates == (target.id,)
    assert read_awaited(text).day.dates == ()
