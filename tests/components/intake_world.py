"""A gateway without its HTTP: a real intake, committer, database and folder of bijlagen."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from database.committer import Committer
from database.engine import open_engine, reading, writing
from dossier.brin import Brin, Vestiging
from dossier.dossier import Bijlage, Dossier
from dossier.identifiers import (
    InzendingId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
    new_inzending_id,
)
from dossier.verdict import Accepted, Refused, Verdict
from gateway.intake import Intake
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie
from storage.objects import LocalObjects
from storage.seal import Seal
from validators.limits import Limits

OMGEVING = OmgevingId("omg-es")
TODAY = datetime(2024, 9, 1, 12, 0, tzinfo=UTC)  # past: the database has a clock of its own


class World:
    """One data folder. `start` opens it as a process would, as often as there are processes."""

    def __init__(self, folder: Path, seal: Seal, url: str) -> None:
        self.folder = folder
        self.seal = seal
        self.url = url
        self.engine = open_engine(url)
        self.objects = LocalObjects(folder / "bijlagen", seal)
        self.left_behind: list[InzendingId] = []
        self.nudges: list[None] = []
        self._running: list[Committer] = []
        self.intake = self.start()

    # Processes -----------------------------------------------------------------------------

    def start(self, *, limits: Limits | None = None, objects: Any = None) -> Intake:
        """Another process on the same data."""
        engine = open_engine(self.url)
        committer = Committer(engine)
        committer.start()
        self._running.append(committer)
        return Intake(
            committer=committer,
            engine=engine,
            objects=objects or self.objects,
            seal=self.seal,
            limits=limits or Limits(),
            clock=lambda: TODAY,
            on_accepted=lambda: self.nudges.append(None),
            on_left_behind=self.left_behind.append,
        )

    def restart(self) -> None:
        self.stop()
        self.intake = self.start()

    def stop(self) -> None:
        for committer in self._running:
            committer.stop()
            committer._engine.dispose()
        self._running.clear()

    # Pushes --------------------------------------------------------------------------------

    async def push(
        self,
        dossier: Dossier,
        *files: bytes,
        intake: Intake | None = None,
        omgeving: OmgevingId = OMGEVING,
        inzending_id: InzendingId | None = None,
    ) -> Verdict:
        """As the endpoint does it: the bijlagen are in storage before the intake is asked."""
        inzending_id = inzending_id or new_inzending_id()
        bijlagen = [await self._keep(inzending_id, n, content) for n, content in enumerate(files, start=1)]
        whole = replace(dossier, bijlagen=dossier.bijlagen + tuple(bijlagen))
        return await (intake or self.intake).indienen(inzending_id, omgeving, whole, TODAY)

    async def number(self, dossier: Dossier, *files: bytes, **how: Any) -> int:
        verdict = await self.push(dossier, *files, **how)
        assert isinstance(verdict, Accepted), verdict
        return verdict.dossiernummer

    async def codes(self, dossier: Dossier, *files: bytes, **how: Any) -> list[str]:
        verdict = await self.push(dossier, *files, **how)
        assert isinstance(verdict, Refused), verdict
        return [reden.code.value for reden in verdict.redenen]

    async def _keep(self, inzending_id: InzendingId, number: int, content: bytes) -> Bijlage:
        writer = self.objects.create(inzending_id, number)
        await writer.write(content)
        object_id = await writer.finish()
        return Bijlage(
            positie=number,
            naam=f"Verslag Quirijn {number}.pdf",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_type="application/pdf",
            object_id=object_id,
        )

    # Settings ------------------------------------------------------------------------------

    def change(self, action: Callable[..., Any], *arguments: Any) -> Any:
        with writing(self.engine) as connection:
            return action(connection, "test", *arguments)

    def list_school(self, vestiging: str) -> None:
        brin = Brin(vestiging[:4])
        school = ListedSchool(brin=brin, vestiging=Vestiging(vestiging), naam="De Es", plaats="Hasselt")
        self.change(admin.put_listed_school, school)

    def organisatie(self, key: str, swv: str, brin: str | None) -> None:
        value = Organisatie(
            organisatie_id=OrganisatieId(key),
            swv_id=SwvId(swv),
            naam=f"School {key}",
            brin=Brin(brin) if brin else None,
            vestiging=None,
        )
        self.change(admin.put_organisatie, value)

    def koppeling(
        self, key: str, omgeving: str, swv: str, *brins: str, status: KoppelingStatus = KoppelingStatus.ACTIEF
    ) -> str | None:
        value = Koppeling(
            koppeling_id=KoppelingId(key),
            omgeving_id=OmgevingId(omgeving),
            swv_id=SwvId(swv),
            status=status,
            brins=frozenset(map(Brin, brins)),
        )
        return self.change(admin.put_koppeling, value)  # type: ignore[no-any-return]

    # What is there -------------------------------------------------------------------------

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def count(self, table: str, where: str = "1=1") -> int:
        return int(self.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def read(self, query: Callable[..., Any], *arguments: Any) -> Any:
        def run(connection: Connection) -> Any:
            return query(connection, *arguments)

        with reading(self.engine) as connection:
            return run(connection)

    def stored(self) -> set[str]:
        """The pushes of which there are bijlagen on disk."""
        return {path.parent.name for path in (self.folder / "bijlagen").rglob("*") if path.is_file()}

    def raw_bytes(self) -> bytes:
        """Everything on disk, as who steals the disk would see it."""
        return b"".join(path.read_bytes() for path in self.folder.parent.rglob("*") if path.is_file())

    def locked(self) -> sqlite3.Connection:
        """A stranger who holds the write lock until he is closed."""
        stranger = sqlite3.connect(self.folder.parent / "gateway.db", isolation_level=None)
        stranger.execute("BEGIN IMMEDIATE")
        return stranger
