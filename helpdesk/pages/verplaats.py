"""Moves an accepted dossier to another organisatie (FAQ 2: pas de schoolgegevens aan)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.responses import Response

from database.dossiers import DossierRow, lock_dossier
from database.inzendingen import InzendingRecord
from database.moves import first_undelivered
from database.organisaties import find_organisatie, list_organisaties, list_swvs, naam_of_organisatie
from dossier.identifiers import OrganisatieId
from helpdesk.moving import MOST_CHARACTERS, MoveRefusal, MoveRefused, move
from helpdesk.pages.lookup import find_own_dossier, note_seen, organisatie_matches
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.tables import Organisatie
from web.errors import BadInput
from web.page import Page

SHOWN = 25
_PATH = "/inzendingen/{inzending_id}/verplaats"
_REFUSALS: Mapping[MoveRefusal, str] = MappingProxyType(
    {
        MoveRefusal.DOSSIER_ONBEKEND: "Dit dossier bestaat niet (meer).",
        MoveRefusal.ORGANISATIE_ONBEKEND: "Deze organisatie bestaat niet (meer). Kies een andere.",
        MoveRefusal.NIET_BEZORGD: "Het dossier is nog niet helemaal bezorgd in Kindkans. Wacht tot het is "
        "bezorgd, of bied eerst opnieuw aan wat is vastgelopen.",
        MoveRefusal.TOELICHTING_ONTBREEKT: "Schrijf op waarom u het dossier verplaatst.",
        MoveRefusal.TOELICHTING_TE_LANG: f"De toelichting mag maximaal {MOST_CHARACTERS} tekens zijn.",
    }
)


def kies(visit: Visit) -> Response:
    with visit.reading() as connection:
        record, dossier = find_own_dossier(visit, connection)
        response = _form(visit, connection, record, dossier, fouten={})
    note_seen(visit, record)
    return response


def bevestig(visit: Visit) -> Response:
    """From where to where. By POST, for the toelichting belongs in no address; nothing is changed."""
    with visit.reading() as connection:
        record, dossier = find_own_dossier(visit, connection)
        naar = _destination(visit, connection)
        fouten = _errors(visit, connection, dossier, naar)
        if fouten or naar is None:
            return _form(visit, connection, record, dossier, fouten=fouten)
        return visit.page(
            "verplaats_bevestig.html",
            record=record,
            dossier=dossier,
            van=_naam(connection, dossier.organisatie_id),
            naar=naar,
            swvs={swv.swv_id: swv.naam for swv in list_swvs(connection)},
            toelichting=visit.field("toelichting"),
            slot=visit.lock(*_seen(dossier)),
        )


def verplaats(visit: Visit) -> Response:
    """Does it. Raises Changed for a second click, and when a push or a colleague was first."""
    with visit.writing() as connection:
        record, seen = find_own_dossier(visit, connection)
        # Locked, so that of two who do this at once the second sees what the first has done.
        dossier = lock_dossier(connection, seen.dossiernummer) or seen
        visit.must_see(dossier.swv_id)
        path = f"/inzendingen/{record.inzending_id}"
        naar = _destination(visit, connection)
        if naar is not None and naar.organisatie_id == dossier.organisatie_id:
            return visit.redirect(path, gedaan="verplaatst-niets")
        visit.check_lock(*_seen(dossier))
        fouten = _errors(visit, connection, dossier, naar)
        if fouten or naar is None:
            return _form(visit, connection, record, dossier, fouten=fouten)
        try:
            move(
                connection,
                visit.person.actor,
                dossier.dossiernummer,
                naar.organisatie_id,
                visit.field("toelichting"),
            )
        except MoveRefused as error:
            if error.code is MoveRefusal.AL_DAAR:
                return visit.redirect(path, gedaan="verplaatst-niets")
            raise BadInput(_REFUSALS[error.code]) from error
    return visit.redirect(path, gedaan="verplaatst")


def _form(
    visit: Visit,
    connection: Connection,
    record: InzendingRecord,
    dossier: DossierRow,
    *,
    fouten: Mapping[str, str],
) -> Response:
    """With the organisaties that fit what was searched for; the chosen one stays among them."""
    zoek = visit.query("zoek") or visit.field("zoek")
    gekozen = visit.field("organisatie")
    swvs = {swv.swv_id: swv.naam for swv in list_swvs(connection)}
    mine = [o for o in list_organisaties(connection) if visit.person.sees(o.swv_id)]
    found = [o for o in mine if o.organisatie_id != dossier.organisatie_id and organisatie_matches(o, zoek)]
    found.sort(key=lambda o: (o.organisatie_id != gekozen, o.swv_id != dossier.swv_id, o.naam))
    return visit.page(
        "verplaats.html",
        status=422 if fouten else 200,
        record=record,
        dossier=dossier,
        van=_naam(connection, dossier.organisatie_id),
        swvs=swvs,
        zoek=zoek,
        organisaties=found[:SHOWN],
        meer=len(found) - SHOWN,
        gekozen=gekozen,
        toelichting=visit.field("toelichting"),
        fouten=fouten,
        wacht=_waits(connection, dossier),
        langst=MOST_CHARACTERS,
    )


def _destination(visit: Visit, connection: Connection) -> Organisatie | None:
    """None for one that is not there, or is another SWV's."""
    key = OrganisatieId(visit.field("organisatie"))
    found = find_organisatie(connection, key)
    return found if found is not None and visit.person.sees(found.swv_id) else None


def _errors(
    visit: Visit, connection: Connection, dossier: DossierRow, naar: Organisatie | None
) -> dict[str, str]:
    """By field; `dossier` is what no field can mend."""
    waits = _waits(connection, dossier)
    errors = {"dossier": waits} if waits else {}
    if naar is None:
        errors["organisatie"] = "Kies een organisatie."
    elif naar.organisatie_id == dossier.organisatie_id:
        errors["organisatie"] = "Het dossier staat al bij deze organisatie. Kies een andere."
    toelichting = visit.field("toelichting")
    if not toelichting:
        errors["toelichting"] = _REFUSALS[MoveRefusal.TOELICHTING_ONTBREEKT]
    elif len(toelichting) > MOST_CHARACTERS:
        errors["toelichting"] = _REFUSALS[MoveRefusal.TOELICHTING_TE_LANG]
    elif "\0" in toelichting:
        errors["toelichting"] = "De toelichting bevat een teken dat niet mag."
    return errors


def _waits(connection: Connection, dossier: DossierRow) -> str:
    """Why it cannot be moved now; "" if it can."""
    waiting = first_undelivered(connection, dossier.dossiernummer) is not None
    return _REFUSALS[MoveRefusal.NIET_BEZORGD] if waiting else ""


def _naam(connection: Connection, organisatie_id: OrganisatieId) -> str:
    """Its id if it is gone."""
    return naam_of_organisatie(connection, organisatie_id) or organisatie_id


def _seen(dossier: DossierRow) -> tuple[object, ...]:
    return "verplaats", dossier.dossiernummer, dossier.versie, dossier.organisatie_id


PAGES = (
    Page(path=_PATH, handler=kies, right=Right.HERSTELLEN),
    Page(path=f"{_PATH}/bevestig", handler=bevestig, right=Right.HERSTELLEN, method="POST"),
    Page(path=_PATH, handler=verplaats, right=Right.HERSTELLEN, method="POST"),
)
