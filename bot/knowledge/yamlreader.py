"""Reads the YAML staff write: nothing is turned into something else, and every value knows its line.

Only ``true``, ``false``, ``null``, plain whole numbers and plain decimals get a type;
``NO``, ``10:30``, ``01000`` and dates stay the text that was written. What YAML
offers beyond lists and mappings (anchors, aliases, merges, tags, several documents)
is a fault. The parser's events are read one by one with a stack of our own, so that
no nesting, however hostile, recurses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from bot.knowledge.faults import FaultLog, Location
from bot.knowledge.yamlsyntax import FORBIDDEN, outer_items, report_forbidden_characters, report_syntax

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["BROKEN", "MAX_DEPTH", "MAX_NODES", "Document", "parse_yaml"]

# The deepest file staff write (entry > follow-up > question) has 6 levels.
MAX_DEPTH = 20
# A vocabulary of 20,000 terms has 25,000, a file of 1,000 entries 40,000.
MAX_NODES = 100_000
# Reading so many items one by one takes about 0.1 s; a longer list is a machine's, not a person's.
_MOST_ITEMS = 2_000


class _Broken:
    """The type of ``BROKEN``."""


# Stands where a value was that a fault already speaks of, so that it is reported once.
BROKEN = _Broken()

# A container's line with its children's, or a scalar's line.
_Lines = int | tuple[int, "dict[str, _Lines] | list[_Lines]"]

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,30})?")
_NUMBER_STARTS = frozenset("-0123456789")


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content: plain dicts, lists and scalars, and the line of each.

    ``complete`` is False if the syntax broke somewhere: then ``data`` holds the sound
    items of the file's outer list, or is ``BROKEN``.
    """

    file: Path
    data: object
    lines: _Lines
    complete: bool

    def at(self, path: Sequence[str | int]) -> Location:
        """Where the value at ``path`` (keys and list indexes) is, or the nearest thing around it."""
        node = self.lines
        for step in path:
            children = node[1] if isinstance(node, tuple) else None
            if isinstance(children, dict) and step in children:
                node = children[str(step)]
            elif isinstance(children, list) and isinstance(step, int) and step < len(children):
                node = children[step]
            else:
                break
        return Location(self.file, node if isinstance(node, int) else node[0])


def parse_yaml(text: str, file: Path, log: FaultLog) -> Document:
    """The content of one file, already decoded; every fault found goes to ``log``. Never raises."""
    if report_forbidden_characters(text, file, log):
        return Document(file, BROKEN, 1, complete=False)
    whole = FaultLog()
    try:
        data, lines = _Builder(file, whole).read(text)
    except yaml.YAMLError as error:
        return _item_by_item(text, error, file, log)
    except _TooMuch as reason:
        log.add(Location(file, reason.line), reason.code, limit=reason.limit)
        return Document(file, BROKEN, 1, complete=False)
    log.absorb(whole)
    return Document(file, data, lines, complete=True)


def _item_by_item(text: str, error: yaml.YAMLError, file: Path, log: FaultLog) -> Document:
    # YAML gives up at the first broken item, and blames a place far from an unclosed
    # quote. A file's outer list is therefore read again one item at a time: the faults
    # get nearer to their causes, and the sound items are still checked.
    chunks = outer_items(text)
    items: list[object] = []
    lines: list[_Lines] = []
    sound = True
    for first_line, chunk in chunks.items[:_MOST_ITEMS]:
        try:
            data, line = _Builder(file, log, first_line).read(chunk)
        except yaml.YAMLError as broken:
            report_syntax(broken, chunk, Location(file, first_line), log)
            sound = False
        except _TooMuch as reason:
            log.add(Location(file, reason.line), reason.code, limit=reason.limit)
            sound = False
        else:
            if isinstance(data, list) and isinstance(line, tuple) and isinstance(line[1], list):
                items += data
                lines += line[1]
    if sound:
        report_syntax(error, text, Location(file, 1), log)
    if not chunks.items:
        return Document(file, BROKEN, 1, complete=False)
    return Document(file, {chunks.key: items}, (1, {chunks.key: (chunks.line, lines)}), complete=False)


class _TooMuch(Exception):  # noqa: N818 - ends the reading; the fault is what staff see
    def __init__(self, line: int, code: str, limit: int) -> None:
        self.line, self.code, self.limit = line, code, limit
        super().__init__(code)


