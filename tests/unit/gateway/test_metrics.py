"""What a scrape tells of the outbox; a database that is away is told too, and never as an empty outbox."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dossier.errors import Unavailable
from gateway.metrics import Metrics, OutboxReading


def scrape(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("oldest", [0, 0.25, 86_400])
def test_a_scrape_has_the_events_per_state_and_the_age_of_the_oldest(oldest: float) -> None:
    metrics = Metrics()
    metrics.read_outbox(lambda: OutboxReading(events={"wachtend": 3, "dood": 1}, oldest_seconds=oldest))

    found = scrape(metrics)

    assert found["kindkans_database_up",] == 1
    assert found["kindkans_outbox_events", "wachtend"] == 3
    assert found["kindkans_outbox_events", "dood"] == 1
    assert found["kindkans_outbox_oldest_seconds",] == oldest


def test_without_its_database_a_scrape_has_no_numbers_of_the_outbox_at_all() -> None:
    def away() -> OutboxReading:
        raise Unavailable("database")

    metrics = Metrics()
    metrics.read_outbox(away)

    found = scrape(metrics)

    assert found["kindkans_database_up",] == 0
    assert not [name for name, *_ in found if name.startswith("kindkans_outbox")]
