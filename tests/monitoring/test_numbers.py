"""What the panels say is what was sent."""

from __future__ import annotations

import pytest

from dossier.reden import RedenCode
from helpdesk.dashboards.panel import Panel
from monitoring.panels import PANELS, answers, expr_of, numbers
from monitoring.watched import JOB, ROLES, Watched

# The first test starts six processes and sends to them.
pytestmark = [pytest.mark.xdist_group("monitoring"), pytest.mark.timeout(600)]

BY_NAME = dict(PANELS)


def shown(seen: Watched, name: str) -> dict[str, float]:
    """The panel's last numbers, by the legend."""
    return {
        _legend(query.legend, series["metric"]): float(series["value"][1])
        for query in BY_NAME[name].queries
        for series in seen.prometheus.query(expr_of(query), seen.ended)
    }


def counted(seen: Watched, expr: str) -> float:
    [found] = numbers(seen.prometheus.query(expr, seen.ended))
    return found


def about(number: int) -> object:
    """Prometheus reads a window to its end, which is up to a scrape after what it scraped."""
    return pytest.approx(number, rel=0.1, abs=1)


def _legend(legend: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        legend = legend.replace("{{" + name + "}}", value)
    return legend


PUSHES = 'sum(kindkans_messages_total{operation="indienenHulpvraag", outcome="%s"})'


@pytest.mark.parametrize("outcome", ["geaccepteerd", "afgewezen"])
def test_what_senders_were_told_was_counted_at_both_intakes_together(seen: Watched, outcome: str) -> None:
    assert counted(seen, PUSHES % outcome) == seen.tally.told[outcome] > 0


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("fault", "fault"), ("afgebroken", "afgebroken"), ("gecontroleerd", "controle"), ("status", "status")],
)
def test_every_other_end_of_a_message_was_counted(seen: Watched, outcome: str, told: str) -> None:
    assert counted(seen, f'sum(kindkans_messages_total{{outcome="{outcome}"}})') == seen.tally.told[told] > 0


def test_the_helpdesk_sees_per_day_what_was_accepted_rejected_and_double(seen: Watched) -> None:
    told = seen.tally.told
    before = 1  # the dead letter: before the first scrape

    assert shown(seen, "desk-verdicts") == {
        "geaccepteerd": about(told["geaccepteerd"] - before),
        "afgewezen": about(told["afgewezen"]),
        "waarvan dubbel": about(told["dubbel"]),
    }
    assert counted(seen, 'sum(kindkans_accepted_total{soort="dubbel"})') == told["dubbel"] > 0
    assert counted(seen, "sum(kindkans_accepted_total)") == told["geaccepteerd"]


def test_the_helpdesk_sees_every_reden_that_a_school_was_told_and_no_other(seen: Watched) -> None:
    told = seen.tally.redenen

    assert len(told) >= 6
    assert shown(seen, "desk-redenen") == {code.value: about(told[code.value]) for code in RedenCode}
    for code in RedenCode:
        assert counted(seen, f'sum(kindkans_redenen_total{{code="{code.value}"}})') == told[code.value]


def test_every_fault_was_the_senders_doing(seen: Watched) -> None:
    assert shown(seen, "desk-faults_per_day") == {
        "het bericht of de aanmelding klopte niet": about(seen.tally.told["fault"]),
        "storing bij ons": 0,
    }


@pytest.mark.parametrize("name", ["service-messages_missing", "service-versions_missing"])
def test_nothing_was_missing_at_any_moment(seen: Watched, name: str) -> None:
    [query] = BY_NAME[name].queries
    found = numbers(seen.prometheus.query_range(expr_of(query), seen.began, seen.ended, 1))

    assert len(found) > 10
    assert set(found) == {0}


def test_what_is_allowed_to_go_wrong_is_whole(seen: Watched) -> None:
    """Only senders made Faults, and all that was bezorgd was so within a minute."""
    assert shown(seen, "service-availability_left") == {"": 1}
    assert shown(seen, "service-delivery_left") == {"": 1}
    assert set(shown(seen, "service-availability_burn").values()) == {0}


def test_what_every_process_reads_from_the_database_is_not_added_up(seen: Watched) -> None:
    reading = counted(seen, "count(kindkans_koppelingen_unused)")
    koppelingen = dict(seen.gateway.rows("SELECT status, count(*) FROM koppeling GROUP BY status"))

    assert reading == 4  # both intakes, relay, helpdesk
    assert shown(seen, "desk-koppelingen") == koppelingen
    assert sum(shown(seen, "desk-swvs").values()) == seen.gateway.rows("SELECT count(*) FROM swv")[0][0]
    assert shown(seen, "desk-dead") == {"": 1}
    assert shown(seen, "service-pending") == {
        "wacht op de broker": 0,
        "wacht op bevestiging": 0,
        "vastgelopen": 1,
    }


def test_every_process_is_seen_under_its_role(seen: Watched) -> None:
    roles = [name.split("-")[0] for name in ROLES]

    assert shown(seen, "service-up") == {role: roles.count(role) for role in roles}
    assert set(shown(seen, "service-broker_connected")) >= {"relay", "kindkans"}
    assert counted(seen, f'count(up{{job="{JOB}"}})') == len(ROLES)


def test_the_certificates_that_fronts_show_are_good_for_a_day(seen: Watched) -> None:
    left = shown(seen, "service-certificates")

    assert set(left) == {"parnassys", "helpdesk"}
    assert all(0 < seconds < 86_400 for seconds in left.values())


def test_all_that_was_bezorgd_has_its_time(seen: Watched) -> None:
    delivered = counted(seen, "max(kindkans_versions_delivered)")
    panel: Panel = BY_NAME["service-delivery_seconds"]
    p50, p95, p99 = (max(found) for _, found in answers(seen.prometheus, panel, seen.began, seen.ended))

    assert counted(seen, "sum(kindkans_delivery_seconds_count)") == delivered > 0
    assert 0 < p50 <= p95 <= p99
