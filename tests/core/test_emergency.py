"""A resident in danger gets the numbers before anything else; a resident who jokes gets the answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.emergency import Emergency, EmergencyDetector, EmergencyKind, emergency_blocks, shipped_detector
from bot.answering.signs import SignReader
from bot.messages import BlockKind
from bot.voice import Voice

DATA = Path(__file__).parents[1] / "data"


def detector() -> EmergencyDetector:
    return shipped_detector()


@cache
def reader() -> SignReader:
    return SignReader()


@pytest.mark.parametrize(
    "text",
    [
        "appeler la police pour un souci de voisinage",
        "mon plat en pyrex a explosé dans le four",
        "la porte de mon garage est bloquée par une camionnette",
        "le numéro du samu c'est quoi",
        "le 3919 c'est pour qui ?",
        "what is 3919",
        "Ma belle-mère part en maison de retraite, mon mari doit vider deux armoires et un lit, vous passez quand ?",
    ],
)
def test_a_calm_question_keeps_its_answer(text: str) -> None:
    """A resident who asks about a number, a dish or a garage door is not told to call for help and nothing else."""
    emergency = detector().detect(text)
    assert emergency is None or not emergency.certain


@pytest.mark.parametrize("text", yaml.safe_load((DATA / "emergencies_dev.yaml").read_text("utf-8"))["doubtful"])
def test_a_figure_of_speech_gets_numbers_and_answer(text: str) -> None:
    """Someone who wants to die of boredom at the town hall gets the numbers and the answer."""
    emergency = detector().detect(text)
    assert emergency is not None
    assert not emergency.certain


def test_a_joke_does_not_hide_an_emergency_beside_it() -> None:
    """A resident who mentions a joke and a father who no longer breathes gets the ambulance."""
    emergency = detector().detect("j'étais mort de rire et là mon père respire plus")
    assert emergency == Emergency((EmergencyKind.MEDICAL,), certain=True)


def test_two_dangers_are_both_answered() -> None:
    """A fire with someone unconscious inside gets the fire brigade and the ambulance."""
    emergency = detector().detect("il y a le feu et ma mère est inconsciente")
    assert emergency is not None
    assert {EmergencyKind.FIRE, EmergencyKind.MEDICAL} <= set(emergency.kinds)


@pytest.mark.parametrize(
    "text",
    [
        "AU SECOUUUUURS",
        "au\u0301 feu!!!",
        "Il s'est é\u0301\u0302\u0303\u0304vanoui",
        "\ud800 au feu \udfff",
        "mon mari me\x00 frappe",
    ],
)
def test_an_emergency_survives_odd_typing(text: str) -> None:
    """Stretched letters, stray accents and broken characters do not hide a call for help."""
    assert detector().detect(text) is not None


@pytest.mark.parametrize("text", ["", ".", "2", "enfant", "blorp glim vash", "3 rue de la paix"])
def test_what_says_nothing_is_no_emergency(text: str) -> None:
    """A number, one word or words nobody knows do not frighten whoever typed them."""
    assert detector().detect(text) is None


@pytest.mark.parametrize("text", ["ma fille", "mon fils", "ma mère", "my son", "où sortir ce soir", "où est la police"])
def test_a_few_words_in_which_nothing_happens_are_no_emergency(text: str) -> None:
    """A resident who names a relative, or asks where the police is, is not told to call for help."""
    assert detector().detect(text) is None


@pytest.mark.parametrize(
    "text", ["et ma cousine elle a 34 ans", "et pour mon oncle", "et si j'ai trois motos", "parler à quelqu'un"]
)
def test_what_goes_on_from_an_answer_needs_a_sign(text: str) -> None:
    """A resident who adds an age, a relative, a possession or wants a person is not told to call for help."""
    assert detector().detect(text) is None


def test_a_danger_that_goes_on_from_an_answer_is_seen() -> None:
    """A resident who adds, after an answer, that someone has stopped breathing still gets the numbers."""
    assert detector().detect("et mon mari il respire plus") is not None


@pytest.mark.parametrize("text", ["police", "police svp", "pompiers", "urgences", "114", "115"])
def test_a_lone_word_is_never_certain(text: str) -> None:
    """A resident who types "police", for its address or in fear, gets the answer, beside the numbers or not."""
    emergency = detector().detect(text)
    assert emergency is None or not emergency.certain


@pytest.mark.parametrize("text", ["samu !", "pompiers !!", "POLICE", "au feu", "secours..."])
def test_a_lone_cry_gets_the_numbers(text: str) -> None:
    """A resident who can type but one word gets the numbers, however it ends."""
    assert detector().detect(text) is not None


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    """Whatever a resident sends, looking for an emergency never fails."""
    detector().detect(text)


@pytest.mark.parametrize("unit", ["je veux ", "feu", "a ", "il me frappe ", "' . ! ", "火"])
def test_a_message_made_to_be_slow_is_read_in_part(unit: str) -> None:
    """Of 100,000 characters sent to slow the bot down, 4,000 are read: the rest changes nothing."""
    long = unit * (100_000 // len(unit))
    assert len(reader().read(long).words) <= 4000
    assert detector().detect(long) == detector().detect(long[:4000])


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("certain", [True, False])
def test_every_kind_is_said(language: str, certain: bool) -> None:
    """Whatever the danger, the resident reads a number first, in French or in English."""
    voice = Voice()
    for kind in EmergencyKind:
        blocks = emergency_blocks(Emergency((kind,), certain), voice, language)
        facts = [block for block in blocks if block.kind is BlockKind.FACT]
        assert facts[0].text[:2].isdigit()
        assert any("114" in fact.text for fact in facts)


def test_a_language_the_bot_does_not_speak_gets_english_and_french() -> None:
    """A resident who cries for help in Spanish or Chinese reads the numbers in English, then French."""
    emergency = detector().detect("ayuda hay un incendio")
    assert emergency is not None
    texts = [block.text for block in emergency_blocks(emergency, Voice(), "fr")]
    assert any("fire brigade" in text for text in texts)
    assert any("pompiers" in text for text in texts)
    assert len(emergency_blocks(emergency, Voice(), "zh")) == len(texts)
