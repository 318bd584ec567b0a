"""A resident is answered in the language they chose, or read, or wrote in."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.language import LanguageGuesser, detect_language_request

ASKED = yaml.safe_load((Path(__file__).parents[1] / "data" / "languages.yaml").read_text("utf-8"))
TOWN = LanguageGuesser(("fr", "en"))


def test_short_questions_are_answered_in_their_language() -> None:
    """Of 150 short questions in eight languages, at least 95 in 100 are told right."""
    guesser = LanguageGuesser(tuple(ASKED))
    told = [(code, text) for code, texts in ASKED.items() for text in texts]
    right = sum(guesser.guess(text, None, None) == code for code, text in told)
    assert right / len(told) >= 0.95


def test_the_resident_s_choice_wins() -> None:
    """Someone who asked for English keeps English, even when a French word comes in."""
    assert TOWN.guess("quels sont les horaires de la mairie", "fr", "en") == "en"


def test_the_platform_decides_for_a_word_that_is_both() -> None:
    """ "passport" typed on an English telephone is answered in English, "passeport" alone in the town's language."""
    assert TOWN.guess("parking", "en", None) == "en"
    assert TOWN.guess("parking", None, None) == "fr"


def test_a_clear_sentence_outweighs_the_telephone() -> None:
    """An English sentence typed on a borrowed French telephone is answered in English."""
    assert TOWN.guess("how do I renew my passport please", "fr", None) == "en"
    assert TOWN.guess("comment refaire mon passeport", "en", None) == "fr"


def test_french_names_do_not_make_a_question_french() -> None:
    """ "opening hours mairie du 19e" is English, whatever the place is called."""
    assert TOWN.guess("what are the opening hours of the mairie du 19e", "fr", None) == "en"
    assert TOWN.guess("opening hours mairie du 19e", None, None) == "en"


def test_a_script_is_enough() -> None:
    """A question in Arabic is in Arabic where the town has it, else in the town's or the platform's language."""
    assert LanguageGuesser(("fr", "ar")).guess("السوق", "fr", None) == "ar"
    assert TOWN.guess("السوق", None, None) == "fr"
    assert TOWN.guess("السوق", "en", None) == "en"


def test_a_language_the_town_does_not_have_is_not_mistaken_for_one_it_has() -> None:
    """A Spanish question to a town of French and English gets the platform's language."""
    assert TOWN.guess("¿dónde puedo renovar mi pasaporte?", "en", None) == "en"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("in english please", "en"),
        ("en anglais svp", "en"),
        ("parlez-vous anglais ?", "en"),
        ("/langue en", "en"),
        ("/langue fr", "fr"),
        ("en français", "fr"),
        ("can you answer in French?", "fr"),
        ("hablas español", "es"),
        ("türkçe", "tr"),
        ("cours d'anglais", None),
        ("birth certificate in english", None),
        ("acte de naissance en anglais", None),
        ("bonjour", None),
        ("", None),
    ],
)
def test_asking_for_a_language(text: str, code: str | None) -> None:
    """A resident can ask for a language in their own words; asking for a paper in English is something else."""
    assert detect_language_request(text) == code


def test_only_configured_languages_can_be_chosen() -> None:
    """A town that has no Turkish does not promise it."""
    assert TOWN.requested("türkçe") is None
    assert TOWN.requested("in english") == "en"


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    """Whatever a resident sends, some configured language comes out."""
    assert TOWN.guess(text, None, None) in {"fr", "en"}
    detect_language_request(text)
