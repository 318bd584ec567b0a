"""The base in service while it is edited: the last good version serves until a better one is ready."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.editions import Editions, read_base
from bot.errors import KnowledgeError
from bot.knowledge.faults import lacks_room
from bot.knowledge.loading import inspect_base
from bot.knowledge.state import KnowledgeState, Refused
from bot.servicebook import Entry, ServiceBook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.editions import Mark, Reading
    from bot.knowledge.base import KnowledgeBase
    from bot.knowledge.faults import Fault
    from bot.ports import Clock
    from bot.servicebook import Order

__all__ = ["SETTLING", "LivingBase", "News"]

_LOG = logging.getLogger("parvis.base")
# Seconds without any change before an edit is taken for finished: a folder is copied, an editor
# saves one file after another, with far shorter pauses.
SETTLING = 2.0
# A folder that is still being written to after as many settlings is looked at again later.
_PATIENCE = 30


class _Based(Protocol):
    @property
    def base(self) -> KnowledgeBase: ...


_BasedT = TypeVar("_BasedT", bound=_Based)


@dataclass(frozen=True, slots=True)
class News:
    """What became of the base: ``key`` is a sentence of the voice; ``faults`` are what refused it."""

    key: str
    version: str
    faults: tuple[Fault, ...] = field(default=())


class LivingBase:
    """Follows the folder staff edit, and the operator's order to go back; used from one thread at a time.

    Every version serves from a copy of its own: what was checked is what is learned and answered
    from, whatever becomes of the folder meanwhile. Where copies cannot be kept, the folder itself serves.
    """

    def __init__(self, base: Path, folder: Path, clock: Clock, pause: Callable[[float], None]) -> None:
        """``base`` is the folder staff edit, ``folder`` that of copies and book; ``pause`` waits so many seconds."""
        self._base = base
        self._clock = clock
        self._pause = pause
        self._editions = Editions(folder)
        self._book = ServiceBook(folder)
        self._entry = Entry(str(base.absolute()), KnowledgeState("", clock.now()))
        self._tried: Mark | None = None  # the last reading that was refused: refused once

    @property
    def state(self) -> KnowledgeState:
        """What serves now, once ``open`` has ended; may be read from any thread."""
        return self._entry.state

    @property
    def folders(self) -> Sequence[Path]:
        """Where something may happen that calls for a look; those that exist."""
        places = [files.folder for files in read_base(self._base).files]
        return [place for place in (*places, self._book.folder) if place.is_dir()]

    def open(self, start: Callable[[Path], _BasedT], tell: Callable[[News], None]) -> _BasedT:
        """What ``start`` makes of the version to serve first, given the root of its copy.

        It is the one the operator went back to, else the folder's; if that cannot serve, the
        last that did. ``tell`` hears of a return that can no longer be. Raises KnowledgeError,
        with the faults of the folder, if no version can serve.
        """
        reading, order, former = read_base(self._base), self._book.order(), self._book.read()
        if former is not None and former.base == self._entry.base:
            self._entry = former
        if order is not None and order.instead_of == reading.version and order.to in self._entry.history:
            try:
                started = start(self._found(order.to))
            except KnowledgeError as error:
                self._drop_order()
                tell(News("cli.rollback_failed", order.to, error.faults))
            else:
                self._serve(order.to, rolled_back=True)
                self._inspect(reading)
                return started
        try:
            reading.check()
            started = start(self._copy(reading))
        except KnowledgeError as error:
            started = self._start_former(start, error)
            self._refuse(reading, error.faults)
        else:
            self._drop_order()
            self._serve(started.base.version)
        return started

    def _start_former(self, start: Callable[[Path], _BasedT], error: KnowledgeError) -> _BasedT:
        """The last version that served and still can; raises ``error``, which is why, if there is none."""
        for version in dict.fromkeys((self.state.version, *reversed(self._entry.history))):
            try:
                started = start(self._found(version))
            except KnowledgeError:
                continue
            if version != self.state.version:
                self._serve(version)
            return started
        raise error

    def _found(self, version: str) -> Path:
        """The root of the copy of ``version``; raises KnowledgeError without faults if there is none."""
        root = self._editions.find(version) if version else None
        if root is None:
            raise KnowledgeError(())
        return root

    def look(self, reload: Callable[[Path], _Based], *, again: bool = False) -> Iterator[News]:
        """See whether something else is to serve, and bring it into service with ``reload``; what became of it.

        ``reload`` gets the root of a copy and raises KnowledgeError if it cannot serve. With
        ``again``, what was refused is tried once more.
        """
        reading, order = read_base(self._base), self._book.order()
        if self._entry.put_off and (order is None or again or order.to != self._entry.put_off):
            self._write(replace(self._entry, put_off=""))
        if order is not None and order.instead_of == reading.version:
            yield from self._obey(order, reading, reload)
        elif reading.version == self.state.version and not reading.unread:
            yield from self._as_it_was()
        elif again or reading.mark != self._tried or (order is None and self.state.rolled_back):
            yield from self._follow(reload)

    def _obey(self, order: Order, reading: Reading, reload: Callable[[Path], _Based]) -> Iterator[News]:
        if order.to == self.state.version and self.state.rolled_back:
            if self.state.refused is not None and self._tried != reading.mark:
                self._serve(order.to, rolled_back=True)  # a bad edit made since was taken back
                self._inspect(reading)
            return
        if order.to == self._entry.put_off:
            return
        try:
            reload(self._found(order.to))
        except KnowledgeError as error:
            if lacks_room(error.faults):
                # A start, at which nothing else is held in memory, obeys it.
                self._write(replace(self._entry, put_off=order.to))
                yield News("cli.rollback_put_off", order.to)
                return
            self._drop_order()
            yield News("cli.rollback_failed", order.to, error.faults)
        else:
            self._serve(order.to, rolled_back=True)
            self._inspect(reading)
            yield News("cli.base_rolled_back", order.to)

    def _as_it_was(self) -> Iterator[News]:
        """The folder is what serves: whatever was wrong with it has been taken back."""
        self._tried = None
        if self.state.refused is not None or self.state.rolled_back:
            self._drop_order()
            self._serve(self.state.version)
            yield News("cli.base_mended", self.state.version)

    def _follow(self, reload: Callable[[Path], _Based]) -> Iterator[News]:
        """Serve the folder's version once nobody writes to it any more."""
        reading = self._settled()
        if reading is None or (reading.version == self.state.version and not reading.unread):
            return
        yield News("terminal.base_changed", reading.version)
        faults: Sequence[Fault] | None = ()
        try:
            reading.check()
            reload(self._copy(reading))
            faults = None
        except KnowledgeError as error:
            faults = error.faults
        finally:
            # Whatever went wrong, it is told, and not tried again until something changes.
            if faults is not None:
                self._refuse(reading, faults)
        if faults is None:
            self._drop_order()
            self._serve(reading.version)
            yield News("terminal.base_reloaded", reading.version)
        else:
            yield News("terminal.base_refused", reading.version, tuple(faults))
            yield from self._take_back(reload)

    def _take_back(self, reload: Callable[[Path], _Based]) -> Iterator[News]:
        """If the order to go back was taken back while the folder cannot serve: what served before it does again."""
        if self._book.order() is not None or not self.state.rolled_back:
            return
        refused, last = self.state.refused, self._entry.history[-1]
        try:
            reload(self._found(last))
        except KnowledgeError as error:
            last = self.state.version
            yield News("cli.rollback_failed", last, error.faults)
        else:
            yield News("terminal.base_reloaded", last)
        self._serve(last)
        self._note(refused)

    def _settled(self) -> Reading | None:
        reading = read_base(self._base)
        for _ in range(_PATIENCE):
            self._pause(SETTLING)
            again = read_base(self._base)
            if again.mark == reading.mark:
                return again
            reading = again
        return None

    def _copy(self, reading: Reading) -> Path:
        try:
            return self._editions.keep(reading)
        except OSError as error:
            _LOG.warning("no copy of the base's version could be kept: %s", error.strerror)
            return reading.root

    def _inspect(self, reading: Reading) -> None:
        """Tell what is wrong with the folder although it is not what serves."""
        faults = inspect_base(self._base)[1]
        if any(fault.severity == "error" for fault in faults):
            self._refuse(reading, faults)

    def _refuse(self, reading: Reading, faults: Sequence[Fault]) -> None:
        self._tried = reading.mark
        errors = tuple(fault for fault in faults if fault.severity == "error")
        self._note(Refused(self._clock.now(), errors))

    def _serve(self, version: str, *, rolled_back: bool = False) -> None:
        since = self.state.since if version == self.state.version else self._clock.now()
        self._write(self._entry.serving(KnowledgeState(version, since, rolled_back)))

    def _note(self, refused: Refused | None) -> None:
        self._write(replace(self._entry, state=replace(self.state, refused=refused)))

    def _drop_order(self) -> None:
        try:
            self._book.drop_order()
        except OSError as error:
            _LOG.warning("the order to go back could not be taken back: %s", error.strerror)

    def _write(self, entry: Entry) -> None:
        self._entry = entry
        try:
            self._book.write(entry)
        except OSError as error:
            _LOG.warning("what serves could not be written down: %s", error.strerror)
        self._editions.keep_only({*entry.history, entry.state.version})
