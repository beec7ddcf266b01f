"""A whole core store with something in it, before its JSON API: real database, seal and storage."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import Engine, insert, select

from database.engine import open_engine, reading, writing
from database.people_schema import account, audit
from dossier.delivery import Delivery
from dossier.dossier import Bijlage, Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.identifiers import BerichtId, Dossiernummer, HulpvraagId, InzendingId, OrganisatieId, SwvId
from dossier.timestamps import day_in_amsterdam, utc_now
from kindkans.app import kindkans_app
from kindkans.copying import Copied
from kindkans.dossiers.content import parse_content
from kindkans.dossiers.indexing import kenmerken_of
from kindkans.pages.sites import DossierSite
from kindkans.rights import api_keys
from kindkans.rights.statements import read_lid
from kindkans.rights.words import AccountId, Lid
from kindkans.rights_schema import lid as lid_table
from kindkans.statements import receive
from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.seal import Seal
from web.app import Observer
from web.login import Login

T = TypeVar("T")
ADDRESS = "http://kindkans.test"
BESTAND = b"%PDF-1.4 een verslag over een kind\n" * 100
ACHTERNAAM = "Zonnebloem"


class Failures:
    """The observer: what failed by our own fault."""

    def __init__(self) -> None:
        self.found: list[tuple[str, BaseException]] = []

    def failed(self, reference: str, path: str, error: BaseException) -> None:
        self.found.append((path, error))


class StoreWorld:
    """`o1` and `o2` are of SWV s1, `o3` is of s2."""

    def __init__(self, url: str, folder: Path, observer: Observer | None = None) -> None:
        self.engine = open_engine(url)
        self.seal = Seal(Keyring.generate())
        self.objects = LocalObjects(folder / "bijlagen", self.seal)
        self.failures = Failures()
        self.clock = utc_now
        self.site = DossierSite(
            engine=self.engine,
            seal=self.seal,
            login=Login(self.engine, self.seal),
            objects=self.objects,
            address=ADDRESS,
            now=lambda: self.clock(),
        )
        self.app = kindkans_app(self.site, observer or self.failures)

    @property
    def today(self) -> date:
        return day_in_amsterdam(self.clock())

    def after(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()

    def do(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        with writing(self.engine) as connection:
            return work(connection, *args, **named)

    def key(
        self,
        name: str,
        rol: str,
        *,
        swv: str | None = None,
        organisatie: str | None = None,
        externe_rol: str | None = None,
    ) -> str:
        """Of a new account; its id is its name."""
        where = {"swv": swv, "organisatie": organisatie, "externe_rol": externe_rol}
        return account_with_key(self.engine, name, rol, **where)

    def lid(self, name: str) -> Lid:
        with reading(self.engine) as connection:
            found = read_lid(connection, AccountId(name))
        assert found is not None
        return found

    def put(self, number: int, organisatie: str = "o1", swv: str = "s1", **more: Any) -> None:
        """A hulpvraag with a bijlage (`files=0`: without), as the role of the store receives one."""
        versie, files = more.pop("versie", 1), more.pop("files", 1)
        event_id = InzendingId(f"{number:016d}{versie:016d}")
        copied = [self._copy(event_id, positie) for positie in range(1, files + 1)]
        plain = a_dossier(number, files, **more).content_bytes()
        delivery = Delivery(
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
        kenmerken = kenmerken_of(self.seal, parse_content(plain))
        assert self.do(receive, delivery, copied, event_id, kenmerken) is None

    def client(self, key: str = "") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers)

    def audit(self) -> list[tuple[str, str, str, str]]:
        query = select(audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(query.order_by(audit.c.audit_id))]

    def close(self) -> None:
        self.engine.dispose()
        assert not self.failures.found, self.failures.found

    def _copy(self, event_id: InzendingId, positie: int) -> Copied:
        async def write() -> str:
            writer = self.objects.create(event_id, positie)
            await writer.write(BESTAND)
            return await writer.finish()

        return Copied(
            positie=positie,
            size_bytes=len(BESTAND),
            sha256=hashlib.sha256(BESTAND).hexdigest(),
            object_id=_run(write),
        )


def account_with_key(
    engine: Engine,
    name: str,
    rol: str,
    *,
    swv: str | None = None,
    organisatie: str | None = None,
    externe_rol: str | None = None,
) -> str:
    """The key of a new account, whose id is its name."""
    with writing(engine) as connection:
        connection.execute(insert(account), _account_row(name, rol, swv))
        row = {"account_id": name, "organisatie_id": organisatie, "externe_rol_id": externe_rol}
        connection.execute(insert(lid_table), row)
        found = read_lid(connection, name)
        assert found is not None
        return api_keys.new_key(connection, found, found.account_id, "test")


def a_dossier(number: int, files: int = 0, **texts: str) -> Dossier:
    sha256 = hashlib.sha256(BESTAND).hexdigest()
    return Dossier(
        bericht_id=BerichtId("b"),
        tijdstip=datetime(2026, 9, 1, tzinfo=UTC),
        school=School(brin="32DD", naam="De Es", plaats="Hasselt"),
        leerling=Leerling(
            leerling_id=f"l-{number}",
            voornamen=texts.get("voornamen", "Quirijn"),
            tussenvoegsel="van der",
            achternaam=texts.get("achternaam", ACHTERNAAM),
            geboortedatum="2015-03-09",
        ),
        hulpvraag=Hulpvraag(
            hulpvraag_id=HulpvraagId(f"hv-{number}"),
            soort=texts.get("soort", "adviesvraag"),
            titel=texts.get("titel", "Rekenen"),
            omschrijving="Rekenen lukt niet.",
            hulpvraagdatum="2026-09-01",
            indiener=Indiener(naam="J. de Vries", functie="ib'er", email="j@example.invalid"),
            toestemming_ouders=True,
        ),
        bijlagen=tuple(
            Bijlage(positie=p, naam=f"verslag {p}.pdf", size_bytes=len(BESTAND), sha256=sha256)
            for p in range(1, files + 1)
        ),
    )


def _run(work: Callable[[], Any]) -> Any:
    """In a loop and a thread of its own: a test may have a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def _account_row(name: str, rol: str, swv: str | None) -> dict[str, Any]:
    return {
        "account_id": name,
        "gebruikersnaam": name,
        "naam": name.capitalize(),
        "rol": rol,
        "swv_id": swv,
        "status": "actief",
        "secret_hash": "",
        "totp_key_id": "k",
        "totp_nonce": name.encode(),
        "totp_ciphertext": b"c",
        "totp_step": 0,
        "created_ms": 1,
        "changed_ms": 1,
    }
