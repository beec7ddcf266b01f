"""One inzending with all that its page tells: what came, what became of it, and why it went where it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from database.dossiers import DossierRow, find_dossier
from database.inzendingen import BijlageRecord, InzendingRecord, bijlagen_of, redenen_of, tries_of
from database.organisaties import Swv, list_organisaties, list_swvs
from database.outbox_rows import OutboxRow, State, find_version
from database.status import original_of, status_of
from dossier.identifiers import InzendingId, OrganisatieId, SwvId
from dossier.reden import Reden
from dossier.status import Gebeurtenis, Status, Toestand
from dossier.timestamps import to_ms
from dossier.verdict import Soort
from helpdesk.roles import Person
from helpdesk.web.dead_words import dead_words
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
        return self.status.toestand in _FINISHED

    @property
    def dead(self) -> bool:
        return self.event is not None and self.event.state is State.DOOD

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
    return Explained(
        record=record,
        status=status,
        event=find_version(connection, nummer, versie) if nummer and versie else None,
        lines=_lines(record, status),
        redenen=redenen_of(connection, record.inzending_id),
        bijlagen=tuple(bijlagen_of(connection, record.inzending_id)),
        tries=tuple(one for one in tries if person.sees(one.swv_id)),
        original=original if original is not None and person.sees(original.swv_id) else None,
        dossier=find_dossier(connection, nummer) if nummer else None,
        organisaties={o.organisatie_id: o for o in list_organisaties(connection)},
        swvs={s.swv_id: s for s in list_swvs(connection)},
    )


def _lines(record: InzendingRecord, status: Status) -> tuple[Line, ...]:
    lines, published = [], 0
    for moment in status.tijdlijn:
        published += moment.gebeurtenis is Gebeurtenis.GEPUBLICEERD
        soort, tekst = _words(record, moment.gebeurtenis, moment.code, published)
        at_ms = to_ms(moment.at)
        lines.append(Line(at_ms=at_ms, soort=soort, tekst=tekst))
    return tuple(lines)


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
            return "", "Opnieuw aangeboden aan Kindkans door de helpdesk."
