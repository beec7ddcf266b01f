"""Koppelingen with a history of pushes, and a calendar that never ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, update

from database import schema
from dossier.timestamps import to_ms
from routing.regio import Regio
from routing.schoolvakanties import Schoolkalender, Vakantie


def endless_kalender(*vakanties: Vakantie) -> Schoolkalender:
    """Without holidays but these: what is tested with it holds on every day that a test may run."""
    ends = (date(2000, 1, 1), date(2199, 12, 31))
    days = [Vakantie(schooljaar="", naam="", regio=r, van=day, tot=day) for r in Regio for day in ends]
    return Schoolkalender([*days, *vakanties])


def weekly(last: datetime, weeks: int = 20) -> list[datetime]:
    """Moments of which `last` is the last."""
    return [last - timedelta(weeks=n) for n in range(weeks)]


def put_pushes(
    connection: Connection, moments: Iterable[datetime], brin: str = "11AA", omgeving_id: str = "omg-a"
) -> None:
    """Rejections: they count as a sign of life, and need no dossier."""
    rows = [
        {
            "inzending_id": f"{to_ms(at):012x}{brin.encode().hex()}{n:012x}",
            "omgeving_id": omgeving_id, "bericht_id": f"{brin}-{n}-{to_ms(at)}", "hulpvraag_id": f"h{n}",
            "brin": brin, "schoolnaam": "De Es", "naam_hash": "n", "uitkomst": "afgewezen",
            "received_ms": to_ms(at), "decided_ms": to_ms(at),
        }
        for n, at in enumerate(moments)
    ]  # fmt: skip
    connection.execute(insert(schema.inzending), rows)


def put_koppeling(
    connection: Connection,
    key: str,
    *brins: str,
    omgeving_id: str = "omg-a",
    swv_id: str = "swv-a",
    status: str = "actief",
    changed: datetime = datetime(2020, 1, 1, tzinfo=UTC),
) -> None:
    connection.execute(
        insert(schema.koppeling).values(
            koppeling_id=key, omgeving_id=omgeving_id, swv_id=swv_id, status=status, changed_ms=to_ms(changed)
        )
    )
    connection.execute(
        insert(schema.koppeling_brin),
        [{"omgeving_id": omgeving_id, "brin": brin, "koppeling_id": key} for brin in brins],
    )


def was_set_long_ago(connection: Connection, key: str) -> None:
    connection.execute(
        update(schema.koppeling).where(schema.koppeling.c.koppeling_id == key).values(changed_ms=1)
    )
