"""Staff learn which of their words lead residents astray."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from villedessai import NOW, tiny_town

from bot.assembly import prepare
from bot.checking.checker import check_base
from bot.knowledge.faults import render

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = """\
entries:
  - id: piles
    title: Les piles
    questions: [Jeter mes piles, Où vont les piles usées ?, Recycler une pile, Borne à piles, Piles et accus]
    answer: Rapportez-les en magasin.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
  - id: conservatoire
    title: Le conservatoire
    questions: [Apprendre le piano, Cours de guitare, Jouer du violon, Tarif du solfège, École de musique]
    answer: Inscrivez-vous en juin.
    sources: [{title: Mairie}]
    verified_on: 2025-10-24
"""
VOCABULARY = """\
concepts:
  - id: dechets.piles
    terms: {fr: [pile, batterie], en: [battery]}
  - id: musique
    terms: {fr: [musique, instrument]}
"""


def said(folder: Path, *golden: tuple[str, str]) -> list[str]:
    """What `parvis check` says of the vocabulary, once residents' questions are known."""
    lines = [f"  - {{question: {question}, expect: {entry}}}" for question, entry in golden]
    town = tiny_town(folder, ENTRIES, vocabulary_mots=VOCABULARY, golden="\n".join(["golden:", *lines, ""]))
    snapshot = prepare(town, cache=None, target_precision=0.95)
    faults = check_base(snapshot.base, snapshot.ranker, NOW.date())
    return [
        f"{fault.location.file}:{fault.location.line} {render(fault, 'fr')}"
        for fault in faults
        if fault.code == "concept.misleads"
    ]


def test_a_word_with_two_meanings_is_named(tmp_path: Path) -> None:
    """A "batterie" may be a drum kit: staff read which term to make precise, and where it stands."""
    (found,) = said(tmp_path, ("ma fille fait de la batterie", "conservatoire"))
    assert found.startswith("vocabulary/mots.yaml:3 ")
    assert "« batterie » attire vers « piles »" in found
    assert "ma fille fait de la batterie" in found


@pytest.mark.parametrize(
    "golden", [("où mettre une batterie", "piles"), ("école de musique", "conservatoire"), ("xylophone", "none")]
)
def test_a_word_that_serves_is_left_in_peace(tmp_path: Path, golden: tuple[str, str]) -> None:
    """A term that leads where it should, or that nobody used, is not complained of."""
    assert said(tmp_path, golden) == []


def test_a_word_that_helps_more_than_it_harms_is_kept(tmp_path: Path) -> None:
    """One question led astray is the price of a term that leads many others right."""
    helped = [(f"batterie de {thing}", "piles") for thing in ("vélo", "perceuse", "téléphone")]
    assert said(tmp_path, ("ma fille fait de la batterie", "conservatoire"), *helped) == []
