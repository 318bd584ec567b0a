"""Whatever does not fit the model is said in plain words, on its line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.knowledge import model
from bot.knowledge.faults import FaultLog, render
from bot.knowledge.model import City, CollectionCalendar, Concept, Entry, GoldenQuestion, Place
from bot.knowledge.shapes import DIRECT, PATTERNS, RULES, nearest, report_error, validated
from bot.knowledge.yamlreader import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from bot.knowledge.faults import Fault

SOURCES = "sources: [{title: t}]"
ENTRY = f"id: a\ntitle: t\nquestions: [q]\nanswer: r\n{SOURCES}\n"
PLACE = f"id: a\ntype: t\nname: n\n{SOURCES}\n"

# (model, YAML, code, line): each of pydantic's errors, and each rule of our own.
CASES: list[tuple[type[BaseModel], str, str, int]] = [
    (Entry, ENTRY.replace("\ntitle: t", ""), "field.missing", 1),
    (Entry, ENTRY + "quetsions: [q]", "field.unknown", 6),
    (Entry, ENTRY.replace("answer: r", "answer: ' '"), "field.blank", 4),
    (Entry, ENTRY.replace("\ntitle: t", "\ntitle:"), "field.empty", 2),
    (Entry, ENTRY + "keywords:", "field.empty", 6),
    (Entry, ENTRY + "valid: été", "field.mapping", 6),
    (Entry, ENTRY + "valid: {start: '02-30', end: '03-01'}", "field.month_day", 6),
    (Entry, ENTRY + f"cost: {'x' * 301}", "field.too_long", 6),
    (Entry, ENTRY.replace("[q]", "[]"), "field.no_items", 3),
    (Entry, ENTRY.replace("[q]", f"[{'q, ' * 81}]"), "field.too_many_items", 3),
    (Entry, ENTRY + "kind: prix", "field.choice", 6),
    (Entry, ENTRY + "keywords: mot", "field.list", 6),
    (Entry, ENTRY + "translations: [en]", "field.mapping", 6),
    (Entry, ENTRY + "translations: {EN: {title: t, answer: a, by: b, translated_on: 2025-01-01}}", "field.language", 6),
    (Entry, ENTRY + "links: [x]", "field.mapping", 6),
    (Entry, ENTRY + "cost: [12]", "field.text", 6),
    (Entry, ENTRY + "cost: 12", "field.quotes", 6),
    (Entry, ENTRY + "cost: true", "field.quotes", 6),
    (Entry, ENTRY.replace("id: a", "id: Élise"), "field.slug", 1),
    (Entry, ENTRY + "links: [{label: l, url: www.a.example}]", "field.url", 6),
    (Entry, ENTRY + "review_every: 3 lunes", "field.period", 6),
    (Entry, ENTRY + "verified_on: 24/10/2025", "field.date_form", 6),
    (Entry, ENTRY + "verified_on: 2025-W43-5", "field.date_form", 6),
    (Entry, ENTRY + "verified_on: 20251024", "field.date_form", 6),
    (Entry, ENTRY + "verified_on: [2025-10-24]", "field.date_form", 6),
    (Entry, ENTRY + "verified_on: 2025-02-29", "field.date_impossible", 6),
    (Entry, ENTRY + "follow_ups:\n  - label: l", "entry.follow_up_target", 7),
    (Entry, ENTRY + "review_every: 3 mois\nexpires_on: 2026-01-01", "entry.review_or_expiry", 7),
    (Entry, ENTRY + "place: a\nplace_type: b", "entry.place_or_type", 7),
    (Place, PLACE + "latitude: nord", "field.number", 5),
    (Place, PLACE + "latitude: '48.85'", "field.number", 5),
    (Place, PLACE + "latitude: true", "field.number", 5),
    (Place, PLACE + "latitude: 90.5", "field.at_most", 5),
    (Place, PLACE + "longitude: -181", "field.at_least", 5),
    (Place, PLACE + "closures:\n  - form: 2025-01-01\n    from: 2025-01-01\n    reason: r", "field.unknown", 6),
    (Concept, "id: Déchets\nterms: {fr: [x]}", "field.concept", 1),
    (City, "name: v\ninsee: 2C004", "field.insee", 2),
    (City, f"name: v\ndesk:\n  name: d\n  {SOURCES}", "city.desk_unreachable", 2),
    (City, "name: v\nreview: {price: 6 moi}", "field.period", 2),
    (GoldenQuestion, "question: q", "golden.expectation", 1),
    (Entry, "3", "field.mapping", 1),
    (CollectionCalendar, f"id: a\ntitle: t\n{SOURCES}\nsectors: [{{id: s, name: n, days: [lun]}}]", "field.choice", 4),
]


def faults_of(kind: type[BaseModel], text: str) -> tuple[Fault, ...]:
    log = FaultLog()
    document = parse_yaml(text, Path("a.yaml"), log)
    validated(kind, document.data, document, (), log)
    return log.faults()


@pytest.mark.parametrize(("kind", "text", "code", "line"), [case for case in CASES if case[2]])
def test_each_misfit_is_said_on_its_line(kind: type[BaseModel], text: str, code: str, line: int) -> None:
    """Staff learn what does not fit, where, and how to mend it, in both languages."""
    faults = faults_of(kind, text)
    assert [(fault.code, fault.location.line) for fault in faults] == [(code, line)]
    assert render(faults[0], "fr") != render(faults[0], "en")


def test_every_message_of_the_table_is_reached() -> None:
    """No line of the tables is there for nothing, and no pattern of the model lacks its own words."""
    reached = {case[2] for case in CASES}
    assert {*DIRECT.values(), *PATTERNS.values(), *RULES.values()} <= reached
    assert set(patterns(model.Base)) <= set(PATTERNS)


def patterns(kind: type[BaseModel]) -> Iterator[str]:
    for each in kind.__subclasses__():
        if each.__module__ == model.__name__:
            yield from _patterns(each.model_json_schema())


def _patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "pattern":
                yield value
            elif key == "patternProperties":
                yield from value
            yield from _patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _patterns(value)


def test_an_error_nobody_foresaw_still_helps() -> None:
    """An error of a kind unknown to us names the field and what was expected."""
    log = FaultLog()
    document = parse_yaml("a: x\nb: y", Path("a.yaml"), log)
    details = {"type": "never_seen", "loc": ("b",), "msg": "Input should be blue", "input": "y"}
    report_error(details, Entry, document, (), log)  # type: ignore[arg-type]
    assert render(log.faults()[0], "fr").startswith("a.yaml:2 — La valeur de « b » ne convient pas (attendu : Input")


def test_what_is_already_said_is_not_said_twice() -> None:
    """A value that YAML could not give is one fault, not two."""
    assert [fault.code for fault in faults_of(Entry, ENTRY.replace("\ntitle: t", "\ntitle: *t"))] == ["yaml.alias"]


def test_a_known_name_is_suggested_at_every_depth() -> None:
    """A misspelt field is matched with those that may stand there, inside a source or a translation too."""
    cases = {
        ENTRY + "quetsions: [q]": "questions",
        ENTRY.replace("{title: t}", "{title: t, urll: x}"): "url",
        ENTRY + "translations: {by: {title: t, answer: a, by: b, translated_onn: x}}": "translated_on",
        ENTRY + "kind: procedur": "procedure",
    }
    for text, near in cases.items():
        assert near in [fault.values.get("near") for fault in faults_of(Entry, text)]
    assert nearest("zzzz", ["questions"]) is None
    assert nearest("x" * 1_000_000, ["questions"]) is None


def test_a_thousand_misfits_are_counted() -> None:
    """A file where everything is wrong is described once, then counted."""
    log = FaultLog()
    document = parse_yaml("a: 1", Path("a.yaml"), log)
    for _ in range(1000):
        validated(Entry, {"id": 1}, document, (), log)
        validated(Entry, 3, document, (), log)
    assert log.faults()[-1].values["number"] > 4000  # type: ignore[operator]
