"""The dashboards ask for metrics and labels that there are, and Grafana is handed what it can draw."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.exposed import every_role, lines
from gateway import grafana
from gateway.grafana import DASHBOARDS, render
from helpdesk.dashboards.panel import Dashboard, Kind, Panel

ROOT = Path(grafana.__file__).parent.parent
SELECTOR = re.compile(r"\b(kindkans_\w+|up\b)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=|!=)"([^"]*)"')
BY = re.compile(r"\bby \(([^)]*)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")
OF_SCRAPE = {"instance", "role", "job"}  # labels that Prometheus adds

EVERY_LINE = list(lines(every_role()))
PANELS = [pytest.param(panel, id=f"{d.key}-{panel.key}") for d in DASHBOARDS for panel in d.panels]
every_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda d: d.key)
every_panel = pytest.mark.parametrize("panel", PANELS)


@pytest.mark.parametrize("name", grafana.files())
def test_a_committed_dashboard_is_what_the_code_renders(name: str) -> None:
    assert (grafana.FOLDER / name).read_text(encoding="utf-8") == grafana.files()[name], "run: make docs"


def test_nothing_else_is_committed_that_grafana_would_show() -> None:
    assert {path.name for path in grafana.FOLDER.iterdir()} == set(grafana.files())


# --- what is asked ---


@every_panel
def test_every_metric_and_label_that_a_query_names_is_there(panel: Panel) -> None:
    for query in panel.queries:
        for name, matchers in SELECTOR.findall(query.expr):
            known = [line.labels for line in EVERY_LINE if line.name == name]
            assert known or name == "up", name
            for label, _, value in MATCHER.findall(matchers):
                assert label in OF_SCRAPE or any(labels.get(label) == value for labels in known), matchers


@every_panel
def test_what_a_legend_shows_is_what_the_query_is_summed_by(panel: Panel) -> None:
    for query in panel.queries:
        summed_by = {label.strip() for found in BY.findall(query.expr) for label in found.split(",")}
        assert set(LEGEND.findall(query.legend)) <= summed_by


@every_panel
def test_every_query_of_a_panel_has_a_legend_that_tells_it_from_the_others(panel: Panel) -> None:
    legends = Counter(query.legend for query in panel.queries)
    assert set(legends.values()) == {1}
    assert len(panel.queries) == 1 or "" not in legends


@every_panel
def test_a_gauge_that_every_process_reads_is_never_summed_over_processes(panel: Panel) -> None:
    read_by_all = r"kindkans_(outbox|versions|koppelingen|swvs)"
    for query in panel.queries:
        assert not re.search(rf"sum(?: by \((?!instance)[^)]*\))? ?\({read_by_all}", query.expr)


@every_panel
def test_a_panel_says_what_it_tells_in_a_sentence(panel: Panel) -> None:
    assert panel.title
    assert "." in panel.text
    assert panel.kind is not Kind.NUMBER or len(panel.queries) <= 4


@every_dashboard
def test_keys_and_titles_are_each_of_one_panel(dashboard: Dashboard) -> None:
    for counts in (Counter(p.key for p in dashboard.panels), Counter(p.title for p in dashboard.panels)):
        assert set(counts.values()) == {1}


# --- what Grafana is handed ---


@every_dashboard
def test_every_panel_has_its_number_and_a_place_of_its_own(dashboard: Dashboard) -> None:
    panels = render(dashboard)["panels"]
    squares = Counter(square for panel in panels for square in squares_of(panel["gridPos"]))

    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    assert set(squares.values()) == {1}
    assert all(0 <= x < 24 for x, _ in squares)


@every_dashboard
def test_every_panel_is_under_its_row(dashboard: Dashboard) -> None:
    panels = render(dashboard)["panels"]
    order = [(panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in panels]
    titles = [title for row in dashboard.rows for title in (row.title, *(p.title for p in row.panels))]

    assert order == sorted(order)
    assert [panel["title"] for panel in panels] == titles


@every_dashboard
def test_every_target_asks_the_data_source_that_is_provisioned(dashboard: Dashboard) -> None:
    [source] = yaml.safe_load((ROOT / "deploy/grafana/datasources/prometheus.yaml").read_text())[
        "datasources"
    ]
    panels = [panel for panel in render(dashboard)["panels"] if panel["type"] != "row"]

    for panel, known in zip(panels, dashboard.panels, strict=True):
        for asked in (panel, *panel["targets"]):
            assert asked["datasource"] == {"type": source["type"], "uid": source["uid"]}
        assert [t["expr"] for t in panel["targets"]] == [query.expr for query in known.queries]
        assert len({t["refId"] for t in panel["targets"]}) == len(known.queries)
        assert {t["instant"] for t in panel["targets"]} == {known.kind is Kind.NUMBER}
        assert all(t["instant"] != t["range"] and t["legendFormat"] for t in panel["targets"])


@every_dashboard
def test_limits_go_from_low_to_high_and_red_is_on_the_side_to_worry_about(dashboard: Dashboard) -> None:
    panels = [panel for panel in render(dashboard)["panels"] if panel["type"] != "row"]
    for panel, known in zip(panels, dashboard.panels, strict=True):
        [first, *rest] = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        values = [step["value"] for step in rest]
        assert first["value"] is None
        assert values == sorted(values) == [v for v in (known.worry_below, known.worry_from) if v is not None]
        assert (first["color"] == "red") == (known.worry_below is not None)
        assert all((step["color"] == "red") == (step["value"] == known.worry_from) for step in rest)


@every_dashboard
def test_a_dashboard_leads_to_the_other_and_to_the_helpdesks_status_page(dashboard: Dashboard) -> None:
    rendered = render(dashboard)
    links = {link["type"]: link for link in rendered["links"]}
    [variable] = rendered["templating"]["list"]

    assert links["dashboards"]["tags"] == rendered["tags"]
    assert links["link"]["url"] == "${" + variable["name"] + "}/status"
    assert (rendered["timezone"], rendered["refresh"]) == ("Europe/Amsterdam", "30s")


def test_dashboards_keep_their_addresses() -> None:
    """They are in bookmarks, and in the links of alerts."""
    assert [render(dashboard)["uid"] for dashboard in DASHBOARDS] == ["kindkans-service", "kindkans-desk"]


def squares_of(place: dict[str, Any]) -> list[tuple[int, int]]:
    across, down = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
    return list(itertools.product(across, down))
