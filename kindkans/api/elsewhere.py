"""One's own notities, why somebody can or can not see a dossier, kengetallen, and who one is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from database.audit import write_audit
from kindkans.api.answering import OF_DOSSIER, WITH_BODY, made, problems, router
from kindkans.api.answers import (
    Gemaakt,
    KengetallenAnswer,
    MaandAantal,
    Mij,
    NotitieAnswer,
    SchoolAantal,
    SoortAantal,
    TabUitleg,
    Zichtbaarheid,
)
from kindkans.api.caller import Wie
from kindkans.api.models import NieuweNotitie, Nummer, RijId, WieZiet
from kindkans.api.problems import ApiError, Probleem
from kindkans.dossiers import notities
from kindkans.dossiers.kengetallen import count_kengetallen
from kindkans.rights.statements import visible
from kindkans.rights.why import why
from kindkans.rights.words import Systeemrecht, Tab
from web.person import actor_of

elsewhere = router()


@elsewhere.get("/dossiers/{dossiernummer:int}/notities", responses=OF_DOSSIER)
def get_notities(wie: Wie, dossiernummer: Nummer) -> list[NotitieAnswer]:
    """The account's own of this dossier; for anybody else they do not exist (FAQ 4)."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.NOTITIES)
        found = notities.notities_of(connection, wie.site.seal, wie.lid.account_id, dossiernummer)
    return [_notitie(one) for one in found]


@elsewhere.post(
    "/dossiers/{dossiernummer:int}/notities",
    status_code=201,
    response_model=Gemaakt,
    responses=OF_DOSSIER | WITH_BODY,
)
def add_notitie(wie: Wie, dossiernummer: Nummer, nieuw: NieuweNotitie) -> JSONResponse:
    """For the account itself only."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.NOTITIES)
        new = notities.add_notitie(
            connection, wie.site.seal, wie.lid.account_id, dossiernummer, nieuw.notitie
        )
    return made(new, f"/api/notities/{new}")


@elsewhere.get("/notities")
def list_notities(wie: Wie) -> list[NotitieAnswer]:
    """All of the account's own: also of a hulpvraag that was deleted, or that it may see no more."""
    with wie.reading() as connection:
        found = notities.all_notities(connection, wie.site.seal, wie.lid.account_id)
    return [_notitie(one) for one in found]


@elsewhere.delete(
    "/notities/{rij_id}",
    status_code=204,
    response_class=Response,
    responses=problems(Probleem.NIET_GEVONDEN, Probleem.ONGELDIG),
)
def delete_notitie(wie: Wie, rij_id: RijId) -> None:
    """One of the account's own."""
    with wie.writing() as connection:
        notities.remove_notitie(connection, wie.lid.account_id, notities.NotitieId(rij_id))


@elsewhere.get(
    "/dossiers/{dossiernummer:int}/zichtbaarheid",
    responses=problems(Probleem.GEEN_RECHT, Probleem.NIET_GEVONDEN, Probleem.ONGELDIG),
)
def explain_visibility(wie: Wie, dossiernummer: Nummer, vraag: Annotated[WieZiet, Query()]) -> Zichtbaarheid:
    """Does this account see this dossier; why, or why not, and what to do about it (FAQ 2, 3 and 7)?

    Of what is another SWV's the answer is that there is no such dossier or account.
    """
    with wie.writing() as connection:
        uitleg = why(connection, wie.lid, vraag.account, dossiernummer, wie.today)
        if uitleg is None:
            raise ApiError(Probleem.GEEN_RECHT)
        write_audit(
            connection,
            actor=wie.lid.actor,
            action="uitleg_asked",
            subject=str(dossiernummer),
            # As on the page: what is no account that was told of is not written down.
            detail=f"account={actor_of(vraag.account) if uitleg.tabs else '-'} api=1",
        )
    return Zichtbaarheid(
        ziet=uitleg.ziet,
        kern=uitleg.kern,
        tabs=[TabUitleg(tab=one.tab, naam=one.naam, mag=one.mag, reden=one.reden) for one in uitleg.tabs],
        redenen=list(uitleg.redenen),
        advies=list(uitleg.advies),
    )


@elsewhere.get("/kengetallen", responses=problems(Probleem.GEEN_RECHT))
def get_kengetallen(wie: Wie) -> KengetallenAnswer:
    """Of the hulpvragen with an aanpak or a TLV, and no other (FAQ 5), that the account may see."""
    wie.need(Systeemrecht.KENGETALLEN)
    with wie.reading() as connection:
        found = count_kengetallen(connection, lambda tab: visible(wie.lid, tab, wie.today))
    return KengetallenAnswer(
        aantal=found.aantal,
        zonder=found.zonder,
        scholen=[
            SchoolAantal(organisatie_id=one.organisatie_id, naam=one.naam, aantal=one.aantal)
            for one in found.scholen
        ],
        soorten=[SoortAantal(soort=soort, aantal=count) for soort, count in found.soorten.items()],
        maanden=[MaandAantal(maand=month, aantal=count) for month, count in found.maanden.items()],
    )


@elsewhere.get("/mij")
def get_mij(wie: Wie) -> Mij:
    """Whose key this is, and what its role may."""
    lid = wie.lid
    return Mij(
        gebruikersnaam=lid.gebruikersnaam,
        naam=lid.naam,
        rol=lid.rol.naam,
        type=lid.rol.type,
        externe_rol=lid.externe_rol.naam if lid.externe_rol is not None else None,
        swv_id=lid.swv_id,
        organisatie_id=lid.organisatie_id,
        systeemrechten=[right for right in Systeemrecht if lid.may(right)],
    )


def _notitie(one: notities.Notitie) -> NotitieAnswer:
    return NotitieAnswer(
        notitie_id=one.notitie_id,
        dossiernummer=one.dossiernummer,
        notitie=one.tekst,
        gewijzigd=one.moments.changed_at,
    )
