"""From a folder and a few settings to a bot that is ready to answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answering.concepts import ConceptFinder
from bot.answering.emergency import shipped_detector
from bot.answering.modelfile import load_model, model_path, save_model
from bot.answering.snapshot import make_snapshot
from bot.desk import Desk
from bot.errors import ModelError
from bot.knowledge.loading import load_base

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.answering.model import Model
    from bot.answering.ranking import Ranking
    from bot.answering.snapshot import Snapshot
    from bot.knowledge.base import KnowledgeBase
    from bot.ports import Clock, Store

    Progress = Callable[[str, float], None]

__all__ = ["Bot", "build", "prepare"]

_LOG = logging.getLogger("parvis.assembly")


@dataclass(frozen=True, slots=True)
class Bot:
    """A desk and what stands behind it."""

    desk: Desk

    @property
    def base(self) -> KnowledgeBase:
        """The base answers are given from now."""
        return self.desk.snapshot.base

    def rank(self, text: str, language: str) -> Ranking:
        """How the current base ranks ``text``: what ``parvis ask --explain`` shows."""
        return self.desk.snapshot.ranker.rank(text, language)


def build(
    base: Path,
    *,
    cache: Path | None,
    clock: Clock,
    store: Store,
    target_precision: float = 0.95,
    progress: Progress | None = None,
) -> Bot:
    """A bot on the base in folder ``base``.

    ``cache`` keeps trained models between runs (None: none is kept). ``progress``
    hears a step's name and how far it is (0 to 1). Raises KnowledgeError if the base
    cannot be served.
    """
    snapshot = prepare(base, cache=cache, target_precision=target_precision, progress=progress)
    return Bot(Desk(snapshot, store, clock, shipped_detector()))


def prepare(base: Path, *, cache: Path | None, target_precision: float, progress: Progress | None = None) -> Snapshot:
    """Load the base, find or train its model, and make them ready to answer. Raises KnowledgeError."""
    report = progress or (lambda _step, _share: None)
    report("load", 0.0)
    knowledge = load_base(base)
    finder = ConceptFinder(knowledge.concepts.values())
    report("load", 1.0)
    return make_snapshot(knowledge, _model(knowledge, finder, cache, report), finder, target_precision)


def _model(base: KnowledgeBase, finder: ConceptFinder, cache: Path | None, report: Progress) -> Model:
    path = model_path(cache, base.version) if cache is not None else None
    if path is not None:
        try:
            return load_model(path)
        except ModelError:
            _LOG.info("no trained model for this base yet: training one")
    # Training is not needed to answer: a warm start never loads it.
    from bot.answering.documents import documents_of
    from bot.answering.learning import learn

    model = learn(
        tuple(documents_of(base.entries.values(), base.places)),
        tuple(base.entries),
        finder,
        base.concepts.values(),
        version=base.version,
        progress=lambda share: report("train", share),
    )
    if path is not None:
        try:
            save_model(model, path)
        except OSError as error:
            _LOG.warning("the trained model could not be kept in %s: %s", path.parent, error.strerror)
    return model
