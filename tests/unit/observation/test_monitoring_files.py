"""The dashboard and the alert rules use metrics and labels that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from huimages_app.observation import metrics

ROOT = Path(__file__).resolve().parents[3]
DASHBOARD = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text("utf-8"))
ALERTS = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RULES = ALERTS["groups"][0]["rules"]
DOCUMENTATION = (ROOT / "docs/monitoring.md").read_text("utf-8")

# Labels that Prometheus adds, and those of its histograms.
OF_PROMETHEUS = {"job", "instance", "le"}
_SUFFIX = re.compile(r"_(?:total|bucket|sum|count)\Z")
_SELECTOR = re.compile(r"\b(huimages_\w+|process_\w+|up)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_GROUPING = re.compile(r"\b(?:by|on|without)\s*\(([^)]*)\)")

KNOWN: dict[str, set[str]] = {
    **{f"huimages_{name}": set() for name in metrics.SITE_GAUGES},
    **{
        f"process_{name}": set()
        for name in ("open_fds", "max_fds", "cpu_seconds", "resident_memory_bytes")
    },
    "up": set(),
}
for _metric in list(metrics.REGISTRY._collector_to_names):
    if isinstance(_metric, MetricWrapperBase):
        KNOWN[_metric._name] = set(_metric._labelnames)

EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]
EXPRESSIONS += [rule["expr"] for rule in RULES]


def base(name: str) -> str:
    return name if name in KNOWN else _SUFFIX.sub("", name)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression_uses_existing_metrics_and_labels(expression: str) -> None:
    found = _SELECTOR.findall(expression)
    assert found
    labels: set[str] = set(OF_PROMETHEUS)
    for name, matchers in found:
        assert base(name) in KNOWN, name
        labels |= KNOWN[base(name)]
        for label, operator, text in _MATCHER.findall(matchers):
            assert label in KNOWN[base(name)] | OF_PROMETHEUS, (name, label)
            if label == "result":
                assert matching_series(base(name), operator, text), (name, text)
    for grouping in _GROUPING.findall(expression):
        assert {label.strip() for label in grouping.split(",")} <= labels, expression


def matching_series(name: str, operator: str, text: str) -> bool:
    """Return whether a series that exists from the start has a result that the matcher names."""
    results = {
        sample.labels["result"]
        for metric in metrics.REGISTRY.collect()
        if metric.name == name
        for sample in metric.samples
    }
    wanted = set(text.split("|")) if operator == "=~" else {text}
    return wanted <= results


def test_dashboard_shows_every_metric() -> None:
    own = {name for name in KNOWN if name.startswith("huimages_")}
    text = " ".join(target["expr"] for panel in PANELS for target in panel["targets"])
    assert own - {base(name) for name, _ in _SELECTOR.findall(text)} == set()


def test_documentation_has_every_metric() -> None:
    missing = [name for name in KNOWN if f"`{name}" not in DOCUMENTATION and name != "up"]
    assert [name for name in missing if name.startswith("huimages_")] == []


def test_panels_do_not_overlap() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        area: Any = panel["gridPos"]
        covered = {
            (area["x"] + column, area["y"] + row)
            for column in range(area["w"])
            for row in range(area["h"])
        }
        assert not covered & cells, panel["title"]
        cells |= covered
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alert_has_summary_description_and_documentation(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"info", "warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description"}
    assert f"`{rule['alert']}`" in DOCUMENTATION
