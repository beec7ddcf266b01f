"""Thirty hours of pushes, as the database and as Prometheus would have seen them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from database import schema
from dossier.timestamps import to_ms
from gateway import metrics

NOW = datetime(2026, 10, 25, 14, 20, 31, tzinfo=UTC)  # a day of 25 hours
START = NOW.replace(minute=0, second=0) - timedelta(hours=29)
SCRAPE_MS = 30_000
BUCKETS = [1000 * seconds for seconds in metrics._DELIVERY_SECONDS]
PER_HOUR = 50


@dataclass(frozen=True, slots=True)
class Pushed:
    at_ms: int
    uitkomst: str
    took_ms: int = 0  # of what is delivered; 0: nothing is

    @property
    def finished_ms(self) -> int:
        return self.at_ms + self.took_ms


def _pushes() -> Iterator[Pushed]:
    """Fifty deliveries an hour: 35 within a tenth of a second, 13 within ten, 2 later than a minute."""
    hours = (NOW - START) // timedelta(hours=1) + 1
    for number in range(hours * PER_HOUR):
        at_ms = to_ms(START) + number * 3_600_000 // PER_HOUR + 11_000
        place = number * 7 % PER_HOUR
        took = 60 + place if place < 35 else 5_000 + 90 * place if place < 48 else 90_000 + place
        yield Pushed(at_ms, "versie" if number % 9 == 0 else "nieuw", took)
        if number % 5 == 0:
            yield Pushed(at_ms + 2_000, "afgewezen")
        if number % 10 == 0:
            yield Pushed(at_ms + 3_000, "dubbel")


@dataclass
class Load:
    pushes: list[Pushed] = field(default_factory=lambda: [p for p in _pushes() if p.at_ms <= to_ms(NOW)])

    def came(self, uitkomsten: tuple[str, ...], since: datetime, until: datetime) -> int:
        ours = [p for p in self.pushes if p.uitkomst in uitkomsten]
        return len([p for p in ours if to_ms(since) <= p.at_ms < to_ms(until)])

    def took(self, since: datetime, until: datetime) -> list[int]:
        """Of what was confirmed in between, the shortest first."""
        ours = [p for p in self.pushes if p.took_ms and to_ms(since) <= p.finished_ms < to_ms(until)]
        return sorted(p.took_ms for p in ours if p.finished_ms <= to_ms(NOW))

    def waiting(self, at_ms: int) -> list[Pushed]:
        return [p for p in self.pushes if p.took_ms and p.at_ms <= at_ms < p.finished_ms]

    # In the database ---------------------------------------------------------------------------

    def put(self, connection: Connection) -> None:
        rows: dict[str, list[dict[str, Any]]] = {"dossier": [], "inzending": [], "outbox": []}
        for number, push in enumerate(self.pushes, start=1):
            refused, double = push.uitkomst == "afgewezen", push.uitkomst == "dubbel"
            key = f"{push.at_ms:012x}{number:020x}"
            of = None if refused else number - 2 if double else number
            if not refused and not double:
                rows["dossier"].append(_dossier(number))
                rows["outbox"].append(_event(key, number, push))
            rows["inzending"].append(_inzending(key, push, of if of and of > 0 else None))
        for table, values in rows.items():
            connection.execute(insert(schema.metadata.tables[table]), values)

    # In Prometheus -----------------------------------------------------------------------------

    def history(self) -> str:
        """As a gateway showed it that was scraped every SCRAPE_MS, for six hours less than it ran."""
        first = to_ms(START) + 5 * 3_600_000 - 7_000
        moments = range(first, to_ms(NOW), SCRAPE_MS)
        lines: list[str] = []
        for name, values in self._series(moments):
            lines += [f"{name} {value} {at / 1000:.3f}" for at, value in zip(moments, values, strict=True)]
        return "\n".join([*lines, "# EOF\n"])

    def _series(self, moments: range) -> Iterator[tuple[str, list[float]]]:
        for soort in ("nieuw", "versie", "dubbel", "herhaling"):
            yield f'kindkans_accepted_total{{soort="{soort}"}}', self._counted(soort, moments)
        told = 'kindkans_messages_total{operation="indienenHulpvraag",outcome="afgewezen"}'
        yield told, self._counted("afgewezen", moments)
        yield 'kindkans_faults_total{party="gateway"}', [float(at >= to_ms(NOW) - 600_000) for at in moments]
        done = [p for p in self.pushes if p.took_ms]
        for bucket in (*BUCKETS, None):
            finished = sorted(p.finished_ms for p in done if bucket is None or p.took_ms <= bucket)
            values = [float(bisect_right(finished, at)) for at in moments]
            le = "+Inf" if bucket is None else str(float(bucket / 1000))
            yield f'kindkans_delivery_seconds_bucket{{le="{le}"}}', values
            if bucket is None:
                yield "kindkans_delivery_seconds_count", values
        open_ = [self.waiting(at) for at in moments]
        for state in ("wachtend", "gepubliceerd"):
            half = [float(sum(n % 2 == (state == "wachtend") for n in range(len(o)))) for o in open_]
            yield f'kindkans_outbox_events{{state="{state}"}}', half
        ages = [
            max((at - p.at_ms for p in o), default=0) / 1000 for at, o in zip(moments, open_, strict=True)
        ]
        yield "kindkans_outbox_oldest_seconds", ages

    def _counted(self, uitkomst: str, moments: range) -> list[float]:
        came = sorted(p.at_ms for p in self.pushes if p.uitkomst == uitkomst)
        return [float(bisect_right(came, at)) for at in moments]


def _dossier(number: int) -> dict[str, Any]:
    return {
        "dossiernummer": number, "omgeving_id": "omg", "hulpvraag_id": f"h{number}", "swv_id": "swv",
        "organisatie_id": "o", "versie": 1, "inhoud_hash": "h", "created_ms": 1,
    }  # fmt: skip


def _event(key: str, number: int, push: Pushed) -> dict[str, Any]:
    done = push.finished_ms <= to_ms(NOW)
    return {
        "event_id": key, "dossiernummer": number, "versie": 1, "attempts": 0, "publishes": 1, "due_ms": 1,
        "state": "bezorgd" if done else "gepubliceerd", "created_ms": push.at_ms,
        "finished_ms": push.finished_ms if done else None,
    }  # fmt: skip


def _inzending(key: str, push: Pushed, number: int | None) -> dict[str, Any]:
    accepted = push.uitkomst != "afgewezen"
    return {
        "inzending_id": key, "omgeving_id": "omg", "bericht_id": key, "hulpvraag_id": "h", "brin": "11AA",
        "schoolnaam": "De Es", "naam_hash": "n", "uitkomst": push.uitkomst, "received_ms": push.at_ms,
        "decided_ms": push.at_ms, "swv_id": "swv", "dossiernummer": number if accepted else None,
        "versie": 1 if accepted else None, "inhoud_hash": "h" if accepted else None,
        "organisatie_id": "o" if accepted else None, "route_rule": "BRIN" if accepted else None,
    }  # fmt: skip
