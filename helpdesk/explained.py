"""One inzending with all that its page tells: what came, what became of it, and why it went where it went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from database.dossiers import DossierRow, find_dossier
from database.inzendingen import BijlageRecord, InzendingRecord, bijlagen_of, redenen_of, tries_of
from database.moves import MoveRecord, list_moves
from database.organisaties import Swv, list_organisaties, list_swvs
from database.outbox_rows import OutboxRow, State, find_event, find_version, gebeurtenissen_of
from database.status import original_of, status_of
from dossier.identifiers import InzendingId, OrganisatieId, SwvId
from dossier.reden import Reden
from dossier.status import Gebeurtenis, Moment, Status, Toestand
from dossier.timestamps import from_ms, to_ms
from dossier.verdict import Soort
from helpdesk.dead_words import dead_words
from helpdesk.roles import Person
from routing.tables import Organisatie

_FINISHED = frozenset({Toestand.AFGEWEZEN, Toestand.BEZORGD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the timeline."""

    at_ms: int
    soort: str  # goed, fout or "": the look
    tekst: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    record: InzendingRecord
    status: Status
    event: OutboxRow | None  # of the version that this push made, or repeated
    move_events: tuple[OutboxRow, ...]  # of later moves of the dossier
    lines: tuple[Line, ...]
    redenen: tuple[Reden, ...]
    bijlagen: tuple[BijlageRecord, ...]
    tries: tuple[InzendingRecord, ...]  # of the same hulpvraag, this one included, the oldest first
    original: InzendingRecord | None  # which a double entry repeats
    dossier: DossierRow | None
    organisaties: Mapping[OrganisatieId, Organisatie]
    swvs: Mapping[SwvId, Swv]

    @property
    def finished(self) -> bool:
        """Nothing more will happen by itself or by a colleague's click."""
        moves_done = all(event.state is State.BEZORGD for event in self.move_events)
        return self.status.toestand in _FINISHED and moves_done

    @property
    def dead(self) -> tuple[OutboxRow, ...]:
        """What is stuck: the content, or a move."""
        events = (self.event, *self.move_events)
        return tuple(event for event in events if event is not None and event.state is State.DOOD)

    @property
    def moved(self) -> bool:
        """The dossier is not where this push was routed to."""
        return self.dossier is not None and self.dossier.organisatie_id != self.record.organisatie_id

    @property
    def content_id(self) -> InzendingId | None:
        """The event that has the content; None where there never was or no longer is one."""
        if self.event is None or self.event.inhoud_verwijderd_ms is not None:
            return None
        return self.event.event_id

    def organisatie_naam(self, organisatie_id: OrganisatieId | None) -> str:
        """Its id if it is gone."""
        found = self.organisaties.get(organisatie_id) if organisatie_id else None
        return found.naam if found is not None else str(organisatie_id or "")

    def swv_naam(self, swv_id: SwvId | None) -> str:
        found = self.swvs.get(swv_id) if swv_id else None
        return found.naam if found is not None else str(swv_id or "")


def explain(connection: Connection, record: InzendingRecord, person: Person) -> Explained:
    """As this person may see it: other tries only of its own SWV."""
    status = status_of(connection, record)
    nummer, versie = record.dossiernummer, record.versie
    tries = tries_of(connection, record.omgeving_id, record.hulpvraag_id)
    original = original_of(connection, record)
    moves = [m for m in list_moves(connection, nummer) if m.versie > versie] if nummer and versie else []
    move_events = (find_event(connection, move.event_id) for move in moves)
    organisaties = {o.organisatie_id: o for o in list_organisaties(connection)}
    lines = [*_lines(record, status)]
    for move in moves:
        lines += _move_lines(connection, move, organisaties)
    return Explained(
        record=record,
        status=status,
        event=find_version(connection, nummer, versie) if nummer and versie else None,
        move_events=tuple(event for event in move_events if event is not None),
        lines=tuple(sorted(lines, key=lambda line: line.at_ms)),
        redenen=redenen_of(connection, record.inzending_id),
        bijlagen=tuple(bijlagen_of(connection, record.inzending_id)),
        tries=tuple(one for one in tries if person.sees(one.swv_id)),
        original=original if original is not None and person.sees(original.swv_id) else None,
        dossier=find_dossier(connection, nummer) if nummer else None,
        organisaties=organisaties,
        swvs={s.swv_id: s for s in list_swvs(connection)},
    )


