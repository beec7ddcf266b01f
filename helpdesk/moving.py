"""Moves a dossier to another organisatie: a correction event, which the store applies (FAQ 2).

Settings that change never move a dossier; only this does. A move is a version of the dossier without
content, so that it keeps its place between the pushes, and later ones go to the new organisatie.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from database import outbox
from database.audit import write_audit
from database.dossiers import DossierRow, lock_dossier, move_dossier
from database.moves import MoveRecord, first_undelivered, insert_move
from database.organisaties import find_organisatie
from database.outbox_rows import State
from dossier.correction import Correction, Place
from dossier.errors import ConfigurationError
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, new_inzending_id
from dossier.timestamps import from_ms, to_ms, utc_now

MOST_CHARACTERS = 1_000


class MoveRefusal(StrEnum):
    """Why a dossier stays where it is; pages say it in Dutch."""

    DOSSIER_ONBEKEND = "DOSSIER_ONBEKEND"
    ORGANISATIE_ONBEKEND = "ORGANISATIE_ONBEKEND"
    AL_DAAR = "AL_DAAR"  # it is at that organisatie; also at a second click, or when a colleague was first
    NIET_BEZORGD = "NIET_BEZORGD"  # the store does not have all of it yet
    TOELICHTING_ONTBREEKT = "TOELICHTING_ONTBREEKT"
    TOELICHTING_TE_LANG = "TOELICHTING_TE_LANG"


class MoveRefused(ConfigurationError):
    """Nothing was written. Its text is for the command line, with the remedy."""

    def __init__(self, code: MoveRefusal, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """It is on its way to the store, as any version."""

    event_id: InzendingId
    versie: int
    van: Place
    naar: Place


def move(
    connection: Connection,
    actor: str,
    dossiernummer: Dossiernummer,
    naar_organisatie_id: OrganisatieId,
    toelichting: str,
) -> Moved:
    """Dossier, verplaatsing, event and audit row, in the caller's transaction.

    `toelichting` is why, and never holds a word about a leerling. Raises MoveRefused.
    """
    reason = _reason(toelichting)
    row = lock_dossier(connection, dossiernummer)
    if row is None:
        raise MoveRefused(
            MoveRefusal.DOSSIER_ONBEKEND, f"there is no dossier {dossiernummer}; search: inzending list ZOEK"
        )
    naar = _destination(connection, row, naar_organisatie_id)
    _check_delivered(connection, dossiernummer)
    van = Place(swv_id=row.swv_id, organisatie_id=row.organisatie_id)
    moved = Moved(
        event_id=new_inzending_id(),
        versie=move_dossier(connection, row, naar.swv_id, naar.organisatie_id),
        van=van,
        naar=naar,
    )
    _record(connection, actor, dossiernummer, moved, reason)
    detail = (
        f"event={moved.event_id} versie={moved.versie} van={van.organisatie_id} van_swv={van.swv_id} "
        f"naar={naar.organisatie_id} naar_swv={naar.swv_id}"
    )
    write_audit(connection, actor=actor, action="dossier_moved", subject=str(dossiernummer), detail=detail)
    return moved


def _reason(toelichting: str) -> str:
    reason = toelichting.strip()
    if not reason:
        raise MoveRefused(MoveRefusal.TOELICHTING_ONTBREEKT, "say why the dossier is moved: --toelichting")
    if len(reason) > MOST_CHARACTERS:
        raise MoveRefused(
            MoveRefusal.TOELICHTING_TE_LANG, f"the toelichting has more than {MOST_CHARACTERS} characters"
        )
    return reason


def _destination(connection: Connection, row: DossierRow, organisatie_id: OrganisatieId) -> Place:
    organisatie = find_organisatie(connection, organisatie_id)
    if organisatie is None:
        raise MoveRefused(
            MoveRefusal.ORGANISATIE_ONBEKEND,
            f"there is no organisatie {organisatie_id[:64]}; see: organisatie list",
        )
    if organisatie_id == row.organisatie_id:
        raise MoveRefused(
            MoveRefusal.AL_DAAR,
            f"dossier {row.dossiernummer} is at {organisatie_id} already; nothing was done",
        )
    return Place(swv_id=organisatie.swv_id, organisatie_id=organisatie_id)


def _check_delivered(connection: Connection, dossiernummer: Dossiernummer) -> None:
    """Else the store would be told to move what it does not have."""
    found = first_undelivered(connection, dossiernummer)
    if found is None:
        return
    versie, state = found
    remedy = "retry its dead letter first" if state is State.DOOD else "try again when it is"
    raise MoveRefused(
        MoveRefusal.NIET_BEZORGD,
        f"version {versie} of dossier {dossiernummer} is not bezorgd yet ({state}); {remedy}",
    )


def _record(
    connection: Connection, actor: str, dossiernummer: Dossiernummer, moved: Moved, reason: str
) -> None:
    at_ms = to_ms(utc_now())
    record = MoveRecord(
        event_id=moved.event_id,
        dossiernummer=dossiernummer,
        versie=moved.versie,
        van_swv_id=moved.van.swv_id,
        van_organisatie_id=moved.van.organisatie_id,
        naar_swv_id=moved.naar.swv_id,
        naar_organisatie_id=moved.naar.organisatie_id,
        actor=actor,
        toelichting=reason,
        at_ms=at_ms,
    )
    insert_move(connection, record)
    correction = Correction(
        event_id=moved.event_id,
        occurred_at=from_ms(at_ms),
        dossiernummer=dossiernummer,
        versie=moved.versie,
        van=moved.van,
        naar=moved.naar,
    )
    outbox.append(
        connection,
        event_id=moved.event_id,
        dossiernummer=dossiernummer,
        versie=moved.versie,
        created_ms=at_ms,
        body=correction.encode(),
    )