class _Frame:
    """A container being filled. In a mapping, ``key`` is the one waiting for its value."""

    __slots__ = ("data", "key", "key_line", "line", "lines")

    def __init__(self, line: int, data: dict[str, object] | list[object]) -> None:
        self.line = line
        self.data = data
        self.lines: dict[str, _Lines] | list[_Lines] = [] if isinstance(data, list) else {}
        self.key: str | _Broken | None = None
        self.key_line = line


class _Builder:
    """Builds one text's content from the parser's events; ``first_line`` is the text's place in its file."""

    def __init__(self, file: Path, log: FaultLog, first_line: int = 1) -> None:
        self._file = file
        self._log = log
        self._first = first_line
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._documents = 0
        self._root: object = None
        self._root_lines: _Lines = first_line

    def read(self, text: str) -> tuple[object, _Lines]:
        """The content and its lines. Raises yaml.YAMLError or _TooMuch."""
        parser = yaml.CSafeLoader(text)
        while (event := parser.get_event()) is not None and self._take(event):
            pass
        return self._root, self._root_lines

    def _take(self, event: yaml.Event) -> bool:
        # Most frequent first: this runs once a term of the vocabulary.
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._count(event)
            self._fault(event, "yaml.alias", text=event.anchor or "")
            self._place(BROKEN, self._line(event))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._fault(event, "yaml.documents")
                return False
        return not isinstance(event, yaml.StreamEndEvent)

    def _line(self, event: yaml.Event) -> int:
        # The C parser marks every event; only the type says that it may not.
        return self._first if event.start_mark is None else event.start_mark.line + self._first

    def _fault(self, event: yaml.Event, code: str, **values: str | int) -> None:
        self._log.add(Location(self._file, self._line(event)), code, **values)

    def _decorations(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._fault(event, "yaml.anchor", text=event.anchor)
        if event.tag is not None:
            self._fault(event, "yaml.tag", text=event.tag)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self._decorations(event)
        self._count(event)
        text: str = event.value
        line = self._line(event)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and isinstance(frame.data, dict):
            frame.key, frame.key_line = self._key(event, frame), line
        elif event.tag is not None or self._hides_characters(event):
            self._place(BROKEN, line)
        else:
            self._place(_plain_value(text) if event.implicit[0] else text, line)

    def _hides_characters(self, event: yaml.ScalarEvent) -> bool:
        # "\\0" between double quotes is a character that may not stand in a file itself.
        found = FORBIDDEN.search(event.value) if event.style == '"' else None
        if found is not None:
            self._fault(event, "yaml.forbidden_character", character=f"U+{ord(found.group()):04X}")
        return found is not None

    def _key(self, event: yaml.ScalarEvent, frame: _Frame) -> str | _Broken:
        key: str = event.value
        if not key.strip():
            self._fault(event, "yaml.empty_key")
        elif key == "<<" and event.implicit[0]:
            self._fault(event, "yaml.merge")
        elif isinstance(frame.lines, dict) and key in frame.lines:
            first = frame.lines[key]
            self._fault(event, "yaml.duplicate_key", key=key, first=first if isinstance(first, int) else first[0])
        else:
            return key
        return BROKEN

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self._decorations(event)
        self._count(event)
        line = self._line(event)
        if len(self._stack) >= MAX_DEPTH:
            raise _TooMuch(line, "yaml.too_deep", MAX_DEPTH)
        self._stack.append(_Frame(line, {} if isinstance(event, yaml.MappingStartEvent) else []))

    def _close(self) -> None:
        frame = self._stack.pop()
        self._place(frame.data, frame.line, frame.lines)

    def _count(self, event: yaml.Event) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _TooMuch(self._line(event), "yaml.too_many", MAX_NODES)

    def _place(self, value: object, line: int, children: dict[str, _Lines] | list[_Lines] | None = None) -> None:
        if not self._stack:
            self._root, self._root_lines = value, line if children is None else (line, children)
            return
        frame = self._stack[-1]
        if isinstance(frame.data, list):
            frame.data.append(value)
            if isinstance(frame.lines, list):
                frame.lines.append(line if children is None else (line, children))
            return
        key, frame.key = frame.key, None
        if isinstance(key, str) and isinstance(frame.lines, dict):
            frame.data[key] = value
            # What a reader looks for is the key, not the first item under it.
            frame.lines[key] = frame.key_line if children is None else (frame.key_line, children)
        elif key is None:
            self._log.add(Location(self._file, line), "yaml.complex_key")
            frame.key = BROKEN


def _plain_value(text: str) -> object:
    """What an unquoted scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in _NUMBER_STARTS and (match := _NUMBER.fullmatch(text)):
        return float(text) if match.group(1) else int(text)
    return text
