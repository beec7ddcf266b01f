"""Figures from the gateway's database: of all, or of one SWV. It knows no Faults and no past queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from database.figures import backlog
from database.status_figures import (
    Delivered,
    dead_since_ms,
    delivered_between,
    delivered_per_hour,
    received_per_hour,
)
from dossier.identifiers import SwvId
from dossier.timestamps import from_ms
from helpdesk.status.figures import HOUR, WITHIN, Course, Hour, Standing, Took


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    connection: Connection
    swv_id: SwvId | None = None

    def course(self, since: datetime, hours: int, now: datetime) -> Course:
        received = received_per_hour(self.connection, since, hours, self.swv_id)
        delivered = delivered_per_hour(self.connection, since, hours, within=WITHIN, swv_id=self.swv_id)
        # To the end of this hour: the clock of the database may be ahead of ours.
        lately = delivered_between(
            self.connection, now - HOUR, since + hours * HOUR, within=WITHIN, swv_id=self.swv_id
        )
        return Course(
            hours=tuple(
                Hour(
                    since=since + number * HOUR,
                    accepted=counts.accepted,
                    dubbel=counts.dubbel,
                    rejected=counts.rejected,
                    took=_took(delivered.get(number)),
                )
                for number, counts in enumerate(received)
            ),
            lately=_took(lately),
        )


def read_standing(connection: Connection, swv_id: SwvId | None) -> Standing:
    found = backlog(connection, swv_id)
    since = dead_since_ms(connection, swv_id)
    return Standing(
        waiting=found.waiting,
        oldest_seconds=found.oldest_waiting_ms / 1000,
        dead=sum(found.dead.values()),
        dead_since=None if since is None else from_ms(since),
    )


def _took(found: Delivered | None) -> Took:
    if found is None:
        return Took()
    p50, p95, p99 = (ms / 1000 for ms in found.percentiles_ms)
    return Took(delivered=found.count, in_time=found.in_time, p50=p50, p95=p95, p99=p99)
