"""What residents ask that town bases seldom answer: learned beside the entries, so that none is taken for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from bot.answering.documents import Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Subject", "shipped_subjects", "subject_documents", "together", "uncovered"]

# An entry with a phrasing this near to a subject's (a cosine) speaks of that subject.
_NEAR = 0.6
# A subject of which a base answers this share is left to the base.
_ANSWERED = 0.34
# Three questions of each subject and language refuse as well as nine, in two thirds of the training time.
_TAUGHT = 3
# Neighbours in the file are taught as one class: a quarter of the classes refuse as well.
_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject town bases seldom answer, and what residents ask of it in each language."""

    id: str
    questions: Mapping[str, tuple[str, ...]]


@cache
def shipped_subjects() -> tuple[Subject, ...]:
    """The subjects of ``data/outside.yaml``."""
    text = (files("bot.answering") / "data" / "outside.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)  # a safe loader, over our own file
    return tuple(
        Subject(subject.pop("id"), {language: tuple(asked) for language, asked in subject.items()})
        for subject in data["outside"]
    )


def subject_documents(subjects: Sequence[Subject], documents: Sequence[Document], first: int) -> Iterator[Document]:
    """What is asked of ``subjects`` in the languages of ``documents``, numbered from ``first`` on."""
    languages = sorted({document.language for document in documents})
    for number, subject in enumerate(subjects):
        for language in languages:
            for question in subject.questions.get(language, ())[:_TAUGHT]:
                yield Document(question, language, first + number, 1.0, asked=True)


def together(owners: NDArray[np.int32], entries: int) -> NDArray[np.int32]:
    """``owners`` with neighbouring subjects as one class; entries, whose numbers come first, stay as they are."""
    return np.where(owners < entries, owners, entries + (owners - entries) // _TOGETHER).astype(np.int32)


def uncovered(
    owners: NDArray[np.int32], asked: NDArray[np.bool_], gram: NDArray[np.float32], entries: int
) -> NDArray[np.bool_]:
    """Which texts teach: all those of entries, and those of the subjects that no entry speaks of.

    ``owners`` is each text's entry or subject, ``asked`` marks those a resident could
    have typed, ``gram`` holds their products two by two.
    """
    kept = np.ones(len(owners), bool)
    outside = np.flatnonzero(owners >= entries)
    inside = np.flatnonzero((owners < entries) & asked)
    if not len(outside) or not len(inside):
        return kept
    norms = np.sqrt(np.diag(gram))
    cosines = gram[np.ix_(outside, inside)] / np.outer(norms[outside], norms[inside]).clip(1e-6)
    near = cosines.max(axis=1) >= _NEAR
    answered = np.bincount(owners[outside], near) / np.bincount(owners[outside]).clip(1)
    kept[outside] = answered[owners[outside]] < _ANSWERED
    return kept
