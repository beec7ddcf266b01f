"""The versions of a hulpvraag, what differs between two of them, and what happened to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from dossier.dossier import Bijlage
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId
from dossier.timestamps import from_ms
from kindkans.dossiers.content import Inhoud
from kindkans.rights.words import Tab
from kindkans.schema import dossier, verplaatsing, versie
from kindkans.tabs_schema import organisatie


@dataclass(frozen=True, slots=True, kw_only=True)
class Versie:
    """One version with its sealed content: to be given to content.read_content."""

    dossiernummer: Dossiernummer
    versie: int
    ontvangen: datetime
    is_huidig: bool
    gewist: datetime | None  # its content was erased, for the hulpvraag was deleted
    event_id: InzendingId
    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wijziging:
    """A field that differs. Of a bijlage `veld` is "bijlage 2", and its text its name."""

    tab: Tab
    veld: str
    oud: str
    nieuw: str


class Soort(StrEnum):
    ONTVANGEN = "ontvangen"
    VERPLAATST = "verplaatst"
    VERWIJDERD = "verwijderd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gebeurtenis:
    """One line of the geschiedenis: a version that came, a move (FAQ 2), or the deletion (FAQ 1)."""

    soort: Soort
    at: datetime
    versie: int  # of a deletion the highest that it erased
    van: OrganisatieId | None = None  # of a move; the names beside them
    van_naam: str = ""
    naar: OrganisatieId | None = None
    naar_naam: str = ""


_VERSIES = (
    select(versie, (versie.c.versie == dossier.c.huidige_versie).label("is_huidig"))
    .join(dossier, dossier.c.dossiernummer == versie.c.dossiernummer)
    .where(versie.c.dossiernummer == bindparam("nummer"), dossier.c.verwijderd_ms.is_(None))
    .order_by(versie.c.versie)
)
_HUIDIGE = _VERSIES.where(versie.c.versie == dossier.c.huidige_versie)
_ONE = _VERSIES.where(versie.c.versie == bindparam("of_versie"))
_RECEIVED: Select[Any] = select(versie.c.versie, versie.c.received_ms, versie.c.gewist_ms).where(
    versie.c.dossiernummer == bindparam("nummer")
)
_VAN, _NAAR = organisatie.alias("van"), organisatie.alias("naar")
_MOVES = (
    select(verplaatsing, _VAN.c.naam.label("van_naam"), _NAAR.c.naam.label("naar_naam"))
    .outerjoin(_VAN, _VAN.c.organisatie_id == verplaatsing.c.van_organisatie_id)
    .outerjoin(_NAAR, _NAAR.c.organisatie_id == verplaatsing.c.naar_organisatie_id)
    .where(verplaatsing.c.dossiernummer == bindparam("nummer"))
)


def current_versie(connection: Connection, number: Dossiernummer) -> Versie | None:
    """None: there is no such dossier, or it is deleted."""
    row = connection.execute(_HUIDIGE, {"nummer": number}).one_or_none()
    return None if row is None else _versie(row)


def find_versie(connection: Connection, number: Dossiernummer, of_versie: int) -> Versie | None:
    row = connection.execute(_ONE, {"nummer": number, "of_versie": of_versie}).one_or_none()
    return None if row is None else _versie(row)


def list_versies(connection: Connection, number: Dossiernummer) -> list[Versie]:
    """The oldest first. Empty: there is no such dossier, or it is deleted."""
    return [_versie(row) for row in connection.execute(_VERSIES, {"nummer": number})]


def changes(oud: Inhoud, nieuw: Inhoud, tabs: Collection[Tab]) -> list[Wijziging]:
    """What differs, of those tabs only: the others are not even named."""
    before, after = dict(fields(oud)), dict(fields(nieuw))
    return [
        Wijziging(tab=tab, veld=veld, oud=before.get((tab, veld), ""), nieuw=after.get((tab, veld), ""))
        for tab, veld in dict.fromkeys((*before, *after))
        if tab in tabs and before.get((tab, veld)) != after.get((tab, veld))
    ]


def fields(inhoud: Inhoud) -> list[tuple[tuple[Tab, str], str]]:
    """Every field with its text, in the order of the page."""
    of_hulpvraag = inhoud.hulpvraag
    parts: tuple[tuple[Tab, str, Any, tuple[str, ...]], ...] = (
        (Tab.PERSOONSGEGEVENS, "", inhoud.leerling, inhoud.leerling.__slots__),
        (Tab.SCHOOLGEGEVENS, "", inhoud.school, inhoud.school.__slots__),
        (Tab.HULPVRAAG, "", of_hulpvraag, _OF_HULPVRAAG),
        (Tab.HULPVRAAG, "indiener ", of_hulpvraag.indiener, of_hulpvraag.indiener.__slots__),
    )
    found = [
        ((tab, prefix + name), getattr(part, name)) for tab, prefix, part, names in parts for name in names
    ]
    consent = "ja" if of_hulpvraag.toestemming_ouders else "nee"
    found.append(((Tab.HULPVRAAG, "toestemming ouders"), consent))
    return found + [((Tab.BIJLAGEN, f"bijlage {one.positie}"), _named(one)) for one in inhoud.bijlagen]


_OF_HULPVRAAG = ("soort", "titel", "omschrijving", "hulpvraagdatum")


def _named(bijlage: Bijlage) -> str:
    """With the start of its hash: another file under the same name is a change too."""
    text = f"{bijlage.naam} ({bijlage.omschrijving})" if bijlage.omschrijving else bijlage.naam
    return f"{text} [{bijlage.sha256[:8]}]"


def history(connection: Connection, number: Dossiernummer) -> list[Gebeurtenis]:
    """In the order in which it happened. Also of what is deleted; who may see that is the caller's matter."""
    key = {"nummer": number}
    received = connection.execute(_RECEIVED, key).all()
    found = [
        Gebeurtenis(soort=Soort.ONTVANGEN, at=from_ms(row.received_ms), versie=row.versie) for row in received
    ]
    found += [_move(row) for row in connection.execute(_MOVES, key)]
    found += [
        Gebeurtenis(soort=Soort.VERWIJDERD, at=from_ms(at), versie=highest)
        for at, highest in _deletions(received).items()
    ]
    return sorted(found, key=lambda one: (one.at, one.versie, one.soort is Soort.VERWIJDERD))


def _deletions(received: Sequence[Row[Any]]) -> dict[int, int]:
    """All that was erased at one moment was one deletion; what came after it brought the dossier back."""
    highest: dict[int, int] = {}
    for row in received:
        if row.gewist_ms is not None:
            highest[row.gewist_ms] = max(row.versie, highest.get(row.gewist_ms, 0))
    return highest


def _move(row: Row[Any]) -> Gebeurtenis:
    return Gebeurtenis(
        soort=Soort.VERPLAATST,
        at=from_ms(row.moved_ms),
        versie=row.versie,
        van=OrganisatieId(row.van_organisatie_id),
        van_naam=row.van_naam or row.van_organisatie_id,
        naar=OrganisatieId(row.naar_organisatie_id),
        naar_naam=row.naar_naam or row.naar_organisatie_id,
    )


def _versie(row: Row[Any]) -> Versie:
    return Versie(
        dossiernummer=Dossiernummer(row.dossiernummer),
        versie=row.versie,
        ontvangen=from_ms(row.received_ms),
        is_huidig=bool(row.is_huidig),
        gewist=None if row.gewist_ms is None else from_ms(row.gewist_ms),
        event_id=InzendingId(row.event_id),
        key_id=row.key_id,
        nonce=bytes(row.nonce),
        ciphertext=bytes(row.ciphertext),
    )
