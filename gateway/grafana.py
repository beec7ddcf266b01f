"""The dashboards as Grafana reads them: monitoring/dashboards, written by `make docs`.

Grafana's classic model; what it says is in helpdesk/dashboards, how it looks is said here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase
from types import MappingProxyType
from typing import Any

from helpdesk.dashboards.desk import DESK
from helpdesk.dashboards.panel import Dashboard, Kind, Panel, Query, Row, Unit
from helpdesk.dashboards.service import SERVICE

FOLDER = Path(__file__).parent.parent / "monitoring" / "dashboards"
DASHBOARDS = (SERVICE, DESK)

_SCHEMA_VERSION = 42  # of Grafana 13, which turns it into its own when it loads it
_SOURCE = {"type": "prometheus", "uid": "prometheus"}  # deploy/grafana/datasources
_TAG = "kindkans"
_COLUMNS = 24
_CHART_HEIGHT, _NUMBERS_HEIGHT = 8, 4
_UNITS: Mapping[Unit, str] = MappingProxyType(
    {
        Unit.COUNT: "none",
        Unit.PER_SECOND: "suffix:/s",
        Unit.SECONDS: "s",
        Unit.BYTES: "bytes",
        Unit.RATIO: "percentunit",
    }
)

Json = dict[str, Any]


def files() -> dict[str, str]:
    """What stands in FOLDER: name to text."""
    return {f"{d.key}.json": json.dumps(render(d), indent=2, ensure_ascii=False) + "\n" for d in DASHBOARDS}


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def render(dashboard: Dashboard) -> Json:
    return {
        "uid": f"kindkans-{dashboard.key}",
        "title": f"Kindkans: {dashboard.title}",
        "description": dashboard.text,
        "tags": [_TAG],
        "schemaVersion": _SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,  # one moment, pointed at in all panels
        "timezone": "Europe/Amsterdam",
        "weekStart": "monday",
        "refresh": "30s",
        "time": {"from": f"now-{dashboard.days}d", "to": "now"},
        "annotations": {"list": []},
        "templating": {"list": [_HELPDESK]},
        "links": [_OTHERS, _STATUS],
        "panels": list(_panels(dashboard.rows)),
    }


# Whose address differs per installation: it is typed once, or given in the link to a dashboard.
_HELPDESK: Json = {
    "type": "textbox",
    "name": "helpdesk",
    "label": "Adres van de helpdesk",
    "query": "https://helpdesk.example",
    "current": {"text": "https://helpdesk.example", "value": "https://helpdesk.example"},
    "options": [],
    "hide": 0,
    "skipUrlSync": False,
}
_OTHERS: Json = {
    "type": "dashboards",
    "title": "Kindkans",
    "tags": [_TAG],
    "asDropdown": False,
    "includeVars": True,
    "keepTime": False,
    "targetBlank": False,
}
_STATUS: Json = {
    "type": "link",
    "title": "Status in de helpdesk",
    "url": "${helpdesk}/status",
    "icon": "external link",
    "tooltip": "Dezelfde cijfers, op een pagina van de helpdesk",
    "tags": [],
    "asDropdown": False,
    "includeVars": False,
    "keepTime": False,
    "targetBlank": True,
}


def _panels(rows: Sequence[Row]) -> Iterator[Json]:
    """Numbered from 1, row under row."""
    number, top = 1, 0
    for row in rows:
        place = _place(0, top, _COLUMNS, 1)
        yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "panels": []} | place
        number, top = number + 1, top + 1
        places = _laid_out(row.panels, top)
        for panel, (left, above, width, height) in zip(row.panels, places, strict=True):
            yield _panel(panel, number) | _place(left, above, width, height)
            number += 1
        _, above, _, height = places[-1]
        top = above + height


def _laid_out(panels: Sequence[Panel], top: int) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of each, from left to right; all of a row are equally high."""
    charts = sum(panel.kind is not Kind.NUMBER for panel in panels)
    height = _CHART_HEIGHT if charts else _NUMBERS_HEIGHT
    placed, left = [], 0
    for panel in panels:
        width = _width(panel, charts, len(panels) - charts)
        if left + width > _COLUMNS:
            left, top = 0, top + height
        placed.append((left, top, width, height))
        left += width
    return placed


def _width(panel: Panel, charts: int, numbers: int) -> int:
    """Numbers share a line of their own; beside charts they are small."""
    if panel.kind is Kind.NUMBER:
        return 4 if charts else max(_COLUMNS // numbers, 6)
    return 12 if numbers == 0 and charts in (1, 2, 4) else 8


def _place(left: int, top: int, width: int, height: int) -> Json:
    return {"gridPos": {"x": left, "y": top, "w": width, "h": height}}


def _panel(panel: Panel, number: int) -> Json:
    is_number = panel.kind is Kind.NUMBER
    return {
        "id": number,
        "type": "stat" if is_number else "timeseries",
        "title": panel.title,
        "description": panel.text,
        "datasource": _SOURCE,
        "targets": [_target(panel, query, i) for i, query in enumerate(panel.queries)],
        "fieldConfig": {
            "defaults": _number_look(panel) if is_number else _chart_look(panel),
            "overrides": [],
        },
        "options": _number_options(panel) if is_number else _CHART_OPTIONS,
    }


def _target(panel: Panel, query: Query, index: int) -> Json:
    now = panel.kind is Kind.NUMBER
    return {
        "refId": ascii_uppercase[index],
        "datasource": _SOURCE,
        "editorMode": "code",
        "expr": query.expr,
        "legendFormat": query.legend or panel.title,
        "instant": now,
        "range": not now,
    }


def _look(panel: Panel) -> Json:
    unit = {"unit": _UNITS[panel.unit], "thresholds": {"mode": "absolute", "steps": _steps(panel)}}
    return unit | ({"noValue": panel.empty_because} if panel.empty_because else {})


def _number_look(panel: Panel) -> Json:
    return _look(panel) | {"color": {"mode": "thresholds"}}


def _chart_look(panel: Panel) -> Json:
    stacked = panel.kind is Kind.STACKED
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 30 if stacked else 0,
        "showPoints": "never",
        "axisSoftMin": 0,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if _has_limit(panel) else "off"},
    }
    return _look(panel) | {"color": {"mode": "palette-classic"}, "custom": custom}


def _has_limit(panel: Panel) -> bool:
    return panel.worry_from is not None or panel.worry_below is not None


def _steps(panel: Panel) -> list[Json]:
    """From low to high; the first has no value. Red is where somebody should look."""
    low = "red" if panel.worry_below is not None else "green"
    steps: list[Json] = [{"color": low if _has_limit(panel) else "text", "value": None}]
    if panel.worry_below is not None:
        steps.append({"color": "green", "value": panel.worry_below})
    if panel.worry_from is not None:
        steps.append({"color": "red", "value": panel.worry_from})
    return steps


def _number_options(panel: Panel) -> Json:
    several = len(panel.queries) > 1 or "{{" in panel.queries[0].legend
    return {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "textMode": "value_and_name" if several else "value",
    }


_CHART_OPTIONS: Json = {
    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
    "tooltip": {"mode": "multi", "sort": "desc"},
}
