"""Why can account A (not) see dossier D? One answer, for the pages, the API and the gateway's helpdesk."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from dossier.identifiers import Dossiernummer, SwvId
from kindkans.rights import explained, statements
from kindkans.rights.explained import Uitleg
from kindkans.rights.organisaties import namen_of
from kindkans.rights.words import Lid, Systeemrecht


def why(
    connection: Connection, by: Lid, gebruikersnaam: str, number: Dossiernummer, today: date
) -> Uitleg | None:
    """None: this person may not ask. Of another SWV's dossier or account the answer is that there is none.

    Who has the right to ask and is of no SWV (root, the gateway's helpdesk) asks of all.
    """
    if not by.may(Systeemrecht.UITLEG):
        return None
    place = statements.place_of(connection, number)
    deleted = statements.deleted_place(connection, number)
    known = place or deleted
    if known is None or not _may_ask(by, known.swv_id):
        return explained.explain_no_dossier()
    if place is None:
        return explained.explain_deleted()
    lid = statements.find_lid(connection, gebruikersnaam)
    besluit = None if lid is None else statements.besluit_of(connection, lid, number, today)
    if lid is None or besluit is None:
        return explained.explain_no_account()
    invited = besluit.goed or besluit.verlopen
    if not (invited or _may_ask(by, lid.swv_id)):
        return explained.explain_no_account()
    namen = namen_of(connection, [place.organisatie_id, lid.organisatie_id or ""])
    return explained.explain(lid, besluit, lambda key: namen.get(key) or key)


def _may_ask(by: Lid, swv_id: SwvId | None) -> bool:
    return by.swv_id is None or by.swv_id == swv_id
