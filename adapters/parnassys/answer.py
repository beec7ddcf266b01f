"""The answers to the three questions, as XML. The only place where -1 exists (domain.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from adapters.parnassys.names import NS, Operation
from adapters.parnassys.soap import element
from dossier.identifiers import BerichtId
from dossier.reden import Reden
from dossier.status import Moment, Status, Toestand
from dossier.verdict import Accepted, Refused, Soort, Verdict

_REFUSED = -1
_UNKNOWN = "onbekend"  # no such message, or not of this omgeving: the same answer for both


def answer_indienen(bericht_id: BerichtId, verdict: Verdict) -> str:
    """The Body of the answer to indienenHulpvraag."""
    match verdict:
        case Accepted():
            number: int = verdict.dossiernummer
            redenen: tuple[Reden, ...] = ()
            dubbel = verdict.soort is Soort.DUBBEL
        case Refused():
            number, redenen, dubbel = _REFUSED, verdict.redenen, False
        case _:
            assert_never(verdict)
    return _wrap(
        Operation.INDIENEN,
        element("berichtId", bericht_id)
        + element("dossiernummer", str(number))
        + ("<dubbel>true</dubbel>" if dubbel else "")
        + _redenen(redenen),
    )


def answer_controleren(bericht_id: BerichtId, redenen: tuple[Reden, ...]) -> str:
    """The Body of the answer to controlerenHulpvraag."""
    return _wrap(Operation.CONTROLEREN, element("berichtId", bericht_id) + _redenen(redenen))


def answer_opvragen(status: Status | None) -> str:
    """The Body of the answer to opvragenStatus; None is a message that is not the sender's, or is not."""
    if status is None:
        return _wrap(Operation.OPVRAGEN, element("status", _UNKNOWN) + "<redenen/><tijdlijn/>")
    return _wrap(
        Operation.OPVRAGEN,
        element("status", status.toestand.value)
        + element("berichtId", status.bericht_id)
        + _status_number(status)
        + ("<dubbel>true</dubbel>" if status.dubbel else "")
        + (element("organisatie", status.organisatie) if status.organisatie else "")
        + _redenen(status.redenen)
        + f"<tijdlijn>{''.join(map(_moment, status.tijdlijn))}</tijdlijn>",
    )


def _wrap(operation: Operation, content: str) -> str:
    return f'<{operation.answer} xmlns="{NS}">{content}</{operation.answer}>'


def _redenen(redenen: tuple[Reden, ...]) -> str:
    return f"<redenen>{''.join(map(_reden, redenen))}</redenen>"


def _reden(reden: Reden) -> str:
    return (
        "<reden>"
        + element("code", reden.code.value)
        + element("melding", reden.melding)
        + element("oplossing", reden.oplossing)
        + element("wie", reden.wie.value)
        + element("veld", reden.veld)
        + "</reden>"
    )


def _status_number(status: Status) -> str:
    if status.dossiernummer is not None:
        return element("dossiernummer", str(status.dossiernummer))
    return element("dossiernummer", str(_REFUSED)) if status.toestand is Toestand.AFGEWEZEN else ""


def _moment(moment: Moment) -> str:
    return (
        "<moment>"
        + element("tijdstip", _instant(moment.at))
        + element("gebeurtenis", moment.gebeurtenis.value)
        + (element("code", moment.code) if moment.code else "")
        + "</moment>"
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
