"""The tabs that people fill in: overlegronden, vergaderingen, aanpakken and TLVs.

What is wrong with a field is said by the statements (Refused), and answered per field.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from database.accounts import find_account
from kindkans.api.answering import OF_DOSSIER, WITH_BODY, made, router
from kindkans.api.answers import (
    AanpakAnswer,
    Gemaakt,
    OverlegrondeAnswer,
    TlvAnswer,
    VergaderingAnswer,
)
from kindkans.api.caller import Wie
from kindkans.api.models import (
    Einddatum,
    NieuweAanpak,
    NieuweOverlegronde,
    NieuweTlv,
    Nummer,
    OpAgenda,
    RijId,
)
from kindkans.dossiers import aanpakken, overlegronden, tlvs, vergaderingen
from kindkans.rights.namen import gebruikersnamen_of
from kindkans.rights.words import AccountId, Tab

written = router()
_WRITING = OF_DOSSIER | WITH_BODY


@written.get("/dossiers/{dossiernummer:int}/overlegronde", responses=OF_DOSSIER)
def get_overlegronden(wie: Wie, dossiernummer: Nummer) -> list[OverlegrondeAnswer]:
    """The oldest first."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.OVERLEGRONDE)
        found = overlegronden.overlegronden_of(connection, wie.site.seal, dossiernummer)
        names = gebruikersnamen_of(
            connection, [name for one in found for name in (one.maker_id, *one.deelnemers)]
        )
    return [
        OverlegrondeAnswer(
            overlegronde_id=one.overlegronde_id,
            onderwerp=one.onderwerp,
            verslag=one.verslag,
            einddatum=one.einddatum,
            maker=names[one.maker_id],
            deelnemers=[names[account_id] for account_id in one.deelnemers],
            gewijzigd=one.moments.changed_at,
        )
        for one in found
    ]


@written.post(
    "/dossiers/{dossiernummer:int}/overlegronde", status_code=201, response_model=Gemaakt, responses=_WRITING
)
def add_overlegronde(wie: Wie, dossiernummer: Nummer, nieuw: NieuweOverlegronde) -> JSONResponse:
    """Invites its deelnemers, up to and including the einddatum."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.OVERLEGRONDE)
        new = overlegronden.add_overlegronde(
            connection,
            wie.site.seal,
            wie.lid,
            dossiernummer,
            onderwerp=nieuw.onderwerp,
            verslag=nieuw.verslag,
            einddatum=nieuw.einddatum,
            deelnemers=_accounts(connection, nieuw.deelnemers),
        )
    return made(new, f"/api/dossiers/{dossiernummer}/overlegronde/{new}")


@written.put(
    "/dossiers/{dossiernummer:int}/overlegronde/{rij_id}/einddatum",
    status_code=204,
    response_class=Response,
    responses=_WRITING,
)
def move_overlegronde(wie: Wie, dossiernummer: Nummer, rij_id: RijId, nieuw: Einddatum) -> None:
    """Only by who made it (FAQ 7)."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.OVERLEGRONDE)
        its_id = overlegronden.OverlegrondeId(rij_id)
        overlegronden.move_einddatum(connection, wie.lid, dossiernummer, its_id, nieuw.einddatum)


@written.delete(
    "/dossiers/{dossiernummer:int}/overlegronde/{rij_id}",
    status_code=204,
    response_class=Response,
    responses=OF_DOSSIER,
)
def delete_overlegronde(wie: Wie, dossiernummer: Nummer, rij_id: RijId) -> None:
    """With its invitations."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.OVERLEGRONDE)
        its_id = overlegronden.OverlegrondeId(rij_id)
        overlegronden.remove_overlegronde(connection, wie.lid, dossiernummer, its_id)


@written.get("/dossiers/{dossiernummer:int}/vergadering", responses=OF_DOSSIER)
def get_vergaderingen(wie: Wie, dossiernummer: Nummer) -> list[VergaderingAnswer]:
    """Those with this hulpvraag on the agenda, in order of datum."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.VERGADERING)
        found = vergaderingen.vergaderingen_of(connection, wie.site.seal, dossiernummer)
        names = gebruikersnamen_of(
            connection, [name for one in found for name in (one.maker_id, *one.genodigden)]
        )
    return [
        VergaderingAnswer(
            vergadering_id=one.vergadering_id,
            titel=one.titel,
            plaats=one.plaats,
            datum=one.datum,
            maker=names[one.maker_id],
            genodigden=[names[account_id] for account_id in one.genodigden],
        )
        for one in found
    ]


@written.post(
    "/dossiers/{dossiernummer:int}/vergadering", status_code=201, response_model=Gemaakt, responses=_WRITING
)
def put_on_agenda(wie: Wie, dossiernummer: Nummer, nieuw: OpAgenda) -> JSONResponse:
    """Of a vergadering of this SWV. Nothing happens if it is on it already."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.VERGADERING)
        its_id = vergaderingen.VergaderingId(nieuw.vergadering_id)
        vergaderingen.put_on_agenda(connection, wie.lid, dossiernummer, its_id)
    return made(its_id, f"/api/dossiers/{dossiernummer}/vergadering/{its_id}")


@written.delete(
    "/dossiers/{dossiernummer:int}/vergadering/{rij_id}",
    status_code=204,
    response_class=Response,
    responses=OF_DOSSIER,
)
def take_off_agenda(wie: Wie, dossiernummer: Nummer, rij_id: RijId) -> None:
    """Of this vergadering."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.VERGADERING)
        its_id = vergaderingen.VergaderingId(rij_id)
        vergaderingen.take_off_agenda(connection, wie.lid, dossiernummer, its_id)


