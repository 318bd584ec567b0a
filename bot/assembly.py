"""From a folder and a few settings to a bot that is ready to answer."""

from __future__ import annotations

import gc
import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.answering.concepts import ConceptFinder
from bot.answering.emergency import shipped_detector
from bot.answering.modelfile import load_model, model_path
from bot.answering.snapshot import make_snapshot
from bot.desk import Desk
from bot.errors import KnowledgeError, ModelError, TrainerKilled
from bot.knowledge.faults import not_learned
from bot.knowledge.loading import content_version, load_base
from bot.trainer import train_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.answering.model import Model
    from bot.answering.ranking import Ranking
    from bot.answering.snapshot import Snapshot
    from bot.knowledge.base import KnowledgeBase
    from bot.ports import Clock, Store

    Progress = Callable[[str, float], None]

__all__ = ["Bot", "build", "learn_base", "prepare"]

_LOG = logging.getLogger("parvis.assembly")
# A base saved again and again while it is learned is learned again this many times at most.
_EDITS = 3
# Models that came with the installation, as in the container's image: they are only read.
_SHIPPED = Path(__file__).parent / "_models"


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
    vocabulary: bool = True,
) -> Bot:
    """A bot on the base in folder ``base``.

    ``cache`` keeps trained models between runs (None: none is kept). ``progress``
    hears a step's name and how far it is (0 to 1). Without ``vocabulary`` the base is
    learned, and answers, as if it had no concept: what its vocabulary is worth is
    measured against that. Raises KnowledgeError if the base cannot be served, or
    not be learned in the memory there is.
    """
    with _nothing_collected():
        snapshot = prepare(
            base, cache=cache, target_precision=target_precision, progress=progress, vocabulary=vocabulary
        )
        bot = Bot(Desk(snapshot, store, clock, shipped_detector()))
        bot.desk.warm_up()
    return bot


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep the collector from what is built here, now and ever after.

    A base stays until it is replaced: going through it takes a third of the start, and
    would later hold up an answer for a tenth of a second at every pass.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


def prepare(
    base: Path,
    *,
    cache: Path | None,
    target_precision: float,
    progress: Progress | None = None,
    vocabulary: bool = True,
) -> Snapshot:
    """Load the base, find or train its model, and make them ready to answer. Raises KnowledgeError.

    The other arguments are those of ``build``.
    """
    report = progress or (lambda _step, _share: None)
    knowledge, model = _load(base, report), None
    if not vocabulary:
        # Learned for one comparison: its model serves nobody, and is not kept.
        knowledge, cache = replace(knowledge, concepts=MappingProxyType({})), None
    if cache is not None:
        model = _kept(knowledge, cache, report)
        for _ in range(_EDITS):
            if model is not None or content_version(base) == knowledge.version:
                break
            # Edited while it was being learned: what is on the disk now is what is served.
            knowledge = _load(base, report)
            model = _kept(knowledge, cache, report)
    finder = ConceptFinder(knowledge.concepts.values())
    if model is None:
        if cache is not None:
            _LOG.warning("the trained model could not be kept in %s: it will be trained again next time", cache)
        step = "train" if vocabulary else "train_plain"
        model = learn_base(knowledge, finder, lambda share: report(step, share))
    return make_snapshot(knowledge, model, finder, target_precision)


def _load(base: Path, report: Progress) -> KnowledgeBase:
    report("load", 0.0)
    knowledge = load_base(base)
    report("load", 1.0)
    return knowledge


def _kept(base: KnowledgeBase, cache: Path, report: Progress) -> Model | None:
    """The kept model of this very base, trained in a process of its own if need be; None if that failed.

    Raises KnowledgeError if the system stopped the training: it would stop this process too.
    """
    path = model_path(cache, base.version)
    for kept in (model_path(_SHIPPED, base.version), path):
        with suppress(ModelError):
            return load_model(kept)
    # Training takes several times the memory of answering: it is given back with its process.
    try:
        train_beside(base.root, cache, lambda share: report("train", share))
        return load_model(path)
    except TrainerKilled as error:
        raise KnowledgeError((not_learned(),)) from error
    except ModelError:
        return None


def learn_base(base: KnowledgeBase, finder: ConceptFinder, progress: Callable[[float], None]) -> Model:
    """Train on ``base`` in this process; ``progress`` hears how far it is (0 to 1)."""
    # Training is not needed to answer: a warm start never loads it.
    from bot.answering.documents import documents_of
    from bot.answering.learning import learn
    from bot.answering.outside import shipped_subjects

    return learn(
        tuple(documents_of(base.entries.values(), base.places)),
        tuple(base.entries),
        finder,
        base.concepts.values(),
        version=base.version,
        own=base.own_entries(),
        subjects=shipped_subjects(),
        progress=progress,
    )
