"""Pushes, repeats, new versions, rejections, repairs and restarts in any order, against a small model."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from database.answered import answered_versions
from database.committer import Committer
from database.engine import open_engine, reading, writing
from database.migrate import History, upgrade
from database.organisaties import Swv
from dossier.brin import Brin, Vestiging
from dossier.dossier import Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.errors import BerichtConflict
from dossier.identifiers import (
    BerichtId,
    HulpvraagId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
    new_inzending_id,
)
from dossier.reden import RedenCode
from dossier.timestamps import utc_now
from dossier.verdict import Accepted, Refused, Soort, Verdict
from gateway.intake import Intake
from helpdesk import actions
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie
from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.seal import Seal
from validators.limits import Limits

OMGEVING, BRIN, KOPPELING = OmgevingId("omgeving"), Brin("32DD"), KoppelingId("k")
BERICHTEN = [BerichtId(str(uuid.UUID(int=n))) for n in range(5)]
HULPVRAGEN = [HulpvraagId(f"h{n}") for n in range(3)]
TITELS = ["lezen", "rekenen", "schrijven"]


@dataclass
class InModel:
    """A dossier as it should be."""

    number: int
    content: tuple[str, bool]
    versies: int


class Submissions(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.seal = Seal(Keyring.generate())
        self.runner = asyncio.Runner()
        self.active = True
        self.brin_is_set = True
        self.berichten: dict[BerichtId, tuple[HulpvraagId, str, bool]] = {}
        self.dossiers: dict[HulpvraagId, InModel] = {}
        self.doubles: set[BerichtId] = set()
        self.rejections = 0

    @initialize()
    def first_start(self) -> None:
        self.open()
        koppeling = Koppeling(
            koppeling_id=KOPPELING,
            omgeving_id=OMGEVING,
            swv_id=SwvId("s"),
            status=KoppelingStatus.ACTIEF,
            brins=frozenset({BRIN}),
        )
        school = ListedSchool(brin=BRIN, vestiging=Vestiging("32DD00"), naam="x", plaats="y")
        with writing(self.engine) as connection:
            admin.put_listed_school(connection, "t", school)
            admin.put_swv(connection, "t", Swv(swv_id=SwvId("s"), naam="SWV"))
            admin.put_organisatie(connection, "t", organisatie(BRIN))
            admin.put_koppeling(connection, "t", koppeling)

    def open(self) -> None:
        self.engine = open_engine(f"sqlite:///{self.folder.name}/gateway.db")
        upgrade(self.engine, History.GATEWAY)
        self.committer = Committer(self.engine)
        self.committer.start()
        self.intake = Intake(
            committer=self.committer,
            engine=self.engine,
            objects=LocalObjects(Path(self.folder.name) / "bijlagen", self.seal),
            seal=self.seal,
            limits=Limits(),
            clock=utc_now,
        )

    def close(self) -> None:
        self.committer.stop()
        self.engine.dispose()

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.close()
        self.runner.close()
        self.folder.cleanup()

    @rule()
    def restart(self) -> None:
        self.close()
        self.open()

    @rule(active=st.booleans())
    def switch_the_koppeling(self, active: bool) -> None:
        status = KoppelingStatus.ACTIEF if active else KoppelingStatus.INACTIEF
        with writing(self.engine) as connection:
            actions.set_status(connection, "t", KOPPELING, status)
        self.active = active

    @rule(brin_is_set=st.booleans())
    def set_the_brin(self, brin_is_set: bool) -> None:
        with writing(self.engine) as connection:
            admin.put_organisatie(connection, "t", organisatie(BRIN if brin_is_set else None))
        self.brin_is_set = brin_is_set

    @rule(
        bericht=st.sampled_from(BERICHTEN),
        hulpvraag=st.sampled_from(HULPVRAGEN),
        titel=st.sampled_from(TITELS),
        complete=st.sampled_from([True, True, False]),
    )
    def push(self, bericht: BerichtId, hulpvraag: HulpvraagId, titel: str, complete: bool) -> None:
        dossier = a_dossier(bericht, hulpvraag, titel, complete)
        known = self.berichten.get(bericht)
        if known is not None and known != (hulpvraag, titel, complete):
            self.expect_conflict(dossier)
            return
        self.check(self.send(dossier), bericht, hulpvraag, (titel, complete))

    @precondition(lambda self: self.berichten)
    @rule(data=st.data(), copies=st.integers(2, 8))
    def repeat_at_once(self, data: st.DataObject, copies: int) -> None:
        bericht = data.draw(st.sampled_from(sorted(self.berichten)))
        dossier = a_dossier(bericht, *self.berichten[bericht])

        async def all_of_them() -> list[Verdict]:
            pushes = (self.indienen(dossier) for _ in range(copies))
            return list(await asyncio.gather(*pushes))

        numbers = {getattr(v, "dossiernummer", None) for v in self.runner.run(all_of_them())}
        assert numbers == {self.dossiers[self.berichten[bericht][0]].number}

    def check(
        self, verdict: Verdict, bericht: BerichtId, hulpvraag: HulpvraagId, content: tuple[str, bool]
    ) -> None:
        held = self.dossiers.get(hulpvraag)
        if bericht in self.berichten:
            assert held is not None
            soort = Soort.DUBBEL if bericht in self.doubles else Soort.HERHALING
            self.expect(verdict, held.number, soort)
            return
        if held is not None and held.content == content:
            self.expect(verdict, held.number, Soort.DUBBEL)
            self.doubles.add(bericht)
        elif codes := self.reasons(complete=content[1]):
            assert isinstance(verdict, Refused)
            assert {reden.code for reden in verdict.redenen} == codes
            self.rejections += 1
            return
        elif held is not None:
            self.expect(verdict, held.number, Soort.VERSIE)
            held.content, held.versies = content, held.versies + 1
        else:
            assert isinstance(verdict, Accepted)
            assert verdict.soort is Soort.NIEUW
            assert all(verdict.dossiernummer > d.number for d in self.dossiers.values())
            self.dossiers[hulpvraag] = InModel(verdict.dossiernummer, content, versies=1)
        self.berichten[bericht] = (hulpvraag, *content)

    def reasons(self, *, complete: bool) -> set[RedenCode]:
        return {
            code
            for code, applies in (
                (RedenCode.LEERLING_ONVOLLEDIG, not complete),
                (RedenCode.BRIN_NIET_INGESTELD, not self.brin_is_set),
                (RedenCode.KOPPELING_INACTIEF, not self.active),
            )
            if applies
        }

    def expect(self, verdict: Verdict, number: int, soort: Soort) -> None:
        assert isinstance(verdict, Accepted)
        assert (verdict.dossiernummer, verdict.soort) == (number, soort)

    def expect_conflict(self, dossier: Dossier) -> None:
        try:
            verdict = self.send(dossier)
        except BerichtConflict:
            return
        raise AssertionError(f"a berichtId was used twice and answered {verdict}")

    def send(self, dossier: Dossier) -> Verdict:
        return self.runner.run(self.indienen(dossier))

    async def indienen(self, dossier: Dossier) -> Verdict:
        return await self.intake.indienen(new_inzending_id(), OMGEVING, dossier, utc_now())

    @invariant()
    def every_version_has_one_event_and_nothing_else_has(self) -> None:
        if not hasattr(self, "engine"):
            return
        with reading(self.engine) as connection:
            answered = [(a.dossiernummer, a.versie) for a in answered_versions(connection)]
            events = connection.exec_driver_sql("SELECT dossiernummer, versie FROM outbox").all()
            refused = connection.exec_driver_sql(
                "SELECT count(*) FROM inzending WHERE uitkomst = 'afgewezen'"
            ).scalar_one()
        wanted = sorted((d.number, v) for d in self.dossiers.values() for v in range(1, d.versies + 1))
        assert answered == wanted
        assert sorted(map(tuple, events)) == wanted
        assert refused == self.rejections


def organisatie(brin: Brin | None) -> Organisatie:
    return Organisatie(
        organisatie_id=OrganisatieId("o"), swv_id=SwvId("s"), naam="x", brin=brin, vestiging=None
    )


def a_dossier(bericht: BerichtId, hulpvraag: HulpvraagId, titel: str, complete: bool) -> Dossier:
    return Dossier(
        bericht_id=bericht,
        tijdstip=utc_now(),
        school=School(brin=str(BRIN)),
        leerling=Leerling(
            leerling_id="1", achternaam="Vries" if complete else "", geboortedatum="2017-05-04"
        ),
        hulpvraag=Hulpvraag(
            hulpvraag_id=hulpvraag,
            soort="adviesvraag",
            titel=titel,
            omschrijving="o",
            hulpvraagdatum="2026-01-30",
            indiener=Indiener(naam="A"),
            toestemming_ouders=True,
        ),
    )


TestSubmissions = Submissions.TestCase
TestSubmissions.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
