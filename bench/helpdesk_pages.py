"""What the helpdesk's searches and counts cost at a million inzendingen, on SQLite and on PostgreSQL.

    .venv/bin/python bench/helpdesk_pages.py [--rows 1000000] [--keep FOLDER]

PostgreSQL is a server of its own as the tests start it, or the one at DATABASE_URL: an empty database there.
Prints Markdown for docs/performance.md. With `--keep` the SQLite file is made once and used again.
"""

from __future__ import annotations

import argparse
import os
import statistics as numbers
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Engine, select

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpdesk_rows import Years, fill  # noqa: E402

from components.postgres import PostgresServer, create_database  # noqa: E402
from database import attention, figures, silence, status_figures  # noqa: E402
from database.engine import open_engine, reading  # noqa: E402
from database.inzendingen import tries_of  # noqa: E402
from database.migrate import History, upgrade  # noqa: E402
from database.schema import inzending  # noqa: E402
from database.search import Filter, Query, Sort, Stand, parse_cursor, search, understand  # noqa: E402
from database.search_cursor import Cursor  # noqa: E402
from dossier.identifiers import HulpvraagId, KoppelingId, OmgevingId, SwvId  # noqa: E402
from dossier.reden import RedenCode  # noqa: E402
from gateway.readings import look_at  # noqa: E402

Run = Callable[[Connection], object]
_TIMES = 5
_NOW = datetime.now(UTC)
_SWV, _OMGEVING = SwvId("swv-40"), OmgevingId("omg-17")


@dataclass(frozen=True)
class Taken:
    cpu: float  # ms, on average, of ours and of the server's process; other work on the machine adds little
    wall: list[float]  # ms; the first includes what is read and planned once

    def __str__(self) -> str:
        return f"{self.cpu:.0f} | {numbers.median(self.wall):.0f} | {max(self.wall):.0f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", nargs="*", default=[""], metavar="PART", help="of a name")
    options = parser.parse_args()
    measured: dict[str, dict[str, Taken]] = {}
    with tempfile.TemporaryDirectory(dir=options.keep) as folder:
        Path(folder).chmod(0o755)
        for url in _urls(Path(folder), options.keep):
            engine = open_engine(url)
            _prepare(engine, options.rows)
            with reading(engine) as connection:
                queries = dict(_queries(connection))
            for name, run in queries.items():
                if any(part in name for part in options.only):
                    measured.setdefault(name, {})[engine.dialect.name] = _measure(engine, run)
                    print(
                        name, engine.dialect.name, str(measured[name][engine.dialect.name]), file=sys.stderr
                    )
            engine.dispose()
    _print(measured)


def _urls(folder: Path, keep: Path | None) -> Iterator[str]:
    yield f"sqlite:///{(keep or folder) / 'helpdesk.db'}"
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    server = PostgresServer(folder / "postgres")
    server.create()
    server.start()
    try:
        yield create_database(server.port)
    finally:
        server.stop()


def _prepare(engine: Engine, rows: int) -> None:
    upgrade(engine, History.GATEWAY)
    with reading(engine) as connection:
        if connection.execute(select(inzending.c.inzending_id).limit(1)).first() is not None:
            return
    began = time.monotonic()
    fill(engine, Years(rows))
    print(f"{engine.dialect.name}: filled in {time.monotonic() - began:.0f} s", file=sys.stderr)


