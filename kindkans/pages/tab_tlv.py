"""Tab TLV: the toelaatbaarheidsverklaringen of the leerling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from dossier.identifiers import Dossiernummer, SwvId
from kindkans.dossiers import tlvs
from kindkans.dossiers.mensen import namen_of
from kindkans.dossiers.tlvs import Tlv, TlvId, TlvInvoer
from kindkans.pages import tab_rijen
from kindkans.pages.invoer import Invoer
from kindkans.pages.visit import Visit
from kindkans.rights.words import Tab

_VELDEN = ("nummer", "categorie", "afgiftedatum", "begindatum", "einddatum", "budget", "toelichting")


def _typed(invoer: Invoer) -> TlvInvoer:
    texts = invoer.waarden
    return TlvInvoer(
        categorie=texts["categorie"],
        afgiftedatum=invoer.datum("afgiftedatum"),
        begindatum=invoer.datum("begindatum"),
        einddatum=invoer.datum("einddatum"),
        nummer=texts["nummer"],
        budget=texts["budget"],
        toelichting=texts["toelichting"],
    )


def _values(row: Tlv) -> dict[str, str]:
    return {
        "nummer": row.nummer,
        "categorie": row.categorie,
        "afgiftedatum": row.afgiftedatum.isoformat(),
        "begindatum": row.begindatum.isoformat(),
        "einddatum": row.einddatum.isoformat(),
        "budget": row.budget,
        "toelichting": row.toelichting,
    }


def _state(row: Tlv) -> tuple[object, ...]:
    return row.tlv_id, tuple(_values(row).items()), row.moments


def _add(visit: Visit, connection: Connection, number: Dossiernummer, invoer: Invoer) -> None:
    tlvs.add_tlv(connection, visit.site.seal, visit.person, number, _typed(invoer))


def _change(visit: Visit, connection: Connection, number: Dossiernummer, its_id: str, invoer: Invoer) -> None:
    tlvs.change_tlv(connection, visit.site.seal, visit.person, number, TlvId(its_id), _typed(invoer))


def _around(visit: Visit, connection: Connection, swv_id: SwvId, rows: Sequence[Tlv]) -> Mapping[str, Any]:
    return {"namen": namen_of(connection, [row.maker_id for row in rows])}


PAGES = tab_rijen.pages(
    tab_rijen.Soort(
        tab=Tab.TLV,
        velden=_VELDEN,
        rows=lambda visit, c, number: tlvs.tlvs_of(c, visit.site.seal, number),
        one=lambda visit, c, number, key: tlvs.get_tlv(c, visit.site.seal, number, TlvId(key)),
        values=_values,
        state=_state,
        add=_add,
        change=_change,
        remove=lambda visit, c, number, key: tlvs.remove_tlv(c, visit.person, number, TlvId(key)),
        around=_around,
        titel="TLV verwijderen",
        uitleg="De toelaatbaarheidsverklaring wordt uit het dossier verwijderd.",
    )
)
