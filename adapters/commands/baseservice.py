"""The base that `parvis run` answers from: opened, watched while it is edited, and told of in the log."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.commands.ready import broken_base, make_bot
from adapters.watching import Watch
from bot.errors import KnowledgeError
from bot.knowledge.faults import render
from bot.living import LivingBase, News
from bot.reloading import Reloader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.commands.words import Words
    from bot.knowledge.state import KnowledgeState
    from bot.operating import Operation
    from bot.ports import Clock, Store
    from bot.settings import Settings

__all__ = ["BaseInService", "leaving_at_once"]

_LOG = logging.getLogger("parvis.run")


class BaseInService:
    """A bot on the base of ``settings``, brought to each good edit; copies and book are in ``operation.editions``."""

    def __init__(
        self,
        words: Words,
        settings: Settings,
        operation: Operation,
        clock: Clock,
        store: Store,
        progress: Callable[[str, float], None],
    ) -> None:
        """``progress`` hears each step of the start. Raises Refusal if no version of the base can serve."""
        self._words = words
        self._watch = Watch(self._look, lambda: self._living.folders)
        self._living = LivingBase(settings.base, operation.editions, clock, self._watch.pause)
        try:
            self.bot = self._living.open(
                lambda base: make_bot(words, settings, base, store, progress=progress), self._tell
            )
        except KnowledgeError as error:
            raise broken_base(words, settings.base, error.faults) from error
        self._reloader = Reloader(
            self.bot.desk, settings.base, cache=settings.cache, target_precision=settings.target_precision
        )
        if self.state.refused is not None:
            self._tell(News("terminal.base_refused", self.state.version, self.state.refused.faults))

    @property
    def state(self) -> KnowledgeState:
        """What serves now; may be read from any thread."""
        return self._living.state

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Follow edits as long as the block runs."""
        with self._watch:
            yield self._watch

    def _look(self, nudged: bool) -> None:
        for news in self._living.look(self._reloader.reload, again=nudged):
            self._tell(news)

    def _tell(self, news: News) -> None:
        faults = "\n".join(render(fault, self._words.language) for fault in news.faults if fault.severity == "error")
        level = logging.ERROR if news.key.endswith(("refused", "failed", "put_off")) else logging.INFO
        _LOG.log(level, "%s", self._words(news.key, version=news.version, faults=faults))


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """Let SIGTERM end the block and the process with 0, and SIGHUP pass, until a loop handles them.

    Before the channels run nothing was received: there is nothing to finish. (The first process
    of a container would not even hear a signal that it does not handle.)
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
