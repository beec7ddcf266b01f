"""A pupil's data: shown once, to who says why. The audit has who, which and the chosen reason; no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from database.audit import write_audit
from database.inzendingen import InzendingRecord
from database.outbox_rows import body_of, find_version
from dossier.delivery import Delivery
from dossier.errors import PoisonEvent
from helpdesk.dead_words import dead_words
from helpdesk.pages.lookup import find_own_dossier
from helpdesk.roles import Right
from helpdesk.visit import Visit
from web.page import Page

REDENEN_INZAGE: Mapping[str, str] = MappingProxyType(
    {
        "vraag_school": "De school belt of mailt over deze hulpvraag",
        "verkeerde_organisatie": "Nagaan of de hulpvraag bij de juiste school staat",
        "dubbel": "Nagaan of een hulpvraag dubbel of per ongeluk is ingevoerd",
        "bijlage": "Nagaan om welke bijlage het gaat",
        "vastgelopen": "Uitzoeken waarom de hulpvraag is vastgelopen",
        "verzoek_ouders": "Verzoek van ouders of school om inzage of verwijdering",
    }
)
_LONGEST = 200
_GONE = "De bewaartermijn is voorbij: de inhoud is hier verwijderd. Het dossier zelf staat in Kindkans."


def leerling(visit: Visit) -> Response:
    """Nothing is shown whose audit row is not committed."""
    reden, toelichting = visit.field("reden"), visit.field("toelichting")
    fouten = _errors(reden, toelichting)
    with visit.writing() as connection:
        record, _ = find_own_dossier(visit, connection)
        body = _body(connection, record) if not fouten else None
        if body is not None:
            write_audit(
                connection,
                actor=visit.person.actor,
                action="leerling_seen",
                subject=record.inzending_id,
                detail=f"reden={reden} dossiernummer={record.dossiernummer}",
            )
    if fouten:
        return visit.page(
            "leerling_fout.html",
            status=422,
            record=record,
            fouten=fouten,
            gekozen=reden,
            toelichting=toelichting,
            inzageredenen=REDENEN_INZAGE,
        )
    inhoud, probleem = _open(visit, body) if body is not None else (None, _GONE)
    return visit.page(
        "leerling.html",
        record=record,
        inhoud=inhoud,
        probleem=probleem,
        reden=REDENEN_INZAGE[reden],
        toelichting=toelichting,
    )


def _errors(reden: str, toelichting: str) -> dict[str, str]:
    errors = {}
    if reden not in REDENEN_INZAGE:
        errors["reden"] = "Kies waarom u de gegevens nodig heeft."
    if len(toelichting) > _LONGEST:
        errors["toelichting"] = f"De toelichting mag maximaal {_LONGEST} tekens zijn."
    return errors


def _body(connection: Connection, record: InzendingRecord) -> bytes | None:
    """The event that has the content: of a double entry, that of its original."""
    if record.dossiernummer is None or record.versie is None:
        return None
    event = find_version(connection, record.dossiernummer, record.versie)
    return body_of(connection, event.event_id) if event is not None else None


def _open(visit: Visit, body: bytes) -> tuple[dict[str, Any] | None, str]:
    """What the school sent (Dossier.content_bytes), or why it can not be opened.

    Raises UnknownKey (Unavailable) while our keyring lacks its key.
    """
    try:
        delivery = Delivery.decode(body)
        content: dict[str, Any] = json.loads(visit.desk.seal.open(delivery.verzegeld, delivery.event_id))
    except PoisonEvent as error:
        return None, f"De inhoud kan niet worden geopend ({error.code.value}). {dead_words(error.code).doen}"
    return content, ""


PAGES = (
    Page(path="/inzendingen/{inzending_id}/leerling", handler=leerling, right=Right.LEERLING, method="POST"),
)