def _lines(record: InzendingRecord, status: Status) -> Iterator[Line]:
    published = 0
    for moment in status.tijdlijn:
        published += moment.gebeurtenis is Gebeurtenis.GEPUBLICEERD
        soort, tekst = _words(record, moment.gebeurtenis, moment.code, published)
        yield Line(at_ms=to_ms(moment.at), soort=soort, tekst=tekst)


def _move_lines(
    connection: Connection, move: MoveRecord, organisaties: Mapping[OrganisatieId, Organisatie]
) -> Iterator[Line]:
    van, naar = (
        organisaties[key].naam if key in organisaties else key
        for key in (move.van_organisatie_id, move.naar_organisatie_id)
    )
    tekst = f"Verplaatst van {van} naar {naar} door {move.actor}. Toelichting: {move.toelichting}"
    yield Line(at_ms=move.at_ms, soort="", tekst=tekst)
    moments = gebeurtenissen_of(connection, move.event_id)
    if move.bezorgd_ms is not None:  # retention has taken the rest
        moments = (Moment(at=from_ms(move.bezorgd_ms), gebeurtenis=Gebeurtenis.BEZORGD),)
    for moment in moments:
        soort, tekst = _move_words(moment)
        yield Line(at_ms=to_ms(moment.at), soort=soort, tekst=tekst)


def _move_words(moment: Moment) -> tuple[str, str]:
    match moment.gebeurtenis:
        case Gebeurtenis.BEZORGD:
            return "goed", "Kindkans heeft de verplaatsing verwerkt."
        case Gebeurtenis.VASTGELOPEN:
            return "fout", f"Verplaatsing vastgelopen ({moment.code}): {dead_words(moment.code).betekenis}"
        case Gebeurtenis.OPNIEUW:
            return "", "Verplaatsing opnieuw aangeboden aan Kindkans."
        case _:
            return "", "Verplaatsing verzonden naar Kindkans."


def _words(record: InzendingRecord, what: Gebeurtenis, code: str, published: int) -> tuple[str, str]:
    match what:
        case Gebeurtenis.ONTVANGEN:
            return "", f"Binnengekomen: het eerste byte van omgeving {record.omgeving_id}."
        case Gebeurtenis.AFGEWEZEN:
            return "fout", "Afgewezen: de school kreeg dossiernummer -1."
        case Gebeurtenis.GEACCEPTEERD:
            which = "" if code == Soort.NIEUW else f", als versie {record.versie} van het dossier"
            return "", f"Geaccepteerd: de school kreeg dossiernummer {record.dossiernummer}{which}."
        case Gebeurtenis.DUBBEL:
            return "", (
                "Herkend als dubbel: dezelfde hulpvraag met dezelfde inhoud was er al. De school kreeg "
                f"hetzelfde dossiernummer {record.dossiernummer}."
            )
        case Gebeurtenis.GEPUBLICEERD:
            again = f" (poging {published})" if published > 1 else ""
            return "", f"Verzonden naar Kindkans{again}."
        case Gebeurtenis.BEZORGD:
            return "goed", "Bezorgd: Kindkans heeft bevestigd dat het dossier is opgeslagen."
        case Gebeurtenis.VASTGELOPEN:
            return "fout", f"Vastgelopen ({code}): {dead_words(code).betekenis}"
        case Gebeurtenis.OPNIEUW:
            return "", "Opnieuw aangeboden aan Kindkans."
