"""Tab Aanpak: what is done for the leerling, by which behandelaar, until when (FAQ 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from dossier.identifiers import Dossiernummer, SwvId
from kindkans.dossiers import aanpakken
from kindkans.dossiers.aanpakken import Aanpak, AanpakId, AanpakInvoer
from kindkans.dossiers.mensen import choosable, namen_of
from kindkans.dossiers.refusals import Fout, Refused, Veld
from kindkans.pages import tab_rijen
from kindkans.pages.invoer import Invoer
from kindkans.pages.visit import Visit
from kindkans.rights.words import AccountId, Tab

_VELDEN = ("soort", "behandelaar", "begindatum", "einddatum", "omschrijving", "evaluatie")


def _typed(invoer: Invoer) -> AanpakInvoer:
    texts = invoer.waarden
    behandelaar = invoer.keuze("behandelaar")
    if not behandelaar:
        raise Refused(Fout.LEEG, Veld.BEHANDELAAR)
    return AanpakInvoer(
        soort=texts["soort"],
        behandelaar_id=AccountId(behandelaar),
        begindatum=invoer.datum("begindatum"),
        einddatum=invoer.maybe_datum("einddatum"),
        omschrijving=texts["omschrijving"],
        evaluatie=texts["evaluatie"],
    )


def _values(row: Aanpak) -> dict[str, str]:
    return {
        "soort": row.soort,
        "behandelaar": row.behandelaar_id,
        "begindatum": row.begindatum.isoformat(),
        "einddatum": "" if row.einddatum is None else row.einddatum.isoformat(),
        "omschrijving": row.omschrijving,
        "evaluatie": row.evaluatie,
    }


def _state(row: Aanpak) -> tuple[object, ...]:
    return row.aanpak_id, tuple(_values(row).items()), row.moments


def _add(visit: Visit, connection: Connection, number: Dossiernummer, invoer: Invoer) -> None:
    aanpakken.add_aanpak(connection, visit.site.seal, visit.person, number, _typed(invoer))


def _change(visit: Visit, connection: Connection, number: Dossiernummer, its_id: str, invoer: Invoer) -> None:
    typed = _typed(invoer)
    aanpakken.change_aanpak(connection, visit.site.seal, visit.person, number, AanpakId(its_id), typed)


def _around(visit: Visit, connection: Connection, swv_id: SwvId, rows: Sequence[Aanpak]) -> Mapping[str, Any]:
    """A behandelaar that can not be chosen any more stays a choice of the aanpak that has it."""
    namen = namen_of(connection, [one for row in rows for one in (row.maker_id, row.behandelaar_id)])
    choice = {
        mens.account_id: f"{mens.naam} ({mens.gebruikersnaam})" for mens in choosable(connection, swv_id)
    }
    own = {row.behandelaar_id: namen.get(row.behandelaar_id, "") for row in rows} if len(rows) == 1 else {}
    return {"namen": namen, "mensen": tuple((own | choice).items())}


PAGES = tab_rijen.pages(
    tab_rijen.Soort(
        tab=Tab.AANPAK,
        velden=_VELDEN,
        rows=lambda visit, c, number: aanpakken.aanpakken_of(c, visit.site.seal, number),
        one=lambda visit, c, number, key: aanpakken.get_aanpak(c, visit.site.seal, number, AanpakId(key)),
        values=_values,
        state=_state,
        add=_add,
        change=_change,
        remove=lambda visit, c, number, key: aanpakken.remove_aanpak(c, visit.person, number, AanpakId(key)),
        around=_around,
        titel="Aanpak verwijderen",
        uitleg="De aanpak wordt verwijderd, met wat erbij is geschreven. De behandelaar kan het dossier "
        "daardoor niet meer inzien. Is de aanpak klaar, vul dan liever een einddatum in.",
    )
)
