"""A core store with its site: dossiers received by the real statements, people with the roles of the
migration, bijlagen sealed on disk, and a day that the test sets."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import insert

from database.accounts import ACTIEF, AccountRow, Credentials, add_account
from database.audit import AuditRow, list_audit
from database.engine import open_engine, reading, writing
from dossier.correction import Correction, Place
from dossier.delivery import Delivery
from dossier.dossier import Bijlage, Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.identifiers import (
    BerichtId,
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    OrganisatieId,
    SwvId,
    new_inzending_id,
)
from kindkans.copying import Copied
from kindkans.dossiers.content import parse_content
from kindkans.dossiers.indexing import kenmerken_of
from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.pages.sites import DossierSite
from kindkans.rights.statements import read_lid
from kindkans.rights.words import Lid
from kindkans.rights_schema import lid as lid_table
from kindkans.rights_schema import rol as rol_table
from kindkans.statements import apply_correction, receive
from storage.objects import LocalObjects
from storage.seal import Seal
from web import totp
from web.login import Login

ADDRESS = "http://dossiers.test"
TODAY = date(2026, 11, 27)
T = TypeVar("T")


def a_dossier(**changes: Any) -> Dossier:
    """`changes` are of the leerling, the hulpvraag or the school, by the name of the field."""
    parts = (
        Leerling(
            leerling_id="l-1",
            voornamen="Quirijn",
            tussenvoegsel="van der",
            achternaam="Zonnebloem",
            geboortedatum="2015-03-09",
            geslacht="man",
            groep="6",
        ),
        Hulpvraag(
            hulpvraag_id=HulpvraagId("hv-1"),
            soort="adviesvraag",
            titel="Rekenen",
            omschrijving="Rekenen lukt niet.",
            hulpvraagdatum="2026-09-01",
            indiener=Indiener(naam="J. de Vries", functie="ib'er", email="j@example.invalid"),
            toestemming_ouders=True,
        ),
        School(brin="32DD", naam="De Es", plaats="Hasselt"),
    )
    leerling, hulpvraag, school = (
        replace(part, **{name: text for name, text in changes.items() if name in part.__slots__})
        for part in parts
    )
    return Dossier(
        bericht_id=BerichtId("b"),
        tijdstip=datetime(2026, 9, 1, tzinfo=UTC),
        leerling=leerling,
        hulpvraag=hulpvraag,
        school=school,
    )


class Shop:
    """One transaction per call. `today` is the day for the pages."""

    def __init__(self, url: str, seal: Seal, folder: Path) -> None:
        self.engine = open_engine(url)
        self.seal = seal
        self.objects = LocalObjects(folder, seal)
        self.now = datetime(TODAY.year, TODAY.month, TODAY.day, 11, tzinfo=UTC)
        self.site = DossierSite(
            engine=self.engine,
            seal=seal,
            address=ADDRESS,
            login=Login(self.engine, seal),
            objects=self.objects,
            now=lambda: self.now,
        )

    def do(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        with writing(self.engine) as connection:
            return work(connection, *args, **named)

    def write(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        """With the seal, for what writes in a tab."""
        return self.do(work, self.seal, *args, **named)

    def read(self, work: Callable[..., T], *args: Any) -> T:
        with reading(self.engine) as connection:
            return work(connection, *args)

    def on(self, day: date) -> None:
        self.now = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)

    def lid(
        self,
        naam: str,
        rol: str,
        *,
        swv: str | None = "swv-a",
        organisatie: str | None = None,
        externe_rol: str | None = None,
    ) -> Lid:
        account_id = naam.ljust(32, "0")
        row = AccountRow(
            account_id=account_id,
            gebruikersnaam=naam,
            naam=f"{naam.title()} Achternaam",
            rol=rol,
            swv_id=SwvId(swv) if swv else None,
            status=ACTIEF,
            created_ms=0,
            changed_ms=0,
        )
        sealed = totp.seal_key(self.seal, totp.new_key(), account_id)
        of = {"account_id": account_id, "organisatie_id": organisatie, "externe_rol_id": externe_rol}
        if organisatie is not None and swv is not None:
            self.do(ensure_organisatie, OrganisatieId(organisatie), SwvId(swv))
        self.do(add_account, row, Credentials(secret_hash="h", totp=sealed, totp_step=0))
        self.do(lambda connection: connection.execute(insert(lid_table), of))
        found = self.read(read_lid, account_id)
        assert found is not None
        return found

    def rol_without_rights(self) -> str:
        row = {"rol_id": "zonder", "naam": "Zonder rechten", "type": "Rest"}
        self.do(lambda connection: connection.execute(insert(rol_table), row))
        return "zonder"

    def put(
        self,
        number: int,
        dossier: Dossier | None = None,
        *,
        versie: int = 1,
        organisatie: str = "es",
        swv: str = "swv-a",
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Dossiernummer:
        """As the role receives it. `files`: names and contents of its bijlagen."""
        bijlagen = tuple(
            Bijlage(
                positie=at,
                naam=naam,
                size_bytes=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                mediatype="application/pdf",
            )
            for at, (naam, content) in enumerate(files, start=1)
        )
        made = replace(dossier or a_dossier(), bijlagen=bijlagen)
        plain = made.content_bytes()
        event_id, copy_id = InzendingId(f"{number:016d}{versie:016d}"), new_inzending_id()
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
        copied = [self._stored(copy_id, b, content) for b, (_, content) in zip(bijlagen, files, strict=True)]
        kenmerken = kenmerken_of(self.seal, parse_content(plain))
        assert self.do(receive, delivery, copied, copy_id, kenmerken) is None
        return Dossiernummer(number)

    def move(self, number: int, versie: int, van: str, naar: str, *, swv: str = "swv-a") -> None:
        correction = Correction(
            event_id=new_inzending_id(),
            occurred_at=datetime(2026, 10, 1, tzinfo=UTC),
            dossiernummer=Dossiernummer(number),
            versie=versie,
            van=Place(swv_id=SwvId("swv-a"), organisatie_id=OrganisatieId(van)),
            naar=Place(swv_id=SwvId(swv), organisatie_id=OrganisatieId(naar)),
        )
        assert self.do(apply_correction, correction) is None

    def _stored(self, copy_id: InzendingId, bijlage: Bijlage, content: bytes) -> Copied:
        async def write() -> str:
            writer = self.objects.create(copy_id, bijlage.positie)
            await writer.write(content)
            return await writer.finish()

        # Not in the loop of the test: a test puts before it awaits.
        object_id = _in_a_loop(write())
        return Copied(
            positie=bijlage.positie,
            size_bytes=bijlage.size_bytes,
            sha256=bijlage.sha256,
            object_id=object_id,
        )

    def audit(self) -> list[AuditRow]:
        """The oldest first."""
        return self.read(list_audit, 1000)[::-1]

    def audited(self, action: str) -> list[tuple[str, str, str]]:
        return [(row.actor, row.subject, row.detail) for row in self.audit() if row.action == action]

    def stored(self, folder: Path) -> list[Path]:
        """The files of the bijlagen."""
        return sorted(path for path in folder.rglob("*") if path.is_file())


def _in_a_loop(work: Any) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def plain(page: str) -> str:
    """As it reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def links(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'href="([^"]+)"', page)]


def forms(page: str) -> dict[str, dict[str, str]]:
    """Of each form in the page, by its action, the hidden fields."""
    found = {}
    for form in re.findall(r"<form.*?</form>", main_of(page), re.S):
        action = re.search(r'action="([^"]*)"', form)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        found[action[1] if action else ""] = {name: html.unescape(value) for name, value in hidden}
    return found
