"""What staff type stays what they typed, and every slip is found on its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.faults import FaultLog, Location
from bot.knowledge.yamlreader import BROKEN, MAX_DEPTH, MAX_NODES, parse_yaml

FILE = Path("entries/essai.yaml")


def read(text: str) -> tuple[object, list[tuple[str, int]]]:
    log = FaultLog()
    document = parse_yaml(text, FILE, log)
    return document.data, [(fault.code, fault.location.line) for fault in log.faults()]


def test_text_stays_text() -> None:
    """A town's opening time, postcode, date and "NO" are never turned into something else."""
    text = "a: NO\nb: 10:30\nc: 01000\nd: 2025-10-24\ne: yes\nf: 0x1F\ng: 1_000\nh: 1e3\ni: .inf\nj: Off"
    data, faults = read(text)
    assert data == {
        "a": "NO",
        "b": "10:30",
        "c": "01000",
        "d": "2025-10-24",
        "e": "yes",
        "f": "0x1F",
        "g": "1_000",
        "h": "1e3",
        "i": ".inf",
        "j": "Off",
    }
    assert faults == []


def test_plain_numbers_and_constants() -> None:
    """A latitude is a number, and quotes make a text of anything."""
    data, faults = read("a: 48.85\nb: -2\nc: true\nd: null\ne:\nf: ~\ng: '48.85'\nh: \"true\"\ni: 0\nj: ''")
    assert data == {
        "a": 48.85,
        "b": -2,
        "c": True,
        "d": None,
        "e": None,
        "f": None,
        "g": "48.85",
        "h": "true",
        "i": 0,
        "j": "",
    }
    assert faults == []


def test_a_number_of_a_million_digits_stays_text() -> None:
    """A number no town needs is not worked out, only kept as it was typed."""
    assert read("a: " + "1" * 1_000_000)[0] == {"a": "1" * 1_000_000}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: x\nb: y\na: z", "yaml.duplicate_key", 3),
        ("a: x\nb:\n  <<: {c: d}", "yaml.merge", 3),
        ("a: x\nb: &ici y", "yaml.anchor", 2),
        ("a: x\nb: &ici [y]", "yaml.anchor", 2),
        ("a: x\nb: *ici", "yaml.alias", 2),
        ("a: x\nb: !!int 3", "yaml.tag", 2),
        ("a: x\nb: ! Attention", "yaml.tag", 2),
        ("a: x\nb: !a!b c", "yaml.tag", 2),
        ("a: x\n---\nb: y", "yaml.documents", 2),
        ("a: x\n? [b]\n: y", "yaml.complex_key", 2),
        ("a: x\n'': y", "yaml.empty_key", 2),
        ("a: x\n\tb: y", "yaml.tab", 2),
        ("\tb: y", "yaml.tab", 1),
        ("a: |\n\tx", "yaml.tab", 2),
        ("a: x\nb: Horaires : lundi : fermé", "yaml.colon", 2),
        ("a: x\nb: 'l'école'", "yaml.quote_inside", 2),
        ("a: x\nb: @mairie", "yaml.special_start", 2),
        ("a: x\nb: `x`", "yaml.special_start", 2),
        ("a: x\nb: **Gratuit**", "yaml.special_start", 2),
        ("a: x\nb: & y", "yaml.special_start", 2),
        ("a: x\nb: > y", "yaml.special_start", 2),
        ("a: x\nb: - y", "yaml.special_start", 2),
        ("a: x\nb: ? y", "yaml.special_start", 2),
        ("a: x\nb: ]", "yaml.special_start", 2),
        ('a: x\nb: "y\nc: z\n', "yaml.unclosed_quote", 2),
        ("a: 'x\n---\n", "yaml.unclosed_quote", 1),
        ("a: x\nb: [y, z\nc: d", "yaml.unclosed_bracket", 2),
        ("a: x\nb: [", "yaml.unclosed_bracket", 2),
        ("a: x\nb: {y: z\nc: d", "yaml.unclosed_brace", 2),
        ("a: x\nb\nc: d", "yaml.missing_colon", 2),
        ('a: x\nb: "\\q"', "yaml.escape", 2),
        ('a: x\nb: "\\xZZ"', "yaml.escape", 2),
        ('a: x\nb: "\\ud800"', "yaml.escape", 2),
        ("a:\n  - x\n b: y", "yaml.indent", 3),
        ("- x\nb: y", "yaml.indent", 2),
        ("  a: x\nb: y", "yaml.indent", 2),
        ("a: x\nb: y\0", "yaml.forbidden_character", 2),
        ("a: x\r\nb: \x07y", "yaml.forbidden_character", 2),
        ("a: x\nb: y\u2028z", "yaml.forbidden_character", 2),
        ("a: x\nb: y\ufeff", "yaml.forbidden_character", 2),
        ('a: x\nb: "\\0"', "yaml.forbidden_character", 2),
        ("%RIEN\n---\na: x", "yaml.syntax", 1),
    ],
)
def test_each_slip_is_named_on_its_line(text: str, code: str, line: int) -> None:
    """Whatever YAML makes of a typing slip, staff learn which line it is on and what it is."""
    assert read(text)[1] == [(code, line)]


def test_line_ends_of_any_machine() -> None:
    """A file saved on Windows or an old Mac counts its lines like any other."""
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["entries:", "  - id: a", "    id: b", ""])
        assert read(text) == ({"entries": [{"id": "a"}]}, [("yaml.duplicate_key", 3)])


def test_every_broken_item_is_found_in_one_pass() -> None:
    """Three entries with three different slips are all named at once, and the sound one is kept."""
    text = (
        "# fiches\nentries: # ici\n"
        "  - id: a\n    title: Horaires: lundi\n"
        '  - id: b\n    title: "Sans fin\n'
        "  - id: c\n    title: Bien\n"
        "  - id: d\n    title: 'l'école'\n"
    )
    data, faults = read(text)
    assert data == {"entries": [{"id": "c", "title": "Bien"}]}
    assert faults == [("yaml.colon", 4), ("yaml.unclosed_quote", 6), ("yaml.quote_inside", 10)]


def test_values_know_their_lines() -> None:
    """A fault inside a list, a follow-up or a block of text points at the line staff must change."""
    text = "entries:\n  - id: a\n    questions:\n      - x\n      - y\n    answer: |\n      un\n    z: {k: v}\n"
    document = parse_yaml(text, FILE, FaultLog())
    lines = {
        ("entries",): 1,
        ("entries", 0): 2,
        ("entries", 0, "questions"): 3,
        ("entries", 0, "questions", 1): 5,
        ("entries", 0, "answer"): 6,
        ("entries", 0, "z", "k"): 8,
        ("entries", 0, "absent"): 2,
        ("entries", 7): 1,
        ("entries", 0, "answer", "deeper", 3): 6,
    }
    for path, line in lines.items():
        assert document.at(path) == Location(FILE, line)


def test_nesting_and_size_are_bounded() -> None:
    """A file that nests or repeats without end is refused, not followed."""
    assert read("[" * 50_000)[1] == [("yaml.too_deep", 1)]
    assert read("a:\n" + "- " * 5_000)[1] == [("yaml.too_deep", 2)]
    assert read("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))[1] == []
    data, faults = read("[" + "a," * (MAX_NODES + 1) + "]")
    assert (data, faults) == (BROKEN, [("yaml.too_many", 1)])
