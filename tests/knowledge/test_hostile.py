"""No file, however broken or hostile, crashes, hangs or half loads a base."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.faults import render
from bot.knowledge.loading import content_version, inspect_base, load_base

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCES = "sources: [{title: s, url: https://a.example, date: 2025-01-01}]"
# A file of each kind, with every construct staff use.
SOUND = {
    "city.yaml": f"name: v\ninsee: '99999'\ntimezone: Europe/Paris\nlanguages: [fr, en]\n"
    f"desk:\n  name: d\n  phone: 01 99 00 00 01\n  opening_hours: Mo-Fr 08:30-17:00; PH off\n  {SOURCES}\n"
    "review: {price: 6 mois}\nemergency_notes:\n  - note\n",
    "entries/dechets.yaml": f"entries:\n  - id: a\n    title: \"T : t\"\n    kind: price\n    questions: [q, 'r']\n"
    f"    answer: |\n      - un\n      - **deux**\n    {SOURCES}\n    place: mairie\n    calendar: jaune\n"
    "    verified_on: 2025-10-24\n    review_every: 3 mois\n    valid: {start: '11-01', end: '03-31'}\n"
    "    follow_ups:\n      - {label: l, entry: a}\n"
    "    translations:\n      en: {title: t, answer: a, by: b, translated_on: 2025-01-01}\n",
    "places.yaml": f"places:\n  - id: mairie\n    type: mairie\n    name: n\n    latitude: 48.85\n    {SOURCES}\n"
    "    opening_hours: Mo-Fr 08:30-17:00; PH off\n    closures: [{from: 2025-12-24, to: 2025-12-25, reason: r}]\n",
    "calendars/jaune.yaml": f"id: jaune\ntitle: t\n{SOURCES}\nstreets: rues.csv\nsectors:\n"
    "  - {id: nord, name: n, days: [lundi], weeks: even, dates: [2025-01-02]}\n",
    "calendars/rues.csv": "street,sector\nrue A,nord\n",
    "vocabulary/v.yaml": "concepts:\n  - {id: a, terms: {fr: [x, y]}}\n  - {id: a.b, parent: a, terms: {en: [z]}}\n",
    "voice.yaml": "fr: {}\n",
    "golden.yaml": "golden:\n  - {question: q, expect: a, tags: [x]}\n  - {question: r, expect: none}\n",
}
NAMES = st.sampled_from(sorted(SOUND))
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=2000)
SNIPPETS = [b"\t", b"\0", b"\xff", b": ", b"- ", b"[", b"}", b"'", b'"', b"&a ", b"*a", b"!!x ", b"<<: ", b"\n---\n"]
SNIPPETS += [b"|", b">", b"? ", b"%", b"@", b"#", b"\r", b"\xef\xbb\xbf", "é".encode(), b"1", b"null", b"\\", b"\n\n"]


def holds(root: Path) -> None:
    """The base loads whole, or its faults can be told in both languages."""
    base, faults = inspect_base(root)
    for language in ("fr", "en"):
        assert all(render(fault, language) for fault in faults)
    if base is None:
        assert any(fault.severity == "error" for fault in faults)
    else:
        assert base.city.name
        assert base.version == content_version(root)


@pytest.fixture
def sound(town: Callable[..., Path]) -> Path:
    root = town(dict(SOUND))
    assert load_base(root).calendars["jaune"].has_streets
    return root


def spoil(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
    try:
        holds(root)
    finally:
        (root / name).write_text(SOUND[name], "utf-8")


@SHARED
@given(name=NAMES, content=st.binary(max_size=300))
def test_any_bytes(sound: Path, name: str, content: bytes) -> None:
    """A file overwritten with anything at all is a base that loads or a list of faults."""
    spoil(sound, name, content)


@SHARED
@given(name=NAMES, share=st.floats(0, 1))
def test_a_file_cut_short(sound: Path, name: str, share: float) -> None:
    """A file whose saving was interrupted anywhere is a list of faults, or a base as far as it goes."""
    content = SOUND[name].encode()
    spoil(sound, name, content[: round(share * len(content))])


@SHARED
@given(
    name=NAMES,
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), st.sampled_from(SNIPPETS)), min_size=1, max_size=4),
)
def test_a_file_with_slips(sound: Path, name: str, edits: list[tuple[float, int, bytes]]) -> None:
    """Keys hit by mistake anywhere in a sound file never do more than a fault."""
    content = SOUND[name].encode()
    for share, removed, added in edits:
        at = round(share * len(content))
        content = content[:at] + added + content[at + removed :]
    spoil(sound, name, content)


VALUES = st.recursive(
    st.sampled_from(["x", "3", "4.5", "true", "null", "''", "2025-01-01", "a: b", "é", '"\\0"', "mairie"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(st.sampled_from(["id", "fr", "from", "x"]), inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=6,
)


@SHARED
@given(name=NAMES.filter(lambda name: name.endswith(".yaml")), place=st.integers(0, 200), value=VALUES)
def test_any_value_in_any_place(sound: Path, name: str, place: int, value: str) -> None:
    """A value of the wrong kind after any colon or dash is told, never a crash."""
    values = list(re.finditer(r": ([^,}\n]+)", SOUND[name]))
    start, end = values[place % len(values)].span(1)
    spoil(sound, name, (SOUND[name][:start] + value + SOUND[name][end:]).encode())


HOSTILE = {
    "streets": b"street,sector\n" + b"a\n" * 900_000,
    "brackets": b"[" * 400_000,
    "dashes": b"entries:\n" + b"- " * 400_000,
    "bomb": b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "merges": b"entries:\n- {" + b"<<: x, " * 20_000 + b"}",
    "aliases": b"entries:\n" + b"- *a\n" * 90_000,
    "broken items": b"entries:\n" + b"- a: 'l'x'\n" * 50_000,
    "unclosed items": b"entries:\n" + b"- [\n" * 100_000,
    "unknown fields": b"entries:\n- {" + b",".join(b"k%d: 1" % number for number in range(40_000)) + b"}",
    "long text": b"entries:\n- id: " + b"a" * 1_900_000,
    "control characters": b"\x01\n" * 500_000,
}


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_hostile_files_are_refused_in_time(sound: Path, case: str) -> None:
    """Files made to hang a reader are refused within two seconds of work, with few enough faults to read."""
    (sound / ("calendars/rues.csv" if case == "streets" else "entries/dechets.yaml")).write_bytes(HOSTILE[case])
    start = time.process_time()
    with pytest.raises(KnowledgeError) as caught:
        load_base(sound)
    assert time.process_time() - start < 2
    assert len(caught.value.faults) < 60
