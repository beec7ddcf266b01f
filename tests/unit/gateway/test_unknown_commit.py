"""A commit whose outcome is not known: it was made, and the connection broke before it said so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from database.answered import answered_versions
from database.committer import Committer
from database.engine import open_engine, reading, writing
from database.migrate import History
from database.organisaties import Swv
from database.search import search
from dossier.brin import Brin, Vestiging
from dossier.dossier import Bijlage, Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.errors import Unavailable
from dossier.identifiers import (
    BerichtId,
    HulpvraagId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
    new_inzending_id,
)
from dossier.timestamps import utc_now
from dossier.verdict import Accepted, Refused, Soort
from gateway.intake import Intake
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie
from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.seal import Seal
from validators.limits import Limits

OMGEVING, BRIN = OmgevingId("omgeving"), Brin("32DD")


@pytest.fixture
def engine(new_database: Callable[[History], str]) -> Iterator[Engine]:
    engine = open_engine(new_database(History.GATEWAY))
    school = ListedSchool(brin=BRIN, vestiging=Vestiging("32DD00"), naam="De Regenboog", plaats="Ede")
    place = Organisatie(
        organisatie_id=OrganisatieId("o"), swv_id=SwvId("s"), naam="x", brin=BRIN, vestiging=None
    )
    koppeling = Koppeling(
        koppeling_id=KoppelingId("k"),
        omgeving_id=OMGEVING,
        swv_id=SwvId("s"),
        status=KoppelingStatus.ACTIEF,
        brins=frozenset({BRIN}),
    )
    with writing(engine) as connection:
        admin.put_listed_school(connection, "test", school)
        admin.put_swv(connection, "test", Swv(swv_id=SwvId("s"), naam="SWV"))
        admin.put_organisatie(connection, "test", place)
        admin.put_koppeling(connection, "test", koppeling)
    yield engine
    engine.dispose()


@pytest.fixture
def objects(tmp_path: Path) -> LocalObjects:
    return LocalObjects(tmp_path / "bijlagen", Seal(Keyring.generate()))


@pytest.fixture
async def intake(engine: Engine, objects: LocalObjects) -> AsyncIterator[Intake]:
    committer = Committer(engine)
    committer.start()
    yield Intake(
        committer=committer,
        engine=engine,
        objects=objects,
        seal=Seal(Keyring.generate()),
        limits=Limits(),
        clock=utc_now,
    )
    committer.stop()


def break_commits(engine: Engine, times: int) -> None:
    """The next `times` commits are made, and then say that they failed."""
    real = engine.dialect.do_commit
    left = times

    def commit(connection: object) -> None:
        nonlocal left
        real(connection)  # type: ignore[arg-type]
        if left:
            left -= 1
            raise OperationalError("COMMIT", {}, Exception("the connection broke"))

    engine.dialect.do_commit = commit  # type: ignore[method-assign]


def a_dossier(**changes: object) -> Dossier:
    dossier = Dossier(
        bericht_id=BerichtId("6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11"),
        tijdstip=utc_now(),
        school=School(brin=str(BRIN), naam="De Regenboog"),
        leerling=Leerling(leerling_id="1", achternaam="Vries", geboortedatum="2017-05-04"),
        hulpvraag=Hulpvraag(
            hulpvraag_id=HulpvraagId("h"),
            soort="adviesvraag",
            titel="t",
            omschrijving="o",
            hulpvraagdatum="2026-01-30",
            indiener=Indiener(naam="A"),
            toestemming_ouders=True,
        ),
    )
    return replace(dossier, **changes)  # type: ignore[arg-type]


async def test_a_push_that_was_committed_unknowingly_keeps_its_number_and_its_bijlagen(
    engine: Engine, objects: LocalObjects, intake: Intake
) -> None:
    inzending_id = new_inzending_id()
    writer = objects.create(inzending_id, 1)
    await writer.write(b"verslag")
    object_id = await writer.finish()
    bijlage = Bijlage(positie=1, naam="v.txt", size_bytes=7, sha256="0" * 64, object_id=object_id)
    break_commits(engine, times=1)

    verdict = await intake.indienen(inzending_id, OMGEVING, a_dossier(bijlagen=(bijlage,)), utc_now())

    assert isinstance(verdict, Accepted)
    assert verdict.soort is Soort.NIEUW
    assert b"".join([piece async for piece in objects.read(object_id)]) == b"verslag"
    with reading(engine) as connection:
        assert [a.dossiernummer for a in answered_versions(connection)] == [verdict.dossiernummer]


async def test_a_rejection_that_was_committed_unknowingly_is_recorded_once(
    engine: Engine, intake: Intake
) -> None:
    break_commits(engine, times=1)

    dossier = a_dossier(school=School(brin="99ZZ"))
    verdict = await intake.indienen(new_inzending_id(), OMGEVING, dossier, utc_now())

    assert isinstance(verdict, Refused)
    with reading(engine) as connection:
        assert len(search(connection).rows) == 1


async def test_when_the_outcome_stays_unknown_the_repeat_tells_the_truth(
    engine: Engine, intake: Intake
) -> None:
    break_commits(engine, times=2)
    with pytest.raises(Unavailable):
        await intake.indienen(new_inzending_id(), OMGEVING, a_dossier(), utc_now())

    verdict = await intake.indienen(new_inzending_id(), OMGEVING, a_dossier(), utc_now())

    assert isinstance(verdict, Accepted)
    assert verdict.soort is Soort.HERHALING
    with reading(engine) as connection:
        assert [a.dossiernummer for a in answered_versions(connection)] == [verdict.dossiernummer]
