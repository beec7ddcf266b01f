"""Every alert fires when it should and not just below, and each of its numbers is held by a test."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from adapters.parnassys.exchange import Outcome
from components.base import component
from database.outbox_rows import State
from deploy.test_monitoring import find_promtool
from gateway.metrics import Metrics, Party, Place, StoreEvent
from gateway.roles.shared import Role
from monitoring.alert_rules import (
    ROOT,
    RULES,
    TESTS,
    Alert,
    all_alerts,
    all_rules,
    all_test_files,
    mutants,
    run,
    write_copy,
)

ALERTS = all_alerts()
BY_ID = {alert.id: alert for alert in ALERTS}
_ALL = os.environ.get("MUTANTS") == "all"  # `make mutants` sets it
_TRIED = sorted((alert for alert in ALERTS if _ALL or not alert.looks_far_back), key=lambda alert: alert.id)
RUNBOOK = "{{ with $externalLabels.runbooks }}{{ . }}{{ else }}docs/runbooks{{ end }}/%s.md"
_WORDS = {
    "abs", "absent", "and", "by", "changes", "increase", "label_replace", "max", "max_over_time", "min",
    "offset", "or", "rate", "round", "sum", "time", "without",
}  # fmt: skip
_VALUES: dict[str, set[str]] = {
    "event": {event.value for event in StoreEvent},
    "job": {"kindkans-gateway"},
    "le": {"60.0"},
    "outcome": {outcome.value for outcome in Outcome},
    "party": {party.value for party in Party},
    "place": {place.value for place in Place},
    "role": {role.value for role in Role},
    "state": {state.value for state in State},
    "status": {"503"},
}


@pytest.fixture(scope="module")
def promtool() -> str:
    return component("promtool", find_promtool).address["binary"]


@pytest.fixture(params=sorted(BY_ID))
def alert(request: pytest.FixtureRequest) -> Alert:
    return BY_ID[request.param]


def test_there_are_alerts_and_no_two_are_the_same() -> None:
    assert len(ALERTS) >= 30
    assert len(BY_ID) == len(ALERTS)


def test_promtool_takes_every_rule(promtool: str) -> None:
    done = run(promtool, "check", "rules", *sorted(RULES.glob("*.yml")))

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(path.name for path in TESTS.glob("*.yml")))
def test_the_rules_do_what_their_tests_say(promtool: str, name: str) -> None:
    done = run(promtool, "test", "rules", TESTS / name)

    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def checks_of(alert: Alert) -> list[list[dict[str, Any]]]:
    """What is expected to fire under its name, for each look."""
    return [
        check["exp_alerts"]
        for content in all_test_files().values()
        for test in content["tests"]
        for check in test["alert_rule_test"]
        if check["alertname"] == alert.name
    ]


def test_every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not(alert: Alert) -> None:
    fires = [
        any(alert.labels.items() <= one["exp_labels"].items() for one in expected)
        for expected in checks_of(alert)
    ]

    assert True in fires
    assert False in fires


def test_whatever_is_expected_to_fire_is_expected_with_its_words() -> None:
    without = [
        one["exp_labels"] for alert in ALERTS for expected in checks_of(alert) for one in expected
        if set(one["exp_annotations"]) != {"summary", "description", "runbook_url"}
    ]  # fmt: skip

    assert without == []


def test_only_what_looks_far_back_is_left_to_make_mutants() -> None:
    names = {alert.name for alert in ALERTS if alert.looks_far_back}

    assert names == {"BezorgingTraag", "IntakeStoringen", "RedenStijgt", "VerzoekenGeweigerd"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("alert", _TRIED, ids=lambda alert: alert.id)
def test_each_number_of_an_alert_is_held_by_a_test(alert: Alert, promtool: str, tmp_path: Path) -> None:
    """Changed a little in a copy, some test goes red; the copy itself is green."""
    alive = []
    tried = [("as it is", alert.rule), *mutants(alert.rule)]
    for number, (what, rule) in enumerate(tried):
        files = write_copy(tmp_path / str(number), alert, rule)
        if all(run(promtool, "test", "rules", file).returncode == 0 for file in files):
            alive.append(what)

    assert len(tried) >= 3
    assert alive == ["as it is"]


def test_every_alert_says_how_urgent_it_is_what_it_is_and_where_to_read_on(alert: Alert) -> None:
    assert set(alert.labels) - {"window"} == {"severity"}
    assert alert.labels["severity"] in {"page", "ticket"}
    assert set(alert.rule["annotations"]) == {"summary", "description", "runbook_url"}
    for text in ("summary", "description"):
        assert re.search(r"\d|\{\{ \$", alert.rule["annotations"]["description"])  # how much, or how long
        assert "\n" not in alert.rule["annotations"][text]
    assert alert.rule["annotations"]["runbook_url"] == RUNBOOK % alert.runbook
    assert (ROOT / "docs" / "runbooks" / f"{alert.runbook}.md").is_file()


def expressions() -> list[str]:
    asked = [text for alert in ALERTS for text in alert.rule["annotations"].values()]
    queries = [query for text in asked for query in re.findall(r'query (?:\(printf )?"([^"]*)"', text)]
    return [*(str(rule["expr"]) for _, rule in all_rules()), *queries]


def known_names() -> set[str]:
    """Those of a registry, and what is read from the database, which stands in the source only."""
    shown = re.findall(r"# TYPE (\w+) (\w+)", Metrics().render().decode())
    names = {name for name, _ in shown}
    names |= {f"{name}{end}" for name, kind in shown if kind == "histogram" for end in ("_bucket", "_count")}
    source = (ROOT / "gateway" / "metrics.py").read_text()
    names |= set(re.findall(r'(?:gauges?|Family)\(\s*"(kindkans_\w+)"', source))
    return names | {rule["record"] for _, rule in all_rules() if "record" in rule} | {"up"}


def test_every_metric_that_a_rule_names_is_one_of_ours() -> None:
    named = set()
    for expr in expressions():
        bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"|\b(?:by|without) \([^)]*\)|offset \w+", " ", expr)
        named |= set(re.findall(r"\b[a-z_][\w:]*", bare)) - _WORDS

    assert len(named) > 30
    assert named - known_names() == set()


def test_every_value_that_a_rule_looks_for_can_occur() -> None:
    wrong = []
    for expr in expressions():
        for label, value in re.findall(r"""(\w+)(?:=~|!=|=)["']([^"'%]+)["']""", expr):
            wrong += [(label, one) for one in value.split("|") if one not in _VALUES[label]]

    assert wrong == []
