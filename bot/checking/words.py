"""The word lists that checks use: data, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

import yaml

from bot.answering.normalise import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Wording", "wording"]


@dataclass(frozen=True, slots=True)
class Wording:
    """See ``data/words.yaml``. ``jargon``: by language, the folded words of an expression to the plain ones."""

    telling: frozenset[str]
    jargon: Mapping[str, Mapping[tuple[str, ...], tuple[str, str]]]
    trial_hosts: frozenset[str]
    private_endings: frozenset[str]
    example_hosts: frozenset[str]
    moved: Mapping[str, str]
    private_mail: frozenset[str]


@cache
def wording() -> Wording:
    """The shipped lists."""
    data = yaml.load(
        (files("bot.checking") / "data" / "words.yaml").read_text("utf-8"),
        Loader=yaml.CSafeLoader,
    )
    jargon = {
        language: MappingProxyType({tuple(tokens(said)): (said, plain) for said, plain in pairs.items()})
        for language, pairs in data["jargon"].items()
    }
    lists = {
        name: frozenset(data[name].split())
        for name in ("telling", "trial_hosts", "private_endings", "example_hosts", "private_mail")
    }
    return Wording(jargon=MappingProxyType(jargon), moved=MappingProxyType(data["moved"]), **lists)
