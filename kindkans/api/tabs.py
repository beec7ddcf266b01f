"""The tabs of a dossier that the school filled in, and its bijlagen: each look is in the audit."""

from __future__ import annotations

from fastapi import BackgroundTasks, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from dossier.identifiers import Dossiernummer
from kindkans.api.answering import OF_DOSSIER, Answers, router
from kindkans.api.answers import (
    BijlageAnswer,
    HulpvraagAnswer,
    IndienerAnswer,
    Persoonsgegevens,
    Schoolgegevens,
)
from kindkans.api.caller import Caller, Wie
from kindkans.api.models import Nummer, Positie
from kindkans.api.problems import ApiError, Probleem
from kindkans.dossiers.bijlagen import erase, find_bijlage, list_bijlagen, remove_bijlage
from kindkans.dossiers.content import Inhoud, read_content
from kindkans.dossiers.hulpvraag import Versie, current_versie
from kindkans.pages.download import download
from kindkans.rights.organisaties import namen_of
from kindkans.rights.words import Tab
from web.errors import NotHere

tabs = router()
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_NAMED = {"description": "always an attachment", "schema": {"type": "string"}}
_CONTENT = {
    "description": "The content, as a file to keep.",
    "content": {"application/octet-stream": _BINARY},
    "headers": {"Content-Disposition": _NAMED},
}
_DOWNLOAD: Answers = {200: _CONTENT, **OF_DOSSIER}


@tabs.get("/dossiers/{dossiernummer:int}/persoonsgegevens", responses=OF_DOSSIER)
def get_persoonsgegevens(wie: Wie, dossiernummer: Nummer) -> Persoonsgegevens:
    """Of the leerling."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.PERSOONSGEGEVENS)
        _, inhoud = _current(wie, connection, dossiernummer)
    leerling = inhoud.leerling
    return Persoonsgegevens(
        leerling_id=leerling.leerling_id,
        voornamen=leerling.voornamen,
        tussenvoegsel=leerling.tussenvoegsel,
        achternaam=leerling.achternaam,
        geboortedatum=leerling.geboortedatum,
        geslacht=leerling.geslacht,
        groep=leerling.groep,
    )


@tabs.get("/dossiers/{dossiernummer:int}/schoolgegevens", responses=OF_DOSSIER)
def get_schoolgegevens(wie: Wie, dossiernummer: Nummer) -> Schoolgegevens:
    """Of the school, and the organisatie where the dossier is (FAQ 2)."""
    with wie.writing() as connection:
        besluit = wie.see(connection, dossiernummer, Tab.SCHOOLGEGEVENS)
        _, inhoud = _current(wie, connection, dossiernummer)
        organisatie_id = besluit.plaats.organisatie_id
        namen = namen_of(connection, [organisatie_id])
    school = inhoud.school
    return Schoolgegevens(
        organisatie_id=organisatie_id,
        organisatie=namen.get(organisatie_id) or organisatie_id,
        brin=school.brin,
        vestiging=school.vestiging,
        naam=school.naam,
        plaats=school.plaats,
    )


@tabs.get("/dossiers/{dossiernummer:int}/hulpvraag", responses=OF_DOSSIER)
def get_hulpvraag(wie: Wie, dossiernummer: Nummer) -> HulpvraagAnswer:
    """Its current version."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.HULPVRAAG)
        versie, inhoud = _current(wie, connection, dossiernummer)
    found = inhoud.hulpvraag
    indiener = found.indiener
    return HulpvraagAnswer(
        soort=found.soort,
        titel=found.titel,
        omschrijving=found.omschrijving,
        hulpvraagdatum=found.hulpvraagdatum,
        indiener=IndienerAnswer(naam=indiener.naam, functie=indiener.functie, email=indiener.email),
        toestemming_ouders=found.toestemming_ouders,
        versie=versie.versie,
        ontvangen=versie.ontvangen,
    )


@tabs.get("/dossiers/{dossiernummer:int}/bijlagen", responses=OF_DOSSIER)
def get_bijlagen(wie: Wie, dossiernummer: Nummer) -> list[BijlageAnswer]:
    """Those of the current version that nobody removed."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.BIJLAGEN)
        found = list_bijlagen(connection, dossiernummer)
        _, inhoud = _current(wie, connection, dossiernummer)
    answers = []
    for one in found:
        said = inhoud.bijlage(one.positie)
        answers.append(
            BijlageAnswer(
                positie=one.positie,
                naam=said.naam if said else None,
                omschrijving=said.omschrijving if said else "",
                mediatype=said.mediatype if said else "",
                grootte=one.size_bytes,
                sha256=one.sha256,
                pad=f"/api/dossiers/{dossiernummer}/bijlagen/{one.positie}",
            )
        )
    return answers


@tabs.get(
    "/dossiers/{dossiernummer:int}/bijlagen/{positie}",
    response_class=StreamingResponse,
    responses=_DOWNLOAD,
)
def download_bijlage(wie: Wie, dossiernummer: Nummer, positie: Positie) -> Response:
    """The content of one. Broken off if it can not be read to its end."""
    with wie.writing() as connection:
        wie.see(connection, dossiernummer, Tab.BIJLAGEN)
        found = find_bijlage(connection, dossiernummer, positie)
        if found is None:
            raise ApiError(Probleem.NIET_GEVONDEN)
        _, inhoud = _current(wie, connection, dossiernummer)
    said = inhoud.bijlage(positie)
    try:
        return download(wie.site.objects.read(found.object_id), said.naam if said else "", found.size_bytes)
    except NotHere as error:
        raise ApiError(Probleem.NIET_GEVONDEN, str(error)) from None


@tabs.delete(
    "/dossiers/{dossiernummer:int}/bijlagen/{positie}",
    status_code=204,
    response_class=Response,
    responses=OF_DOSSIER,
)
def delete_bijlage(wie: Wie, dossiernummer: Nummer, positie: Positie, afterwards: BackgroundTasks) -> None:
    """Removes one of the current version."""
    with wie.writing() as connection:
        wie.change(connection, dossiernummer, Tab.BIJLAGEN)
        found = find_bijlage(connection, dossiernummer, positie)
        if found is None:
            raise ApiError(Probleem.NIET_GEVONDEN)
        gone = remove_bijlage(connection, wie.lid, dossiernummer, found.versie, positie)
    afterwards.add_task(erase, wie.site.objects, [gone.object_id])


def _current(wie: Caller, connection: Connection, number: Dossiernummer) -> tuple[Versie, Inhoud]:
    """Deleted in the meantime: not found."""
    versie = current_versie(connection, number)
    inhoud = read_content(wie.site.seal, versie) if versie is not None else None
    if versie is None or inhoud is None:
        raise ApiError(Probleem.NIET_GEVONDEN)
    return versie, inhoud
