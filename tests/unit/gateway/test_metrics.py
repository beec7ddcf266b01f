"""What a scrape tells of the database; one that is away is told too, and never as an empty outbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.parnassys.exchange import Exchange, Outcome
from adapters.parnassys.names import Operation
from database.outbox_rows import State
from dossier.identifiers import new_inzending_id
from dossier.reden import RedenCode
from gateway.metrics import DatabaseReading, Disk, Metrics, Phase
from gateway.observers import MessageObserver
from routing.tables import KoppelingStatus

READING = DatabaseReading(
    accepted=9,
    delivered=5,
    events={State.WACHTEND: 3, State.GEPUBLICEERD: 0, State.DOOD: 1},
    oldest_seconds=0.25,
    attempts=2,
    koppelingen={KoppelingStatus.ACTIEF: 4},
    unused=1,
    silent=2,
    swvs_with=3,
    swvs_without=1,
)
PHASES = "kindkans_phase_seconds_count"
Found = dict[tuple[str, ...], float]


def scrape(metrics: Metrics) -> Found:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def after(*exchanges: Exchange) -> Found:
    metrics = Metrics()
    observer = MessageObserver(metrics)
    for exchange in exchanges:
        observer.began()
        observer.finished(exchange)
    return scrape(metrics)


def message(outcome: Outcome, operation: Operation | None = Operation.INDIENEN, **told: Any) -> Exchange:
    return Exchange(inzending_id=new_inzending_id(), outcome=outcome, operation=operation, **told)


@pytest.mark.parametrize("oldest", [0, 0.25, 86_400])
def test_a_scrape_has_the_events_per_state_and_the_age_of_the_oldest(oldest: float) -> None:
    metrics = Metrics()
    metrics.show_database(replace(READING, oldest_seconds=oldest))

    found = scrape(metrics)

    assert found["kindkans_database_up",] == 1
    assert found["kindkans_outbox_events", "wachtend"] == 3
    assert found["kindkans_outbox_events", "dood"] == 1
    assert found["kindkans_outbox_oldest_seconds",] == oldest


def test_without_its_database_a_scrape_has_no_numbers_of_it_at_all() -> None:
    metrics = Metrics()
    metrics.show_database(READING)
    metrics.show_database(None)

    found = scrape(metrics)

    assert found["kindkans_database_up",] == 0
    of_database = ("kindkans_outbox", "kindkans_versions", "kindkans_koppelingen", "kindkans_swvs")
    assert not [name for name, *_ in found if name.startswith(of_database)]


def test_a_process_without_the_gateways_database_does_not_tell_of_one() -> None:
    assert ("kindkans_database_up",) not in scrape(Metrics())


def test_each_disk_is_told_by_a_name_of_ours() -> None:
    metrics = Metrics()
    metrics.show_disks({Disk.DATA: 5, Disk.BIJLAGEN: 7})
    metrics.show_disks({Disk.BIJLAGEN: 8})  # the other is gone

    found = scrape(metrics)

    assert {key[1:]: value for key, value in found.items() if key[0] == "kindkans_disk_free_bytes"} == {
        ("bijlagen",): 8
    }


def test_a_message_is_in_flight_until_it_ends_and_then_in_one_outcome() -> None:
    metrics = Metrics()
    observer = MessageObserver(metrics)
    observer.began()
    observer.began()

    assert scrape(metrics)["kindkans_messages_in_flight",] == 2
    observer.finished(message(Outcome.AFGEBROKEN, operation=None))

    found = scrape(metrics)
    assert found["kindkans_messages_in_flight",] == 1
    assert found["kindkans_messages_received_total",] == 2
    assert found["kindkans_messages_total", "none", "afgebroken"] == 1


def test_a_phase_is_observed_of_the_messages_that_got_through_it() -> None:
    found = after(
        message(Outcome.FAULT, None),
        message(Outcome.FAULT, None, authenticate_seconds=0.1),
        message(Outcome.STATUS, authenticate_seconds=0.1, receive_seconds=0.5, parse_seconds=0.2),
    )

    counts = {phase: found[PHASES, phase.value] for phase in Phase}
    assert counts == {
        Phase.AUTHENTICATE: 2, Phase.RECEIVE: 1, Phase.PARSE: 1,
        Phase.VALIDATE: 0, Phase.ROUTE: 0, Phase.COMMIT: 0,
    }  # fmt: skip
    assert found["kindkans_phase_seconds_sum", "receive"] == pytest.approx(0.3)  # less what parsing took
    assert found["kindkans_phase_seconds_sum", "parse"] == pytest.approx(0.2)


def test_a_reden_counts_when_it_came_with_minus_1_and_not_of_a_controle() -> None:
    codes = (RedenCode.BRIN_ONBEKEND,)
    found = after(
        message(Outcome.AFGEWEZEN, reden_codes=codes),
        message(Outcome.GECONTROLEERD, Operation.CONTROLEREN, reden_codes=codes),
    )

    assert found["kindkans_redenen_total", "BRIN_ONBEKEND"] == 1


def test_a_fault_is_the_senders_only_if_we_know_it_is() -> None:
    found = after(
        message(Outcome.FAULT, fault_is_ours=False),
        message(Outcome.FAULT, fault_is_ours=True),
        message(Outcome.FAULT),  # cut off by us: nobody made an answer
        message(Outcome.GEACCEPTEERD),
    )

    assert found["kindkans_faults_total", "gateway"] == 2
    assert found["kindkans_faults_total", "afzender"] == 1


async def test_intake_tells_what_each_push_took_that_was_judged(world: Any, make_dossier: Any) -> None:
    told: list[Phase] = []
    world.intake._on_phase = lambda phase, seconds: told.append(phase) if seconds >= 0 else None
    judged = [Phase.VALIDATE, Phase.ROUTE]
    good, bad = make_dossier(), make_dossier(achternaam="", hulpvraag_id="h2")

    for dossier, phases in (
        (good, [*judged, Phase.COMMIT]),
        (bad, [*judged, Phase.COMMIT]),
        (good, [Phase.COMMIT]),  # a repeat has its number, and is not judged
    ):
        await world.push(dossier)
        assert told == phases
        told.clear()
    await world.intake.controleren("omg-es", bad)  # commits nothing
    assert told == judged
    await world.intake.controleren("omg-es", good)
    assert told == judged