def _measure(engine: Engine, run: Run) -> Taken:
    wall = []
    server = None
    own = time.process_time()
    for _ in range(_TIMES):
        with reading(engine) as connection:
            if engine.dialect.name == "postgresql" and server is None:
                server = psutil.Process(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
                before = sum(server.cpu_times()[:2])
            began = time.perf_counter()
            run(connection)
            wall.append(1000 * (time.perf_counter() - began))
    cpu = time.process_time() - own + (sum(server.cpu_times()[:2]) - before if server else 0)
    return Taken(cpu=1000 * cpu / _TIMES, wall=wall)


def _print(measured: dict[str, dict[str, Taken]]) -> None:
    columns = "CPU ms | median ms | worst"
    print(f"| query | SQLite {columns} | PostgreSQL {columns} |\n|---|---|---|---|---|---|---|")
    for name, by_database in measured.items():
        cells = [str(by_database[d]) if d in by_database else "- | - | -" for d in ("sqlite", "postgresql")]
        print(f"| {name} | {' | '.join(cells)} |")


def _queries(connection: Connection) -> Iterator[tuple[str, Run]]:
    yield from _filters()
    yield from _boxes(connection)
    yield from _deep(connection)
    yield from _counts(connection)


def _of(sort: Sort = Sort.ONTVANGEN_DESC, **filters: Any) -> Run:
    return lambda connection: search(connection, Filter(**filters), sort)


def _filters() -> Iterator[tuple[str, Run]]:
    for sort in Sort:
        yield f"all, sort {sort}", _of(sort)
        yield f"one SWV, sort {sort}", _of(sort, visible_to=_SWV)
    for stand in Stand:
        yield f"toestand {stand}", _of(stand=stand)
        yield f"toestand {stand}, one SWV", _of(stand=stand, swv_id=_SWV)
        yield f"toestand {stand}, sort school", _of(Sort.SCHOOL_ASC, stand=stand)
        yield f"toestand {stand}, sort number", _of(Sort.DOSSIERNUMMER_DESC, stand=stand)
    for reden in (RedenCode.BIJLAGE_TE_GROOT, RedenCode.KOPPELING_ONTBREEKT):
        yield f"reden {reden}", _of(reden=reden)
        yield f"reden {reden}, one SWV", _of(reden=reden, visible_to=_SWV)
        yield f"reden {reden}, sort school", _of(Sort.SCHOOL_ASC, reden=reden)
        yield f"reden {reden}, sort number", _of(Sort.DOSSIERNUMMER_ASC, reden=reden)
    week = {"from_": _NOW - timedelta(days=400), "to": _NOW - timedelta(days=393)}
    yield "a week of last year", _of(**week)
    yield "a week of last year, sort school", _of(Sort.SCHOOL_ASC, **week)
    yield "a week of last year, dubbel, one SWV", _of(stand=Stand.DUBBEL, swv_id=_SWV, **week)
    yield "a week of last year, vastgelopen", _of(stand=Stand.VASTGELOPEN, **week)
    yield "one omgeving", _of(omgeving_id=_OMGEVING)
    yield "one omgeving, sort school", _of(Sort.SCHOOL_ASC, omgeving_id=_OMGEVING)
    everything = {"reden": RedenCode.BIJLAGE_TE_GROOT, "stand": Stand.AFGEWEZEN, "omgeving_id": _OMGEVING}
    yield "omgeving, reden, toestand and period", _of(from_=_NOW - timedelta(days=700), **everything)


def _boxes(connection: Connection) -> Iterator[tuple[str, Run]]:
    """The search box."""
    columns = (inzending.c.inzending_id, inzending.c.bericht_id, inzending.c.naam_hash)
    some = connection.execute(select(*columns, inzending.c.schoolnaam).offset(1_000).limit(1)).one()
    texts = {
        "a dossiernummer": "1234",
        "a berichtId": some.bericht_id,
        "a referentie": some.inzending_id,
        "a BRIN": "00AP",
        "a vestiging": "00AP00",
        "a whole school name": some.schoolnaam,
        "a common school name": "regenboog",
        "a word of one in ten": "basisschool",
        "a letter": "e",
        "a place": "amsterdam",
        "a word and a place": "school utrecht",
        "nothing with this name": "xyzzy",
        "omgevingen": "stichting 19",
    }
    for name, text in texts.items():
        query = understand(text)
        yield f"box: {name}", _of(query=query)
        if name in ("a common school name", "a word of one in ten", "a place"):
            yield f"box: {name}, sort school", _of(Sort.SCHOOL_ASC, query=query)
            yield f"box: {name}, sort number", _of(Sort.DOSSIERNUMMER_DESC, query=query)
            yield f"box: {name}, one SWV", _of(query=query, visible_to=_SWV)
            yield f"box: {name}, dubbel", _of(query=query, stand=Stand.DUBBEL)
            yield f"box: {name}, vastgelopen", _of(query=query, stand=Stand.VASTGELOPEN)
            rare = RedenCode.KOPPELING_ONTBREEKT
            yield f"box: {name}, reden {rare}", _of(query=query, reden=rare)
    commonest = f"{0:064x}"
    yield "box: the commonest surname", _of(query=Query(naam_hash=commonest))
    word = understand("bakker").with_naam_hash(commonest)
    yield "box: a word that is a surname", _of(query=word)
    yield "box: a word that is a surname, sort school", _of(Sort.SCHOOL_DESC, query=word)


def _deep(connection: Connection) -> Iterator[tuple[str, Run]]:
    """Pages far from the first: a cursor of the row in the middle, and the last page backwards."""
    columns = (inzending.c.inzending_id, inzending.c.dossiernummer, inzending.c.schoolnaam)
    middle = connection.execute(
        select(*columns).where(inzending.c.dossiernummer.is_not(None)).offset(400_000).limit(1)
    ).one_or_none()
    if middle is None:
        return
    keys = {"ontvangen": None, "dossiernummer": middle.dossiernummer, "school": middle.schoolnaam}
    for sort in Sort:
        for backwards in (False, True):
            cursor = Cursor(
                sort=sort, key=keys[sort.by], inzending_id=middle.inzending_id, backwards=backwards
            )
            parsed: Any = parse_cursor(str(cursor), sort)
            name = f"deep page, sort {sort}{', backwards' if backwards else ''}"
            yield name, lambda c, sort=sort, parsed=parsed: search(c, Filter(), sort, parsed)
            name += ", one SWV"
            yield name, lambda c, s=sort, p=parsed: search(c, Filter(visible_to=_SWV), s, p)


def _counts(connection: Connection) -> Iterator[tuple[str, Run]]:
    today = _NOW.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    borders = [today - timedelta(days=n) for n in range(8, -1, -1)]
    week = _NOW - timedelta(days=7)
    koppelingen = [KoppelingId(f"k-{n}") for n in range(2_000)]
    some = connection.execute(select(inzending).limit(1)).one()
    for name, swv in (("", None), (", one SWV", _SWV)):
        yield f"statistics: per_day of 8 days{name}", lambda c, s=swv: figures.per_day(c, borders, s)
        yield from _status(name, swv)
        yield f"statistics: backlog{name}", lambda c, s=swv: figures.backlog(c, s)
        yield f"attention: stuck_schools{name}", lambda c, s=swv: attention.stuck_schools(c, week, s)
        yield (
            f"attention: unused_koppelingen{name}",
            lambda c, s=swv: attention.unused_koppelingen(c, _NOW - timedelta(days=14), s),
        )
        yield f"attention: silent{name}", lambda c, s=swv: silence.silent_koppelingen(c, _NOW, s)
    later = _NOW + timedelta(days=18)  # as if nothing had come of anybody since
    yield "attention: silent, of all that are quiet", lambda c: silence.silent_koppelingen(c, later)
    yield "attention: last_used of 2,000", lambda c: attention.last_used(c, koppelingen)
    yield "metrics: all that a scrape reads", lambda c: look_at(c, None)
    yield "tries_of", lambda c: tries_of(c, some.omgeving_id, HulpvraagId(some.hulpvraag_id))


def _status(name: str, swv: SwvId | None) -> Iterator[tuple[str, Run]]:
    """The status page: the hours of a day and of a week."""
    hour = _NOW.replace(minute=0, second=0, microsecond=0)
    minute = timedelta(minutes=1)
    for hours in (24, 168):
        since = hour - timedelta(hours=hours - 1)
        yield (
            f"status: received in {hours} hours{name}",
            lambda c, s=since, n=hours: status_figures.received_per_hour(c, s, n, swv),
        )
        yield (
            f"status: delivered in {hours} hours{name}",
            lambda c, s=since, n=hours: status_figures.delivered_per_hour(c, s, n, within=minute, swv_id=swv),
        )
    yield f"status: dead since{name}", lambda c: status_figures.dead_since_ms(c, swv)


if __name__ == "__main__":
    main()
