"""The bot's own sentences: complete in every language, and every one of them used."""

from __future__ import annotations

import ast
import string
import unicodedata
from typing import TYPE_CHECKING

import pytest

from bot.knowledge.faults import fault_texts
from bot.voice import DEFAULT_LANGUAGE, shipped_languages, shipped_texts

if TYPE_CHECKING:
    from conftest import Source

OTHERS = tuple(language for language in shipped_languages() if language != DEFAULT_LANGUAGE)


def test_there_is_more_than_one_language() -> None:
    """The bot speaks French first, and English."""
    assert shipped_languages()[:2] == (DEFAULT_LANGUAGE, "en")


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_untranslated(language: str) -> None:
    """A resident who chose another language never meets a sentence that is missing from it."""
    assert set(shipped_texts(language)) == set(shipped_texts(DEFAULT_LANGUAGE))


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_same_blanks(language: str) -> None:
    """A translated sentence names the same place, date or phone as the French one."""
    french, other = shipped_texts(DEFAULT_LANGUAGE), shipped_texts(language)
    assert {key: _blanks(text) for key, text in other.items()} == {key: _blanks(text) for key, text in french.items()}


@pytest.mark.parametrize("language", shipped_languages())
def test_sentences_are_there_and_plain(language: str) -> None:
    """No sentence is empty, and none carries an emoji that a screen reader would spell out."""
    for key, text in shipped_texts(language).items():
        assert text.strip(), key
        assert not [char for char in text if unicodedata.category(char) == "So" and char not in "©®°"], key


def test_every_sentence_is_used_and_every_one_used_exists(sources: tuple[Source, ...]) -> None:
    """No sentence is kept for nothing, and none that the code says is missing."""
    texts = shipped_texts(DEFAULT_LANGUAGE)
    sections = {key.partition(".")[0] for key in texts}
    literals, beginnings = _strings(sources)
    said = {text for text in literals if text.partition(".")[0] in sections and text.count(".") == 1}
    keys = {text for text in said if text.partition(".")[2].isidentifier() and not text.endswith(".yaml")}
    # The messages for staff about their files have sections of the same names.
    assert keys - set(texts) - set(fault_texts(DEFAULT_LANGUAGE)) == set()
    unused = {
        key
        for key in texts
        if key not in literals
        and key.partition(".")[2] not in literals
        and not any(key.startswith(beginning) for beginning in beginnings)
    }
    assert unused == set()


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _strings(sources: tuple[Source, ...]) -> tuple[set[str], set[str]]:
    """Every string of the code, and those with which an f-string that makes a key begins ("cli.step_")."""
    nodes = [node for source in sources for node in ast.walk(source.tree)]
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in joined for part in node.values}
    literals = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts
    }
    heads = {str(node.values[0].value) for node in joined if isinstance(node.values[0], ast.Constant)}
    return literals, {head for head in heads if len(head.partition(".")[2]) > 1}
