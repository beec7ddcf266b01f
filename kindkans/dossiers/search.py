"""The list of dossiers and the search in it: those that an account may see, the newest first.

What is visible is said by rights.statements.visible alone. Beside it each query is told where to look: at
the organisatie, the SWV, the invitations of the account. That only narrows, and is what an index serves; the
three ways are walked one by one, each for no more rows than a page has, for of an OR of them no index serves
the order. Dossiernummers are given in order, so the newest is the highest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, true, union

from dossier.dossier import Hulpvraag, Leerling
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from dossier.timestamps import from_ms
from kindkans.dossiers.content import Opener, UnreadableContent, read_content
from kindkans.dossiers.search_text import Cursor, Zoek, parse_cursor, understand
from kindkans.rights.statements import visible
from kindkans.rights.words import Bereik, Lid, Tab
from kindkans.schema import dossier, versie
from kindkans.tabs_schema import (
    aanpak,
    organisatie,
    overlegronde,
    overlegronde_deelnemer,
    vergadering_genodigde,
    vergadering_hulpvraag,
)

__all__ = [
    "Cursor",
    "Gevonden",
    "Page",
    "Zoek",
    "list_dossiers",
    "open_row",
    "parse_cursor",
    "read_rows",
    "seen_of",
    "understand",
]

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Gevonden:
    """One row of the list. Whose it is, is behind the seal, and only for who may know (`names_of`)."""

    dossiernummer: Dossiernummer
    swv_id: SwvId
    organisatie_id: OrganisatieId
    organisatie: str  # its name
    soort: str | None  # None: not indexed yet, or not to be read
    ontvangen: datetime
    versie: int  # the current one
    mag_naam: bool  # its persoonsgegevens are visible
    event_id: InzendingId
    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    rows: tuple[Gevonden, ...]
    next_cursor: str | None  # None: this is the last
    previous_cursor: str | None  # None: this is the first


def list_dossiers(
    connection: Connection,
    lid: Lid,
    today: date,
    *,
    zoek: Zoek | None = None,
    organisatie_id: OrganisatieId | None = None,
    soort: str | None = None,
    cursor: Cursor | None = None,
    size: int = PAGE,
) -> Page:
    """The page after (or before) the cursor's row; without one, the first.

    A surname finds only those of which the account may see whose they are.
    """
    backwards = cursor is not None and cursor.backwards
    conditions = [visible(lid, Tab.HULPVRAAG, today)]
    if zoek is not None and zoek.naam_hashes:
        conditions.append(visible(lid, Tab.PERSOONSGEGEVENS, today))
    if soort is not None:
        conditions.append(dossier.c.soort == soort)
    if organisatie_id is not None:
        conditions.append(dossier.c.organisatie_id == organisatie_id)
    if cursor is not None:
        conditions.append(_beyond(cursor))
    numbers: set[int] = set()
    for way in _ways(lid, zoek, organisatie_id):
        query = select(dossier.c.dossiernummer).where(way, *conditions)
        order = dossier.c.dossiernummer if backwards else dossier.c.dossiernummer.desc()
        numbers.update(connection.execute(query.order_by(order).limit(size + 1)).scalars())
    found = sorted(numbers, reverse=not backwards)
    more, found = len(found) > size, sorted(found[:size], reverse=True)
    return _page(read_rows(connection, lid, today, found), more=more, cursor=cursor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Geopend:
    """What may be shown of a row. None: not to this account, or it can not be read."""

    leerling: Leerling | None
    hulpvraag: Hulpvraag | None


def open_row(seal: Opener, row: Gevonden) -> Geopend:
    """Raises Unavailable("storage") for a key that we do not have."""
    try:
        inhoud = read_content(seal, row)
    except UnreadableContent:
        inhoud = None
    if inhoud is None:
        return Geopend(leerling=None, hulpvraag=None)
    return Geopend(leerling=inhoud.leerling if row.mag_naam else None, hulpvraag=inhoud.hulpvraag)


def _ways(lid: Lid, zoek: Zoek | None, organisatie_id: OrganisatieId | None) -> list[ColumnElement[bool]]:
    """Where to look; each is served by an index. What is in none of them is not visible either."""
    if zoek is not None and zoek.dossiernummer is not None:
        return [dossier.c.dossiernummer == zoek.dossiernummer]
    if zoek is not None:
        return [dossier.c.naam_hash.in_(zoek.naam_hashes)]
    if organisatie_id is not None:
        return [dossier.c.organisatie_id == organisatie_id]
    ways: list[ColumnElement[bool]] = [dossier.c.dossiernummer.in_(_invited(lid))]
    if lid.rol.geeft(Bereik.SWV, Tab.HULPVRAAG):
        if lid.of_every_swv:
            return [true()]
        if lid.swv_id is not None:
            ways.append(dossier.c.swv_id == lid.swv_id)
    if lid.organisatie_id is not None and lid.rol.geeft(Bereik.EIGEN, Tab.HULPVRAAG):
        ways.append(dossier.c.organisatie_id == lid.organisatie_id)
    return ways


def _invited(lid: Lid) -> Any:
    """All that it was ever invited to: what is over is not visible."""
    return union(
        select(overlegronde.c.dossiernummer)
        .join(
            overlegronde_deelnemer,
            overlegronde_deelnemer.c.overlegronde_id == overlegronde.c.overlegronde_id,
        )
        .where(overlegronde_deelnemer.c.account_id == lid.account_id),
        select(vergadering_hulpvraag.c.dossiernummer)
        .join(
            vergadering_genodigde,
            vergadering_genodigde.c.vergadering_id == vergadering_hulpvraag.c.vergadering_id,
        )
        .where(vergadering_genodigde.c.account_id == lid.account_id),
        select(aanpak.c.dossiernummer).where(aanpak.c.behandelaar_id == lid.account_id),
    ).scalar_subquery()


def _beyond(cursor: Cursor) -> ColumnElement[bool]:
    if cursor.backwards:
        return dossier.c.dossiernummer > cursor.dossiernummer
    return dossier.c.dossiernummer < cursor.dossiernummer


def seen_of(
    connection: Connection, lid: Lid, today: date, numbers: Iterable[Dossiernummer]
) -> set[Dossiernummer]:
    """Those of them that the list would show to this account."""
    among = dossier.c.dossiernummer.in_(sorted(set(numbers)))
    query = select(dossier.c.dossiernummer).where(among, visible(lid, Tab.HULPVRAAG, today))
    return {Dossiernummer(number) for number in connection.execute(query).scalars()}


def read_rows(connection: Connection, lid: Lid, today: date, numbers: Sequence[int]) -> tuple[Gevonden, ...]:
    """The newest first. Of numbers that the caller has found visible: only the name is decided here."""
    of_row = (versie.c.dossiernummer == dossier.c.dossiernummer) & (
        versie.c.versie == dossier.c.huidige_versie
    )
    query = (
        select(
            dossier,
            func.coalesce(organisatie.c.naam, dossier.c.organisatie_id).label("organisatie"),
            visible(lid, Tab.PERSOONSGEGEVENS, today).label("mag_naam"),
            versie.c.event_id,
            versie.c.key_id,
            versie.c.nonce,
            versie.c.ciphertext,
            func.coalesce(dossier.c.ontvangen_ms, versie.c.received_ms).label("at_ms"),
        )
        .join(versie, and_(of_row))
        .outerjoin(organisatie, organisatie.c.organisatie_id == dossier.c.organisatie_id)
        .where(dossier.c.dossiernummer.in_(numbers))
        .order_by(dossier.c.dossiernummer.desc())
    )
    return tuple(_found(row) for row in connection.execute(query)) if numbers else ()


def _found(row: Row[Any]) -> Gevonden:
    return Gevonden(
        dossiernummer=Dossiernummer(row.dossiernummer),
        swv_id=SwvId(row.swv_id),
        organisatie_id=OrganisatieId(row.organisatie_id),
        organisatie=row.organisatie,
        soort=row.soort,
        ontvangen=from_ms(row.at_ms),
        versie=row.huidige_versie,
        mag_naam=bool(row.mag_naam),
        event_id=InzendingId(row.event_id),
        key_id=row.key_id,
        nonce=bytes(row.nonce),
        ciphertext=bytes(row.ciphertext),
    )


def _page(rows: tuple[Gevonden, ...], *, more: bool, cursor: Cursor | None) -> Page:
    if not rows:
        return Page(rows=(), next_cursor=None, previous_cursor=None)
    backwards = cursor is not None and cursor.backwards
    has_next, has_previous = (True, more) if backwards else (more, cursor is not None)
    edge: Callable[[int, bool], str] = lambda at, back: str(  # noqa: E731
        Cursor(dossiernummer=rows[at].dossiernummer, backwards=back)
    )
    return Page(
        rows=rows,
        next_cursor=edge(-1, False) if has_next else None,
        previous_cursor=edge(0, True) if has_previous else None,
    )
