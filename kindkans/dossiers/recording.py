"""What is done to a dossier stands in the audit, in the transaction that does it.

Codes, ids and days only. There is none for notities: for everybody but their author they do not exist.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Connection

from database.audit import write_audit
from dossier.identifiers import Dossiernummer
from kindkans.rights.words import Lid


class Daad(StrEnum):
    """Its value is the action of the audit row."""

    OVERLEGRONDE_ADDED = "overlegronde_added"
    OVERLEGRONDE_CHANGED = "overlegronde_changed"
    OVERLEGRONDE_MOVED = "overlegronde_moved"
    OVERLEGRONDE_REMOVED = "overlegronde_removed"
    DEELNEMER_ADDED = "deelnemer_added"
    DEELNEMER_REMOVED = "deelnemer_removed"
    VERGADERING_ADDED = "vergadering_added"
    VERGADERING_CHANGED = "vergadering_changed"
    VERGADERING_REMOVED = "vergadering_removed"
    GENODIGDE_ADDED = "genodigde_added"
    GENODIGDE_REMOVED = "genodigde_removed"
    AGENDA_ADDED = "agenda_added"
    AGENDA_REMOVED = "agenda_removed"
    AANPAK_ADDED = "aanpak_added"
    AANPAK_CHANGED = "aanpak_changed"
    AANPAK_ENDED = "aanpak_ended"
    AANPAK_REMOVED = "aanpak_removed"
    TLV_ADDED = "tlv_added"
    TLV_CHANGED = "tlv_changed"
    TLV_REMOVED = "tlv_removed"
    BIJLAGE_REMOVED = "bijlage_removed"
    HULPVRAAG_DELETED = "hulpvraag_deleted"


WOORDEN: dict[Daad, str] = {
    Daad.OVERLEGRONDE_ADDED: "Overlegronde aangemaakt",
    Daad.OVERLEGRONDE_CHANGED: "Tekst van de overlegronde gewijzigd",
    Daad.OVERLEGRONDE_MOVED: "Einddatum van de overlegronde gewijzigd",
    Daad.OVERLEGRONDE_REMOVED: "Overlegronde verwijderd",
    Daad.DEELNEMER_ADDED: "Deelnemer aan de overlegronde toegevoegd",
    Daad.DEELNEMER_REMOVED: "Deelnemer van de overlegronde verwijderd",
    Daad.VERGADERING_ADDED: "Vergadering aangemaakt",
    Daad.VERGADERING_CHANGED: "Vergadering gewijzigd",
    Daad.VERGADERING_REMOVED: "Vergadering verwijderd",
    Daad.GENODIGDE_ADDED: "Genodigde aan de vergadering toegevoegd",
    Daad.GENODIGDE_REMOVED: "Genodigde van de vergadering verwijderd",
    Daad.AGENDA_ADDED: "Hulpvraag aan de vergadering toegevoegd",
    Daad.AGENDA_REMOVED: "Hulpvraag uit de vergadering verwijderd",
    Daad.AANPAK_ADDED: "Aanpak aangemaakt",
    Daad.AANPAK_CHANGED: "Aanpak gewijzigd",
    Daad.AANPAK_ENDED: "Aanpak beëindigd",
    Daad.AANPAK_REMOVED: "Aanpak verwijderd",
    Daad.TLV_ADDED: "TLV toegevoegd",
    Daad.TLV_CHANGED: "TLV gewijzigd",
    Daad.TLV_REMOVED: "TLV verwijderd",
    Daad.BIJLAGE_REMOVED: "Bijlage verwijderd",
    Daad.HULPVRAAG_DELETED: "Hulpvraag verwijderd",
}


def record(
    connection: Connection,
    lid: Lid,
    daad: Daad,
    subject: Dossiernummer | str,
    **detail: str | date | None,
) -> None:
    """`subject` is the dossiernummer, or the id of a vergadering."""
    words = " ".join(f"{name}={'-' if value is None else value}" for name, value in detail.items())
    write_audit(connection, actor=lid.actor, action=daad.value, subject=str(subject), detail=words)
