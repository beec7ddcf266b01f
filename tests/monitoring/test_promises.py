"""What the panels say of a past that is known: an hour in which nothing came, or a known share went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from components.exposed import Line, every_role, lines
from components.prometheus import PrometheusServer
from helpdesk.dashboards.panel import RATE, Unit
from monitoring.panels import PANELS, finite, numbers

END = 1_790_000_000  # in September 2026
SECONDS, STEP = 3600, 60
BY_NAME = dict(PANELS)

ENDED = ("kindkans_messages_total", "outcome", "geaccepteerd")
HUNG_UP = ("kindkans_messages_total", "outcome", "afgebroken")
OURS = ("kindkans_faults_total", "party", "gateway")
THEIRS = ("kindkans_faults_total", "party", "afzender")
BEZORGD = ("kindkans_delivery_seconds_count", "", "")
IN_TIME = ("kindkans_delivery_seconds_bucket", "le", "60.0")

Series = tuple[str, str, str]


def past(rising: Mapping[Series, float]) -> str:
    """An hour of every line there is, unchanging but for these, which rise by so much per second."""
    written = []
    for line in [*lines(every_role()), Line(name="up", labels={}, value=1)]:
        labels = {**line.labels, "job": "kindkans-gateway", "instance": "one:8081"}
        labels.setdefault("role", "intake")
        series = ",".join(f'{name}="{value}"' for name, value in labels.items())
        rate = sum(by for (name, label, value), by in rising.items() if _is(line, name, label, value))
        written += [
            f"{line.name}{{{series}}} {line.value + rate * passed} {END - SECONDS + passed}"
            for passed in range(0, SECONDS + 1, STEP)
        ]
    return "\n".join([*written, "# EOF\n"])


def _is(line: Line, name: str, label: str, value: str) -> bool:
    """Of a metric with more labels than one, only the first line: so that a rate is what is said."""
    others = {k: v for k, v in line.labels.items() if k != label}
    first = others in ({}, {"operation": "indienenHulpvraag"})
    return line.name == name and line.labels.get(label, "") == value and first


def after(folder: Path, rising: Mapping[Series, float]) -> PrometheusServer:
    server = PrometheusServer(folder)
    server.history(past(rising))
    return server


def last(server: PrometheusServer, name: str) -> list[float]:
    return [
        number
        for query in BY_NAME[name].queries
        for number in numbers(server.query(query.expr.replace(RATE, "5m"), END))
    ]


def test_of_an_hour_in_which_nothing_came_no_panel_shows_what_is_no_number(tmp_path: Path) -> None:
    with after(tmp_path, {}) as server:
        for name, panel in PANELS:
            found = last(server, name)
            times = panel.unit is Unit.SECONDS and "_bucket" in panel.queries[0].expr
            assert finite(found), name
            assert len(found) == 0 if times else len(found) >= len(panel.queries), name
            assert found or panel.empty_because, name

        assert last(server, "service-availability_left") == [1]
        assert last(server, "service-delivery_left") == [1]


@pytest.mark.parametrize(("faulted", "burn"), [(0, 0), (0.0005, 0.5), (0.001, 1), (0.0144, 14.4), (1, 1000)])
def test_a_margin_is_used_up_as_fast_as_messages_end_in_a_fault_of_ours(
    tmp_path: Path, faulted: float, burn: float
) -> None:
    rising = {ENDED: 2, HUNG_UP: 5, OURS: 2 * faulted, THEIRS: 1}

    with after(tmp_path, rising) as server:
        assert last(server, "service-availability_burn") == [pytest.approx(burn)] * 3
        assert last(server, "service-availability_left") == [pytest.approx(1 - burn)]


@pytest.mark.parametrize(("late", "burn"), [(0, 0), (0.01, 1), (0.144, 14.4), (1, 100)])
def test_a_margin_is_used_up_as_fast_as_dossiers_are_bezorgd_too_late(
    tmp_path: Path, late: float, burn: float
) -> None:
    with after(tmp_path, {BEZORGD: 3, IN_TIME: 3 * (1 - late)}) as server:
        assert last(server, "service-delivery_burn") == [pytest.approx(burn, abs=1e-9)] * 3
        assert last(server, "service-delivery_left") == [pytest.approx(1 - burn)]


def test_certificates_show_how_long_they_last(tmp_path: Path) -> None:
    with after(tmp_path, {}) as server:
        assert last(server, "service-certificates") == [2e9 - END] * 2


@pytest.mark.parametrize(
    ("rising", "name"),
    [
        ({("kindkans_messages_received_total", "", ""): 1}, "service-messages_missing"),
        ({("kindkans_versions_accepted", "", ""): 1}, "service-versions_missing"),
        ({("kindkans_versions_delivered", "", ""): 1}, "service-versions_missing"),
    ],
    ids=["messages", "accepted", "delivered"],
)
def test_what_is_missing_is_counted_in_either_direction(
    tmp_path: Path, rising: Mapping[Series, float], name: str
) -> None:
    with after(tmp_path, rising) as server:
        assert last(server, name) == [SECONDS]
