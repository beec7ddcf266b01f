"""What a dashboard is: said once, shown by Grafana (gateway/grafana.py) and by /status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RATE = "$__rate_interval"  # in an expression: a window that fits the step, as Grafana names it


class Unit(StrEnum):
    COUNT = "count"
    PER_SECOND = "per_second"
    SECONDS = "seconds"
    BYTES = "bytes"
    RATIO = "ratio"  # 0 to 1, shown as a percentage


class Kind(StrEnum):
    LINES = "lines"
    STACKED = "stacked"  # areas that add up
    NUMBER = "number"  # how it is now


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    expr: str  # PromQL; may use RATE
    legend: str = ""  # Dutch; `{{label}}` stands for the value of a label


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    key: str  # unique in its dashboard: for links and pictures
    title: str  # Dutch, as all that is read here
    text: str  # in a sentence or two: what it tells, and when to worry
    queries: tuple[Query, ...]
    unit: Unit = Unit.COUNT
    kind: Kind = Kind.LINES
    worry_from: float | None = None  # at this or above it somebody should look
    worry_below: float | None = None  # below it, likewise
    empty_because: str = ""  # why it may rightly have no data (a component that is not there); "": never


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    key: str  # in addresses and file names
    title: str
    text: str
    rows: tuple[Row, ...]
    days: int = 1  # that are shown at first

    @property
    def panels(self) -> tuple[Panel, ...]:
        return tuple(panel for row in self.rows for panel in row.panels)
