"""A resident who only says hello, thanks or something rude is answered kindly; a real question never is small talk."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.smalltalk import Smalltalk, SmalltalkKind
from bot.voice import shipped_texts

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


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_has_its_words(language: str) -> None:
    """Every kind of small talk has a reply in French and in English."""
    kinds = {kind.value for kind in SmalltalkKind} - {"language"}
    assert kinds <= {key.removeprefix("smalltalk.") for key in shipped_texts(language)}


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    """Whatever a resident sends, looking for small talk never fails."""
    smalltalk().detect(text)
