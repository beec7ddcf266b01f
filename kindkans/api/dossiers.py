"""Dossiers: the list, the search, what there is of one, its versions, and deleting its hulpvraag (FAQ 1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import BackgroundTasks, Query, Response
from sqlalchemy import Connection

from dossier.identifiers import Dossiernummer, OrganisatieId
from kindkans.api.answering import OF_DOSSIER, WITH_BODY, problems, router
from kindkans.api.answers import (
    DossierLijst,
    DossierOverzicht,
    DossierRegel,
    GebeurtenisAnswer,
    LeerlingKort,
    TabRecht,
    VersieAnswer,
    Versies,
    WijzigingAnswer,
)
from kindkans.api.caller import Caller, Wie
from kindkans.api.models import Lijst, Nummer, Zoekvraag
from kindkans.api.problems import ApiError, Beletsel, Probleem, Veldfout
from kindkans.dossiers import hulpvraag, search
from kindkans.dossiers.bijlagen import erase
from kindkans.dossiers.content import Inhoud, read_content
from kindkans.dossiers.deleting import Beletsel as InTheWay
from kindkans.dossiers.deleting import Kind, Obstructed, delete_hulpvraag, obstacles
from kindkans.rights.organisaties import namen_of
from kindkans.rights.words import Systeemrecht, Tab

dossiers = router()
_CONTENT = (Tab.PERSOONSGEGEVENS, Tab.SCHOOLGEGEVENS, Tab.HULPVRAAG, Tab.BIJLAGEN)


@dossiers.get("/dossiers", responses=problems(Probleem.ONGELDIG))
def list_dossiers(wie: Wie, lijst: Annotated[Lijst, Query()]) -> DossierLijst:
    """The dossiers that the account may see, the newest first."""
    cursor = _cursor(lijst.cursor)
    with wie.reading() as connection:
        page = search.list_dossiers(
            connection,
            wie.lid,
            wie.today,
            organisatie_id=OrganisatieId(lijst.organisatie_id) if lijst.organisatie_id else None,
            soort=lijst.soort,
            cursor=cursor,
            size=lijst.aantal,
        )
    return _lijst(wie, page)


@dossiers.post("/dossiers/zoeken", responses=WITH_BODY)
def search_dossiers(wie: Wie, vraag: Zoekvraag) -> DossierLijst:
    """Those of a surname, or the one with this number. A surname finds only whom the account may know."""
    cursor = _cursor(vraag.cursor)
    zoek = search.understand(wie.site.seal, vraag.tekst)
    if zoek is None:
        raise ApiError(Probleem.ONGELDIG, velden=[Veldfout(veld="tekst", melding="Dit is leeg of te kort.")])
    with wie.reading() as connection:
        page = search.list_dossiers(
            connection, wie.lid, wie.today, zoek=zoek, cursor=cursor, size=vraag.aantal
        )
    return _lijst(wie, page)


@dossiers.get("/dossiers/{dossiernummer:int}", responses=OF_DOSSIER)
def get_dossier(wie: Wie, dossiernummer: Nummer) -> DossierOverzicht:
    """Where it is, and which of its tabs the account may see and change."""
    with wie.reading() as connection:
        besluit = wie.besluit(connection, dossiernummer)
        namen = namen_of(connection, [besluit.plaats.organisatie_id])
    organisatie_id = besluit.plaats.organisatie_id
    rights = [(tab, besluit.mag(tab)) for tab in besluit.tabs]
    return DossierOverzicht(
        dossiernummer=dossiernummer,
        organisatie_id=organisatie_id,
        organisatie=namen.get(organisatie_id) or organisatie_id,
        swv_id=besluit.plaats.swv_id,
        tabs=[
            TabRecht(tab=tab, mag=mag, pad=f"/api/dossiers/{dossiernummer}/{tab}")
            for tab, mag in rights
            if mag
        ],
        gronden=list(besluit.gronden),
    )


@dossiers.get("/dossiers/{dossiernummer:int}/versies", responses=OF_DOSSIER)
def list_versies(wie: Wie, dossiernummer: Nummer) -> Versies:
    """The versions of the hulpvraag, and what happened to it: also its moves (FAQ 2)."""
    with wie.writing() as connection:
        besluit = wie.see(connection, dossiernummer, Tab.HULPVRAAG)
        shown = [tab for tab in _CONTENT if besluit.ziet(tab)]
        for tab in shown:
            if tab is not Tab.HULPVRAAG:
                wie.note(connection, dossiernummer, besluit, tab)
        found = hulpvraag.list_versies(connection, dossiernummer)
        history = hulpvraag.history(connection, dossiernummer)
    contents = [read_content(wie.site.seal, one) for one in found]
    return Versies(
        versies=[
            VersieAnswer(
                versie=one.versie,
                ontvangen=one.ontvangen,
                huidig=one.is_huidig,
                wijzigingen=_changes(before, after, shown),
            )
            for one, before, after in zip(found, [None, *contents], contents, strict=False)
        ],
        geschiedenis=[
            GebeurtenisAnswer(
                soort=one.soort, moment=one.at, versie=one.versie, van=one.van_naam, naar=one.naar_naam
            )
            for one in history
        ],
    )


@dossiers.get("/dossiers/{dossiernummer:int}/beletsels", responses=OF_DOSSIER)
def list_beletsels(wie: Wie, dossiernummer: Nummer) -> list[Beletsel]:
    """What must go before the hulpvraag can be deleted; empty: it can be."""
    with wie.writing() as connection:  # what may be deleted is held
        _may_delete(wie, connection, dossiernummer)
        return in_the_way(dossiernummer, obstacles(connection, wie.lid, dossiernummer))


@dossiers.delete(
    "/dossiers/{dossiernummer:int}",
    status_code=204,
    response_class=Response,
    responses=OF_DOSSIER | problems(Probleem.BELETSELS),
)
def delete_dossier(wie: Wie, dossiernummer: Nummer, afterwards: BackgroundTasks) -> None:
    """Deletes the hulpvraag; 409 while something hangs on it."""
    with wie.writing() as connection:
        _may_delete(wie, connection, dossiernummer)
        try:
            gone = delete_hulpvraag(connection, wie.lid, dossiernummer)
        except Obstructed as error:
            found = in_the_way(dossiernummer, error.obstacles)
            raise ApiError(Probleem.BELETSELS, beletsels=found) from None
    afterwards.add_task(erase, wie.site.objects, gone)


def in_the_way(number: Dossiernummer, found: list[InTheWay]) -> list[Beletsel]:
    return [
        Beletsel(soort=one.kind, id=one.id, pagina=one.path, pad=_path(number, one.kind, one.id))
        for one in found
    ]


def _path(number: Dossiernummer, kind: Kind, its_id: str) -> str:
    if kind is Kind.NOTITIE:
        return f"/api/notities/{its_id}"
    tab = "bijlagen" if kind is Kind.BIJLAGE else kind.value
    return f"/api/dossiers/{number}/{tab}/{its_id}"


def _may_delete(wie: Caller, connection: Connection, number: Dossiernummer) -> None:
    wie.change(connection, number, Tab.HULPVRAAG)
    wie.need(Systeemrecht.VERWIJDEREN)


def _cursor(text: str | None) -> search.Cursor | None:
    if text is None:
        return None
    cursor = search.parse_cursor(text)
    if cursor is None:
        raise ApiError(
            Probleem.ONGELDIG, velden=[Veldfout(veld="cursor", melding="Deze bladzijde is er niet.")]
        )
    return cursor


def _changes(before: Inhoud | None, after: Inhoud | None, tabs: list[Tab]) -> list[WijzigingAnswer]:
    if before is None or after is None:
        return []
    return [
        WijzigingAnswer(tab=one.tab, veld=one.veld, oud=one.oud, nieuw=one.nieuw)
        for one in hulpvraag.changes(before, after, tabs)
    ]


def _lijst(wie: Caller, page: search.Page) -> DossierLijst:
    return DossierLijst(
        dossiers=[_regel(wie, row) for row in page.rows],
        volgende=page.next_cursor,
        vorige=page.previous_cursor,
    )


def _regel(wie: Caller, row: search.Gevonden) -> DossierRegel:
    opened = search.open_row(wie.site.seal, row)
    leerling = opened.leerling
    naam = (leerling.voornamen, leerling.tussenvoegsel, leerling.achternaam) if leerling else ()
    return DossierRegel(
        dossiernummer=row.dossiernummer,
        organisatie_id=row.organisatie_id,
        organisatie=row.organisatie,
        swv_id=row.swv_id,
        soort=row.soort,
        ontvangen=row.ontvangen,
        versie=row.versie,
        titel=opened.hulpvraag.titel if opened.hulpvraag else None,
        leerling=LeerlingKort(
            naam=" ".join(part for part in naam if part), geboortedatum=leerling.geboortedatum
        )
        if leerling
        else None,
    )
