"""Pushes, deliveries, deaths, retries, time and retention in any order, against a small model."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from database import outbox
from database.committer import Committer
from database.engine import open_engine, reading, writing
from database.inzendingen import find_inzending, with_objects
from database.migrate import History, upgrade
from database.organisaties import Swv
from database.status import status_of
from dossier.brin import Brin, Vestiging
from dossier.dossier import Bijlage, Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.identifiers import (
    BerichtId,
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
    new_inzending_id,
)
from dossier.status import Toestand
from dossier.timestamps import utc_now
from dossier.verdict import Accepted, Soort
from gateway.intake import Intake
from gateway.retention import Policy, Retention
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie
from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.seal import Seal
from validators.limits import Limits

OMGEVING, BRIN = OmgevingId("omgeving"), Brin("32DD")
POLICY = Policy(content_days=10, history_days=20, rejection_days=15, batch=2)
TOESTAND = {"wachtend": Toestand.GEACCEPTEERD, "bezorgd": Toestand.BEZORGD, "dood": Toestand.VASTGELOPEN}


@dataclass
class Version:
    dossier: Dossier
    event_id: InzendingId
    number: Dossiernummer
    versie: int
    state: str = "wachtend"
    age_days: int = 0  # since it was finished
    content: bool = True
    history: bool = True


class Ageing(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        seal = Seal(Keyring.generate())
        self.engine = open_engine(f"sqlite:///{self.folder.name}/gateway.db")
        upgrade(self.engine, History.GATEWAY)
        self.committer = Committer(self.engine)
        self.committer.start()
        self.objects = LocalObjects(Path(self.folder.name) / "bijlagen", seal)
        self.intake = Intake(
            committer=self.committer,
            engine=self.engine,
            objects=self.objects,
            seal=seal,
            limits=Limits(),
            clock=utc_now,
        )
        self.versions: list[Version] = []
        self.rejections: list[int] = []  # their ages in days
        with writing(self.engine) as connection:
            make_settings(connection)

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.committer.stop()
            self.engine.dispose()
            self.runner.close()
            self.folder.cleanup()

    @rule(hulpvraag=st.integers(0, 3))
    def push_something_new(self, hulpvraag: int) -> None:
        event_id = new_inzending_id()
        bijlage = self.runner.run(self.keep(event_id))
        dossier = replace(a_dossier(hulpvraag, titel=str(len(self.versions))), bijlagen=(bijlage,))
        earlier = self.of(hulpvraag)
        verdict = self.send(event_id, dossier)
        assert verdict.soort is (Soort.VERSIE if earlier else Soort.NIEUW)
        assert verdict.versie == len(earlier) + 1
        assert all(verdict.dossiernummer == v.number for v in earlier)
        self.versions.append(Version(dossier, event_id, verdict.dossiernummer, verdict.versie))

    @rule()
    def push_what_is_refused(self) -> None:
        dossier = replace(a_dossier(9, "x"), school=School(brin="99ZZ"))
        self.runner.run(self.intake.indienen(new_inzending_id(), OMGEVING, dossier, utc_now()))
        self.rejections.append(0)

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), same_bericht=st.booleans())
    def push_again(self, data: st.DataObject, same_bericht: bool) -> None:
        version = data.draw(st.sampled_from(self.versions))
        if same_bericht:
            verdict = self.send(new_inzending_id(), version.dossier)
            wanted = (version.number, version.versie, Soort.HERHALING)
        else:
            latest = [v for v in self.versions if v.number == version.number][-1]
            bericht = BerichtId(str(uuid.uuid4()))
            verdict = self.send(new_inzending_id(), replace(latest.dossier, bericht_id=bericht))
            wanted = (latest.number, latest.versie, Soort.DUBBEL)
        assert (verdict.dossiernummer, verdict.versie, verdict.soort) == wanted

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), state=st.sampled_from(["bezorgd", "bezorgd", "dood"]))
    def finish(self, data: st.DataObject, state: str) -> None:
        version = data.draw(st.sampled_from(self.versions))
        with writing(self.engine) as connection:
            if state == "bezorgd":
                done = outbox.mark_delivered(connection, version.event_id) is not None
            else:
                done = outbox.mark_dead(connection, version.event_id, "X")
        assert done == (version.state == "wachtend" or (version.state, state) == ("dood", "bezorgd"))
        if done:
            version.state, version.age_days = state, 0

    @rule()
    def retry_the_dead(self) -> None:
        with writing(self.engine) as connection:
            done = outbox.retry_dead(connection)
        dead = [v for v in self.versions if v.state == "dood"]
        assert set(done) == {v.event_id for v in dead}
        for version in dead:
            version.state = "wachtend"

    @rule(days=st.sampled_from([3, 9, 12]))
    def time_passes(self, days: int) -> None:
        ms = days * 86_400_000
        with writing(self.engine) as connection:
            connection.exec_driver_sql(
                f"UPDATE outbox SET finished_ms = finished_ms - {ms}, due_ms = due_ms - {ms}"
            )
            connection.exec_driver_sql(f"UPDATE inzending SET decided_ms = decided_ms - {ms}")
        for version in self.versions:
            version.age_days += days
        self.rejections = [age + days for age in self.rejections]

    @rule()
    def retain(self) -> None:
        removed = self.runner.run(Retention(self.engine, self.objects, POLICY, "t").apply())
        content = [v for v in self.versions if v.content and self.is_old(v, 10)]
        for version in content:
            version.content = False
        history = [v for v in self.versions if v.history and not v.content and self.is_old(v, 20)]
        for version in history:
            version.history = False
        kept = [age for age in self.rejections if age < 15]
        assert list(removed.counts.values()) == [
            len(content), len(history), len(self.rejections) - len(kept),
        ]  # fmt: skip
        self.rejections = kept
        self.check()

    def is_old(self, version: Version, days: int) -> bool:
        behind = [v for v in self.versions if v.number == version.number and v.versie > version.versie]
        delivered = all(v.state == "bezorgd" for v in [version, *behind])
        return delivered and version.age_days >= days

    def check(self) -> None:
        """What is not delivered is whole; what was removed says so; every status is still right."""
        with reading(self.engine) as connection:
            bodies = set(connection.exec_driver_sql("SELECT event_id FROM outbox_payload").scalars())
            rows = set(connection.exec_driver_sql("SELECT event_id FROM outbox").scalars())
            needed = with_objects(connection, [v.event_id for v in self.versions])
            for version in self.versions:
                record = find_inzending(connection, version.event_id)
                assert record is not None
                assert (record.dossiernummer, record.versie) == (version.number, version.versie)
                assert status_of(connection, record).toestand is TOESTAND[version.state]
        assert rows == {v.event_id for v in self.versions if v.history}
        stored = {
            path.parent.name for path in Path(self.folder.name, "bijlagen").rglob("*") if path.is_file()
        }
        assert bodies == needed == stored == {v.event_id for v in self.versions if v.content}

    def of(self, hulpvraag: int) -> list[Version]:
        return [v for v in self.versions if v.dossier.hulpvraag.hulpvraag_id == f"h{hulpvraag}"]

    def send(self, event_id: InzendingId, dossier: Dossier) -> Accepted:
        verdict = self.runner.run(self.intake.indienen(event_id, OMGEVING, dossier, utc_now()))
        assert isinstance(verdict, Accepted)
        return verdict

    async def keep(self, event_id: InzendingId) -> Bijlage:
        writer = self.objects.create(event_id, 1)
        await writer.write(b"inhoud")
        object_id = await writer.finish()
        return Bijlage(
            positie=1,
            naam="verslag.txt",
            size_bytes=6,
            sha256=hashlib.sha256(b"inhoud").hexdigest(),
            content_type="text/plain",
            object_id=object_id,
        )


def make_settings(connection) -> None:  # type: ignore[no-untyped-def]
    swv = SwvId("s")
    admin.put_listed_school(
        connection, "t", ListedSchool(brin=BRIN, vestiging=Vestiging("32DD00"), naam="x", plaats="y")
    )
    admin.put_swv(connection, "t", Swv(swv_id=swv, naam="SWV"))
    organisatie = Organisatie(
        organisatie_id=OrganisatieId("o"), swv_id=swv, naam="x", brin=BRIN, vestiging=None
    )
    admin.put_organisatie(connection, "t", organisatie)
    koppeling = Koppeling(
        koppeling_id=KoppelingId("k"),
        omgeving_id=OMGEVING,
        swv_id=swv,
        status=KoppelingStatus.ACTIEF,
        brins=frozenset({BRIN}),
    )
    admin.put_koppeling(connection, "t", koppeling)


def a_dossier(hulpvraag: int, titel: str) -> Dossier:
    return Dossier(
        bericht_id=BerichtId(str(uuid.uuid4())),
        tijdstip=utc_now(),
        school=School(brin=str(BRIN)),
        leerling=Leerling(leerling_id="1", achternaam="Vries", geboortedatum="2017-05-04"),
        hulpvraag=Hulpvraag(
            hulpvraag_id=HulpvraagId(f"h{hulpvraag}"),
            soort="adviesvraag",
            titel=titel,
            omschrijving="o",
            hulpvraagdatum="2026-01-30",
            indiener=Indiener(naam="A"),
            toestemming_ouders=True,
        ),
    )


TestAgeing = Ageing.TestCase
TestAgeing.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
