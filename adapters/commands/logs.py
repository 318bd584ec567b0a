"""What `parvis run` writes on stderr: one line an event, with nothing in it that is a secret or a resident's."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from adapters.commands.telling import told_exception
from bot.correlation import question_under_way

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from structlog.typing import EventDict, Processor

__all__ = ["open_log"]

_OURS = "parvis"
# Libraries that write tokens (in addresses) or rooms' members below WARNING.
_TALKATIVE = ("httpx", "httpcore", "urllib3", "aiohttp.access", "uvicorn", "nio.rooms")
# Warns of each message that cannot be read, for every member of a room.
_SILENT = ("nio",)
# What Parvis itself adds to an event; whatever else hangs on a record stays unsaid.
_FIELDS = frozenset({"channel", "question", "outcome", "language", "part", "seconds", "where"})
_STRANGER = "a library speaks"
# Signs that would end a line, or that a terminal would obey.
_SIGNS = {"\n": " / ", "\t": " "}


def open_log(secrets: Iterable[str], form: str | None = None, level: str = "info") -> None:
    """Write what Parvis and its libraries log to stderr, never any of ``secrets``.

    ``form`` is ``console`` or ``json``; by default the first on a terminal, else the second. ``level``
    is the least that Parvis itself writes; libraries write warnings and what is worse. What they say
    may quote anything, so only who spoke, and where in their code, is told. Errors that nobody
    caught are told the same way, without their words.
    """
    stream = sys.stderr
    handler = _Handler(stream)
    handler.setFormatter(_Discreet(secrets, form or ("console" if stream.isatty() else "json"), stream))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(logging.WARNING, least))
    logging.getLogger(_OURS).setLevel(least)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, least))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda told: _stopped("an error that could not be raised", told.exc_value)
    threading.excepthook = lambda told: _stopped("a thread ended with an error", told.exc_value)


class _Handler(logging.StreamHandler[TextIO]):
    """Says that a line could not be written, where the usual one would print the line's values."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of logging's own
        kind = sys.exc_info()[0]
        where = f"{record.name}:{record.lineno}"
        line = f'{{"level": "error", "event": "a line could not be written", "where": "{where}", "kind": "{kind}"}}\n'
        try:
            self.stream.write(line)
        except (OSError, ValueError):  # nobody reads us any more
            self.setLevel(logging.CRITICAL + 1)


class _Discreet(ProcessorFormatter):
    """Each record as one line, through processors that leave out what may not be told."""

    def __init__(self, secrets: Iterable[str], form: str, stream: TextIO) -> None:
        super().__init__(
            foreign_pre_chain=[
                add_log_level,
                add_logger_name,
                ExtraAdder(allow=_FIELDS),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                _about_question,
                _tell_exception,
                _Without(secrets),
                _renderer(form, stream),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if record.name != _OURS and not record.name.startswith(f"{_OURS}."):
            record = _stranger(record)
        return super().format(record)


def _stranger(record: logging.LogRecord) -> logging.LogRecord:
    """What may be told of a library's message: filled in or not, it may be an address with a token in it."""
    told = logging.LogRecord(
        record.name, record.levelno, record.pathname, record.lineno, _STRANGER, (), record.exc_info, record.funcName
    )
    told.where = f"{record.module}:{record.lineno}"
    return told


class _Without:
    """Takes secrets and ends of lines out of every value."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in (secret, quote(secret, safe="")) if form}
        # The longest first: one may be the beginning of another.
        self._secrets = sorted(forms, key=len, reverse=True)

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        return {name: self._clean(value) for name, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, "[secret]")
        if value.isprintable():
            return value
        return "".join(sign if sign.isprintable() else _SIGNS.get(sign, "?") for sign in value)


def _about_question(_logger: object, _method: str, event: EventDict) -> EventDict:
    question = question_under_way()
    if question is not None:
        event.setdefault("question", question)
    return event


def _tell_exception(_logger: object, _method: str, event: EventDict) -> EventDict:
    caught = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = caught[1] if isinstance(caught, tuple) else caught
    if isinstance(error, BaseException):
        event["error"] = told_exception(error)
    return event


def _renderer(form: str, stream: TextIO) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty() and not os.environ.get("NO_COLOR"), pad_event_to=0)


def _uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    _stopped("Parvis ended with an error", error)


def _stopped(what: str, error: BaseException | None) -> None:
    logging.getLogger(_OURS).critical(what, exc_info=error)
