"""What the bot itself says: text kept as data, one folder a language, overridable by the town."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT_LANGUAGE", "Voice", "shipped_languages", "shipped_texts"]

DEFAULT_LANGUAGE = "fr"


@cache
def shipped_texts(language: str) -> Mapping[str, str]:
    """Every text shipped for ``language``: key ``file.name`` to sentence.

    Raises FileNotFoundError if the language is not shipped.
    """
    texts: dict[str, str] = {}
    folder = files("bot") / "voices" / language
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".yaml"):
            section = file.name.removesuffix(".yaml")
            for name, text in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader).items():
                texts[f"{section}.{name}"] = text.strip()
    return texts


@cache
def shipped_languages() -> tuple[str, ...]:
    """The languages the bot itself speaks, French first."""
    found = sorted(item.name for item in (files("bot") / "voices").iterdir() if item.is_dir())
    return tuple(sorted(found, key=lambda language: language != DEFAULT_LANGUAGE))


class Voice:
    """Says a sentence by its key, in the language asked for or in French."""

    def __init__(self, overrides: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """``overrides``: language to key to sentence, from the base's ``voice.yaml``."""
        self._texts = {
            language: {**shipped_texts(language), **(overrides or {}).get(language, {})}
            for language in shipped_languages()
        }

    def speaks(self, language: str) -> bool:
        """True if the bot's own sentences exist in ``language``."""
        return language in self._texts

    def has(self, key: str) -> bool:
        """True if there is a sentence ``key``."""
        return key in self._texts[DEFAULT_LANGUAGE]

    def say(self, key: str, language: str, **values: object) -> str:
        """The sentence ``key`` with its blanks filled in; French where ``language`` is not spoken.

        Raises KeyError if the key or one of its values is missing: a defect that tests catch.
        """
        texts = self._texts.get(language) or self._texts[DEFAULT_LANGUAGE]
        return texts[key].format(**values)