@written.get("/dossiers/{dossiernummer:int}/aanpak", responses=OF_DOSSIER)
def get_aanpakken(wie: Wie, dossiernummer: Nummer) -> list[AanpakAnswer]:
    """In order of begindatum."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.AANPAK)
        found = aanpakken.aanpakken_of(connection, wie.site.seal, dossiernummer)
        names = gebruikersnamen_of(
            connection, [name for one in found for name in (one.maker_id, one.behandelaar_id)]
        )
    return [
        AanpakAnswer(
            aanpak_id=one.aanpak_id,
            soort=one.soort,
            behandelaar=names[one.behandelaar_id],
            begindatum=one.begindatum,
            einddatum=one.einddatum,
            omschrijving=one.omschrijving,
            evaluatie=one.evaluatie,
            maker=names[one.maker_id],
            gewijzigd=one.moments.changed_at,
        )
        for one in found
    ]


@written.post(
    "/dossiers/{dossiernummer:int}/aanpak", status_code=201, response_model=Gemaakt, responses=_WRITING
)
def add_aanpak(wie: Wie, dossiernummer: Nummer, nieuw: NieuweAanpak) -> JSONResponse:
    """Lets its behandelaar see the dossier, up to and including the einddatum (FAQ 7)."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.AANPAK)
        invoer = aanpakken.AanpakInvoer(
            soort=nieuw.soort,
            behandelaar_id=_accounts(connection, [nieuw.behandelaar])[0],
            begindatum=nieuw.begindatum,
            einddatum=nieuw.einddatum,
            omschrijving=nieuw.omschrijving,
            evaluatie=nieuw.evaluatie,
        )
        new = aanpakken.add_aanpak(connection, wie.site.seal, wie.lid, dossiernummer, invoer)
    return made(new, f"/api/dossiers/{dossiernummer}/aanpak/{new}")


@written.put(
    "/dossiers/{dossiernummer:int}/aanpak/{rij_id}/einddatum",
    status_code=204,
    response_class=Response,
    responses=_WRITING,
)
def end_aanpak(wie: Wie, dossiernummer: Nummer, rij_id: RijId, nieuw: Einddatum) -> None:
    """Its last day."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.AANPAK)
        its_id = aanpakken.AanpakId(rij_id)
        aanpakken.end_aanpak(connection, wie.lid, dossiernummer, its_id, nieuw.einddatum)


@written.delete(
    "/dossiers/{dossiernummer:int}/aanpak/{rij_id}",
    status_code=204,
    response_class=Response,
    responses=OF_DOSSIER,
)
def delete_aanpak(wie: Wie, dossiernummer: Nummer, rij_id: RijId) -> None:
    """With the invitation of its behandelaar."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.AANPAK)
        aanpakken.remove_aanpak(connection, wie.lid, dossiernummer, aanpakken.AanpakId(rij_id))


@written.get("/dossiers/{dossiernummer:int}/tlv", responses=OF_DOSSIER)
def get_tlvs(wie: Wie, dossiernummer: Nummer) -> list[TlvAnswer]:
    """In order of begindatum."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.TLV)
        found = tlvs.tlvs_of(connection, wie.site.seal, dossiernummer)
        names = gebruikersnamen_of(connection, [one.maker_id for one in found])
    return [
        TlvAnswer(
            tlv_id=one.tlv_id,
            categorie=one.categorie,
            afgiftedatum=one.afgiftedatum,
            begindatum=one.begindatum,
            einddatum=one.einddatum,
            nummer=one.nummer,
            budget=one.budget,
            toelichting=one.toelichting,
            maker=names[one.maker_id],
            gewijzigd=one.moments.changed_at,
        )
        for one in found
    ]


@written.post(
    "/dossiers/{dossiernummer:int}/tlv", status_code=201, response_model=Gemaakt, responses=_WRITING
)
def add_tlv(wie: Wie, dossiernummer: Nummer, nieuw: NieuweTlv) -> JSONResponse:
    """A toelaatbaarheidsverklaring."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.TLV)
        invoer = tlvs.TlvInvoer(**nieuw.model_dump())
        new = tlvs.add_tlv(connection, wie.site.seal, wie.lid, dossiernummer, invoer)
    return made(new, f"/api/dossiers/{dossiernummer}/tlv/{new}")


@written.delete(
    "/dossiers/{dossiernummer:int}/tlv/{rij_id}",
    status_code=204,
    response_class=Response,
    responses=OF_DOSSIER,
)
def delete_tlv(wie: Wie, dossiernummer: Nummer, rij_id: RijId) -> None:
    """One that was entered by mistake."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.TLV)
        tlvs.remove_tlv(connection, wie.lid, dossiernummer, tlvs.TlvId(rij_id))


def _accounts(connection: Connection, gebruikersnamen: Iterable[str]) -> list[AccountId]:
    """Of a name that is nobody's an id that is nobody's: that is refused as such."""
    found = [find_account(connection, name) for name in gebruikersnamen]
    return [AccountId(one.account_id if one is not None else "") for one in found]
