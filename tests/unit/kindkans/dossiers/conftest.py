"""Hulpvragen in a store of either dialect, received as the role receives them, and who works with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from components.writing import SEALED, put_account
from dossier.delivery import Delivery
from dossier.dossier import Bijlage, Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.identifiers import BerichtId, Dossiernummer, HulpvraagId, InzendingId, OrganisatieId, SwvId
from kindkans import tabs_schema as tabs
from kindkans.copying import Copied
from kindkans.dossiers.content import parse_content
from kindkans.dossiers.indexing import kenmerken_of
from kindkans.rights.words import AccountId, Bereik, Lid, Mag, Rol, RolId, RolType, Tab
from kindkans.statements import receive
from storage.seal import Seal

BIJLAGE = b"inhoud"


def a_dossier(**changes: Any) -> Dossier:
    """`changes` are of the leerling, the hulpvraag or the school, by the name of the field."""
    leerling = Leerling(
        leerling_id="l-1",
        voornamen="Quirijn",
        tussenvoegsel="van der",
        achternaam="Zonnebloem",
        geboortedatum="2015-03-09",
        geslacht="man",
        groep="6",
    )
    hulpvraag = Hulpvraag(
        hulpvraag_id=HulpvraagId("hv-1"),
        soort="adviesvraag",
        titel="Rekenen",
        omschrijving="Rekenen lukt niet.",
        hulpvraagdatum="2026-09-01",
        indiener=Indiener(naam="J. de Vries", functie="ib'er", email="j@example.invalid"),
        toestemming_ouders=True,
    )
    school = School(brin="32DD", naam="De Es", plaats="Hasselt")
    parts = [
        replace(part, **{name: text for name, text in changes.items() if name in part.__slots__})
        for part in (leerling, hulpvraag, school)
    ]
    return Dossier(
        bericht_id=BerichtId("b"),
        tijdstip=datetime(2026, 9, 1, tzinfo=UTC),
        leerling=parts[0],
        hulpvraag=parts[1],
        school=parts[2],
        bijlagen=changes.get("bijlagen", ()),
    )


def a_bijlage(positie: int = 1, naam: str = "verslag.pdf") -> Bijlage:
    sha256 = hashlib.sha256(BIJLAGE).hexdigest()
    return Bijlage(positie=positie, naam=naam, size_bytes=len(BIJLAGE), sha256=sha256)


class Hulpvragen:
    """Puts them into the store."""

    def __init__(self, store: Any, seal: Seal) -> None:
        self.store = store
        self.seal = seal

    def put(self, number: int, dossier: Dossier | None = None, versie: int = 1, **where: Any) -> Delivery:
        """`indexed=False`: as a process of before there was an index does it."""
        plain = (dossier or a_dossier()).content_bytes()
        delivery = self.delivery(
            plain, number, versie, where.get("organisatie", "org"), where.get("swv", "swv")
        )
        kenmerken = kenmerken_of(self.seal, parse_content(plain)) if where.get("indexed", True) else None
        copy_id = InzendingId(f"c{number:015d}{versie:016d}")
        copied = [
            Copied(
                positie=b.positie,
                size_bytes=b.size_bytes,
                sha256=b.sha256,
                object_id=f"{copy_id}/{b.positie}",
            )
            for b in (dossier.bijlagen if dossier else ())
        ]
        assert self.store.do(receive, delivery, copied, copy_id, kenmerken) is None
        return delivery

    def delivery(
        self, plain: bytes, number: int, versie: int, organisatie: str = "org", swv: str = "swv"
    ) -> Delivery:
        event_id = InzendingId(f"{number:016d}{versie:016d}")
        return Delivery(
            event_id=event_id,
            occurred_at=datetime(2026, 9, 1, tzinfo=UTC),
            dossiernummer=Dossiernummer(number),
            versie=versie,
            swv_id=SwvId(swv),
            organisatie_id=OrganisatieId(organisatie),
            brin="32DD",
            inhoud_hash=self.seal.keyed_hash(plain),
            verzegeld=self.seal.seal(plain, event_id),
            bijlagen=(),
        )

    def row(self, number: int) -> Any:
        query = f"SELECT * FROM dossier WHERE dossiernummer = {number}"
        return self.store.do(lambda connection: connection.exec_driver_sql(query).one())

    def account(self, lid: Lid) -> Lid:
        self.store.do(put_account, lid)
        return lid

    def on_tab(self, number: int, kind: str, maker: Lid, key: str = "1") -> None:
        """A row of that kind about the dossier."""
        self.store.do(put_on_tab, number, kind, maker.account_id, key.rjust(32, "0"))


def put_on_tab(connection: Connection, number: int, kind: str, maker: AccountId, key: str) -> None:
    day = datetime(2026, 9, 1, tzinfo=UTC).date()
    row: dict[str, Any] = {f"{kind}_id": key, "dossiernummer": number, "maker_id": maker} | SEALED
    if kind == "overlegronde":
        connection.execute(insert(tabs.overlegronde), row | {"einddatum": day})
    elif kind == "aanpak":
        of = {"behandelaar_id": maker, "soort": "begeleiding", "begindatum": day}
        connection.execute(insert(tabs.aanpak), row | of)
    elif kind == "tlv":
        days = {"afgiftedatum": day, "begindatum": day, "einddatum": day}
        connection.execute(insert(tabs.tlv), row | days | {"categorie": "laag"})
    elif kind == "notitie":
        del row["maker_id"]
        connection.execute(insert(tabs.notitie), row | {"auteur_id": maker})
    else:
        del row["dossiernummer"]
        connection.execute(insert(tabs.vergadering), row | {"swv_id": "swv", "datum": day})
        at = {"vergadering_id": key, "dossiernummer": number}
        connection.execute(insert(tabs.vergadering_hulpvraag), at)


def a_lid(
    name: str = "a", *, organisatie: str | None = "org", swv: str | None = "swv", **rights: tuple[Tab, ...]
) -> Lid:
    """`rights`: by bereik, the tabs that may be changed."""
    rechten = {(Bereik(bereik), tab): Mag.WIJZIGEN for bereik, of in rights.items() for tab in of}
    return Lid(
        account_id=AccountId(name.rjust(32, "0")),
        actor=f"lokaal:{name}",
        gebruikersnaam=name,
        naam=name,
        rol=Rol(rol_id=RolId(f"rol-{name}"), naam=name, type=RolType.REST, rechten=rechten),
        swv_id=None if swv is None else SwvId(swv),
        organisatie_id=None if organisatie is None else OrganisatieId(organisatie),
    )


@pytest.fixture
def hulpvragen(store: Any, seal: Seal) -> Hulpvragen:
    return Hulpvragen(store, seal)


@pytest.fixture(scope="session")
def make_dossier() -> Callable[..., Dossier]:
    return a_dossier


@pytest.fixture(scope="session")
def make_bijlage() -> Callable[..., Bijlage]:
    return a_bijlage


@pytest.fixture(scope="session")
def make_lid() -> Callable[..., Lid]:
    return a_lid
