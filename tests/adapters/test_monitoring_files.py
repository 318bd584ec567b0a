"""The dashboard and the alerts that are shipped: they can be read, and name figures that exist."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from adapters.operations.knowledge import Freshness
from adapters.operations.metrics import Figures
from bot.knowledge.state import KnowledgeState
from bot.mailbox import Tally
from bot.messages import Answer, Match, Outcome
from bot.standing import ChannelStanding, ChannelState

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "exploitation"
NOON = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alertes.yaml").read_text("utf-8"))["groups"] for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = json.loads((FOLDER / "grafana.json").read_text("utf-8"))["panels"]
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [one["expr"] for panel in PANELS for one in panel["targets"]]
_DURATION = re.compile(r"\d+[smhd]")


def _printed() -> dict[str, list[dict[str, str]]]:
    """Every sample that /metrics prints once something has happened: its labels by its name."""
    figures = Figures(("telegram",), ("fr",))
    answer = Answer(Outcome.ANSWERED, "fr", (), matches=(Match("a", 1.0, 0.9),), timings={"read": 1.0})
    for outcome in (*Outcome, "broken"):
        figures.settled("telegram", str(outcome), answer, 0.1)
    figures.delivered("telegram", 0.1)
    figures.show_channels([ChannelStanding("telegram", ChannelState.WELL, 1.0)], ready=True)
    figures.show_mail([Tally("telegram", 1, 1, 1, NOON, NOON)], NOON)
    figures.show_knowledge(KnowledgeState("v", NOON), Freshness(1, 1, 0, 0, NOON.date()), NOON)
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(figures.written().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


PRINTED = _printed()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_each_expression_can_be_read_and_names_what_exists(expression: str) -> None:
    """No alert stays silent, and no panel empty, because a name or a label in it is of nothing."""
    selectors = list(_selectors(promql_parser.parse(expression)))
    assert selectors
    for name, matchers in selectors:
        assert name in PRINTED, name
        for label, value in matchers:
            if label == "job":  # given by Prometheus itself
                continue
            values = {labels.get(label) for labels in PRINTED[name]}
            for one in value.split("|"):
                assert one in values or one == "none", f"{name}: {label}={one}"


def test_labels_that_are_summed_by_exist() -> None:
    """No panel is split by a label that is not there."""
    known = {label for samples in PRINTED.values() for labels in samples for label in labels}
    named = {
        label.strip()
        for expression in EXPRESSIONS
        for found in re.findall(r"\bby \(([^)]*)\)", expression)
        for label in found.split(",")
    }
    told = {
        label for panel in PANELS for one in panel["targets"] for label in re.findall(r"{{(\w+)}}", one["legendFormat"])
    }
    assert named <= known
    assert told <= known


def test_alerts_are_as_prometheus_takes_them() -> None:
    """Each alert has a name of its own, an expression, a severity and words for who is woken up; and nothing else."""
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names)) > 5
    for rule in ALERTS:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"[A-Za-z_]\w*", rule["alert"])
        assert _DURATION.fullmatch(rule.get("for", "1m"))
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert all(rule["annotations"][name].strip() for name in ("summary", "description"))


def test_the_dashboard_shows_every_figure() -> None:
    """Whatever is counted is to be seen: a figure that nobody sees is not worth counting."""
    shown = {name for expression in EXPRESSIONS for name, _ in _selectors(promql_parser.parse(expression))}
    counted = {re.sub(r"_(?:bucket|count|sum|created)$", "", name) for name in PRINTED if name.startswith("parvis_")}
    seen = {re.sub(r"_(?:bucket|count|sum)$", "", name) for name in shown}
    assert {name for name in counted if name not in seen and f"{name}_total" not in seen} == set()


def test_the_page_tells_of_every_figure_and_no_other() -> None:
    """An operator reads what each figure and each of its labels means."""
    page = (FOLDER / "surveillance.md").read_text("utf-8")
    rows = re.findall(r"^\| `(parvis_\w+)` \|([^|]*)\|", page, re.M)
    told = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    printed: dict[str, set[str]] = {}
    for name, samples in PRINTED.items():
        if name.startswith("parvis_") and not name.endswith("_created"):
            labels = {label for one in samples for label in one} - {"le"}
            printed[re.sub(r"_(?:bucket|count|sum)$", "", name)] = labels
    assert told == printed


def test_the_dashboard_is_as_grafana_takes_it() -> None:
    """Panels have their own numbers, names and places, and ask the source that is chosen."""
    assert len({panel["id"] for panel in PANELS}) == len({panel["title"] for panel in PANELS}) == len(PANELS)
    places = set()
    for panel in PANELS:
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24
        cells = {
            (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & places, panel["title"]
        places |= cells
        assert all(one["datasource"]["uid"] == "${source}" for one in panel["targets"])


def _selectors(node: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """The names and label matchers of every selector in a parsed expression."""
    if isinstance(node, promql_parser.MatrixSelector):
        return _selectors(node.vector_selector)
    if isinstance(node, promql_parser.VectorSelector):
        matchers = [(one.name, one.value) for one in node.matchers.matchers]
        return [(node.name, matchers)]
    inner = [getattr(node, name, None) for name in ("expr", "lhs", "rhs", "param")]
    parts = [*inner, *(getattr(node, "args", None) or ())]
    return [found for part in parts if part is not None for found in _selectors(part)]
