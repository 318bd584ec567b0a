"""A resident who only says hello, thanks or something rude is answered kindly; a real question never is small talk."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.language import LanguageGuesser
from bot.answering.smalltalk import Smalltalk, SmalltalkKind, reply, without_courtesies
from bot.messages import Block, BlockKind, Outcome, Span
from bot.voice import Voice, shipped_texts

FAMILIAR = yaml.safe_load((Path(__file__).parents[1] / "data" / "smalltalk_familiar.yaml").read_text("utf-8"))
SAID = yaml.safe_load((Path(__file__).parents[1] / "data" / "smalltalk.yaml").read_text("utf-8"))


@cache
def smalltalk() -> Smalltalk:
    return Smalltalk()


@pytest.mark.parametrize("kind", [kind for kind in SAID if kind != "none"])
def test_small_talk_is_recognised(kind: str) -> None:
    """Whatever a resident says without asking anything gets a fitting word."""
    seen = {text: smalltalk().detect(text) for text in SAID[kind]}
    assert {text: found for text, found in seen.items() if found != kind} == {}


def test_a_question_is_never_small_talk() -> None:
    """A resident who says hello and asks for a passport gets the passport."""
    seen = {text: smalltalk().detect(text) for text in SAID["none"]}
    assert {text: found for text, found in seen.items() if found is not None} == {}


@pytest.mark.parametrize(("part", "least"), [("dev", 30), ("heldout", 22)])
def test_wishes_thanks_and_calls_for_a_human_in_familiar_words(part: str, least: int) -> None:
    """ "Au revoir et bon week-end", "vous m'avez bien aidée", "un vrai agent": most are taken as meant."""
    kinds = {text: kind for kind, texts in FAMILIAR[part].items() for text in texts}
    seen = {text: smalltalk().detect(text) for text in kinds}
    assert sum(found == kinds[text] for text, found in seen.items()) >= least
    # Thanks may be heard as praise; nobody who wants a human is thanked instead.
    assert {seen[text] for text, kind in kinds.items() if kind == "handover"} <= {SmalltalkKind.HANDOVER, None}


@pytest.mark.parametrize("part", ["none_dev", "none_heldout"])
def test_a_question_after_thanks_is_a_question(part: str) -> None:
    """A resident who thanks, or wishes a good day, and asks something else is answered."""
    seen = {text: smalltalk().detect(text) for text in FAMILIAR[part]}
    assert {text: found for text, found in seen.items() if found is not None} == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("merci, vous m'avez bien aidé, au fait la piscine ouvre quand ?", "au fait la piscine ouvre quand ?"),
        ("Bonjour ! Le bac jaune passe quand ? Merci, bonne journée.", "Le bac jaune passe quand ?"),
        ("super, merci beaucoup !", "super, merci beaucoup !"),
        ("hello, where is the library? thanks!", "where is the library?"),
        ("le 12,5 %, c'est quoi", "le 12,5 %, c'est quoi"),
        ("quand ouvre la mairie", "quand ouvre la mairie"),
    ],
)
def test_courtesies_are_not_the_question(text: str, left: str) -> None:
    """Thanks and wishes before or after a question are left aside; alone, they are answered."""
    assert without_courtesies(text) == left


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_has_its_words(language: str) -> None:
    """Every kind of small talk has a reply in French and in English."""
    kinds = {kind.value for kind in SmalltalkKind} - {"language"}
    assert kinds <= {key.removeprefix("smalltalk.") for key in shipped_texts(language)}


@given(st.text(max_size=200))
@settings(max_examples=25, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    """Whatever a resident sends, looking for small talk never fails."""
    smalltalk().detect(text)


def town() -> Any:
    desk = Block(BlockKind.CONTACT, (Span("Accueil de Ville-d'Essai, 01 99 00 12 34"),))
    return SimpleNamespace(
        voice=Voice(),
        guesser=LanguageGuesser(("fr", "en")),
        composer=SimpleNamespace(contact={"fr": desk, "en": desk}.get),
        base=SimpleNamespace(city=SimpleNamespace(name="Ville-d'Essai")),
    )


def test_who_wants_a_person_gets_the_desk() -> None:
    """Someone who asks for a human gets the front desk and its telephone."""
    answer = reply("je veux parler à quelqu'un", town(), "fr")
    assert answer is not None
    assert answer.outcome is Outcome.HANDOVER
    assert "01 99 00 12 34" in answer.blocks[-1].text


@pytest.mark.parametrize(
    ("text", "language", "start"),
    [("in english please", "en", "Noted"), ("en français", "fr", "C'est noté"), ("türkçe", "en", "I do not speak")],
)
def test_who_asks_for_a_language_is_told(text: str, language: str, start: str) -> None:
    """Someone who asks for a language is answered in it, or told that the town does not speak it."""
    answer = reply(text, town(), "en" if language == "en" and start.startswith("I do") else "fr")
    assert answer is not None
    assert answer.language == language
    assert answer.blocks[0].text.startswith(start)


def test_a_question_gets_no_small_talk() -> None:
    """A resident who asks for something is left to the rest of the bot."""
    assert reply("bonjour, je voudrais un passeport", town(), "fr") is None
