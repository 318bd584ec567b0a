"""Says what broke a file's syntax, in words for someone who has never heard of YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from bot.knowledge.faults import FaultLog, Location

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORBIDDEN", "OuterItems", "outer_items", "report_forbidden_characters", "report_syntax"]

# YAML 1.2, production c-printable, without the line breaks that editors do not count
# as such (U+0085, U+2028, U+2029) and the byte order mark.
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_HEADER = re.compile(r"([A-Za-z_]+):\s*(#.*)?")

# What libyaml says -> the fault, and whether its cause stands where the reading broke
# or where the broken thing began (its "context").
_PROBLEMS = (
    ("tab character", "yaml.tab", False),
    ("cannot start any token", "yaml.special_start", False),
    ("expected node content", "yaml.special_start", False),
    ("expected comment or line break", "yaml.special_start", False),
    ("mapping keys are not allowed", "yaml.special_start", False),
    ("sequence entries are not allowed", "yaml.special_start", False),
    ("expected alphabetic or numeric", "yaml.special_start", True),
    ("mapping values are not allowed", "yaml.colon", False),
    ("unexpected end of stream", "yaml.unclosed_quote", True),
    ("unexpected document indicator", "yaml.unclosed_quote", True),
    ("expected ',' or ']'", "yaml.unclosed_bracket", True),
    ("expected ',' or '}'", "yaml.unclosed_brace", True),
    ("could not find expected ':'", "yaml.missing_colon", True),
    ("unknown escape", "yaml.escape", False),
    ("hexdecimal", "yaml.escape", False),
    ("Unicode character escape", "yaml.escape", False),
    ("expected key", "yaml.indent", False),
    ("expected '-' indicator", "yaml.indent", False),
    ("expected <document start>", "yaml.indent", False),
    ("tag handle", "yaml.tag", False),
)


@dataclass(frozen=True, slots=True)
class OuterItems:
    """A file's outer list: its key, the key's line, and each item's first line and text."""

    key: str
    line: int
    items: tuple[tuple[int, str], ...]


def outer_items(text: str) -> OuterItems:
    """Cut a file that is one key and one list into the list's items; no items if it is not that."""
    lines = _LINE_BREAK.split(text)
    at = next((number for number, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip())), None)
    if at is None:
        return OuterItems("", 1, ())
    header = _HEADER.fullmatch(lines[at].rstrip())
    indent: str | None = None
    starts: list[int] = []
    for number in range(at + 1, len(lines)):
        bare = lines[number].lstrip(" ")
        if bare == "-" or bare.startswith("- "):
            margin = lines[number][: len(lines[number]) - len(bare)]
            indent = margin if indent is None else indent
            if margin == indent:
                starts.append(number)
    ends = [*starts[1:], len(lines)]
    items = tuple((start + 1, "\n".join(lines[start:end])) for start, end in zip(starts, ends, strict=False))
    return OuterItems(header.group(1) if header else "", at + 1, items)


def report_forbidden_characters(text: str, file: Path, log: FaultLog) -> bool:
    """Note each character that no file may hold (NUL, control characters); True if there was one."""
    found = False
    line, start = 1, 0
    for match in FORBIDDEN.finditer(text):
        found = True
        if log.is_full(file):
            break
        line += len(_LINE_BREAK.findall(text, start, match.start()))
        start = match.start()
        log.add(Location(file, line), "yaml.forbidden_character", character=f"U+{ord(match.group()):04X}")
    return found


def report_syntax(error: yaml.YAMLError, text: str, origin: Location, log: FaultLog) -> None:
    """Note what broke ``text``, which begins at ``origin``."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        log.add(origin, "yaml.syntax")
        return
    problem = error.problem or ""
    code, at_context = next(
        ((code, at_context) for words, code, at_context in _PROBLEMS if words in problem), ("yaml.syntax", False)
    )
    mark = error.context_mark if at_context and error.context_mark is not None else error.problem_mark
    lines = _LINE_BREAK.split(text.rstrip())
    number = min(mark.line, len(lines) - 1)
    line = lines[number]
    # Where the text ended too soon, the mark is behind its last line.
    column = mark.column if number == mark.line else len(line)
    before, char = line[:column], line[column : column + 1]
    if code == "yaml.special_start" and char == "\t":
        code = "yaml.tab"
    elif code == "yaml.special_start" and "block scalar" in (error.context or ""):
        char = ">" if ">" in before else "|"
    elif code == "yaml.special_start" and not char:
        code = "yaml.unclosed_bracket"
    elif code == "yaml.indent" and before.strip(" -"):
        code = "yaml.quote_inside"
    log.add(Location(origin.file, origin.line + number), code, character=char, text=line.strip())
