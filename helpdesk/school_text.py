"""A text for the school, ready for an e-mail: plain Dutch, and not a word about the leerling."""

from __future__ import annotations

from collections.abc import Sequence

from database.inzendingen import InzendingRecord
from dossier.reden import Reden
from web.render import moment

_GREETING = "Beste collega,"
_CLOSING = "Met vriendelijke groet,\nHelpdesk Kindkans"


def rejection_text(record: InzendingRecord, redenen: Sequence[Reden]) -> str:
    """Each reden with what to do."""
    several = len(redenen) > 1
    lines = [
        _GREETING,
        "",
        f"Op {moment(record.received_ms)} is vanuit ParnasSys een hulpvraag verstuurd voor "
        f"{_school(record)}. Die kon niet in Kindkans worden geplaatst en kreeg dossiernummer -1. "
        + (f"Daar zijn {len(redenen)} redenen voor:" if several else "De reden:"),
    ]
    for number, reden in enumerate(redenen, start=1):
        lines += ["", f"{number}. {reden.melding}" if several else reden.melding, f"   {reden.oplossing}"]
    return _closed(lines, record)


def accepted_text(record: InzendingRecord, organisatie: str, *, delivered: bool) -> str:
    """FAQ 2, seen from the school: it has a number and does not find it."""
    lines = [
        _GREETING,
        "",
        f"De hulpvraag die op {moment(record.received_ms)} vanuit ParnasSys is verstuurd voor "
        f"{_school(record)} is aangekomen en heeft dossiernummer {record.dossiernummer}.",
        "",
    ]
    if delivered:
        lines += [
            f"Zij staat in Kindkans bij de organisatie {organisatie}. Ziet u de hulpvraag daar niet? "
            "Dan heeft uw account geen of onvoldoende rechten voor deze organisatie. Geef dit aan bij uw "
            "samenwerkingsverband en vermeld daarbij de naam en de brincode van uw school.",
        ]
    else:
        lines += [
            "Zij is nog niet zichtbaar in Kindkans; daar wordt aan gewerkt. U hoeft de hulpvraag niet "
            "opnieuw te versturen.",
        ]
    return _closed(lines, record)


def _school(record: InzendingRecord) -> str:
    naam = " ".join(record.schoolnaam.split()) or "uw school"
    return f"{naam} (brincode {record.brin})" if record.brin else f"{naam} (zonder geldige brincode)"


def _closed(lines: list[str], record: InzendingRecord) -> str:
    return "\n".join([*lines, "", _CLOSING, "", f"Referentie: {record.inzending_id}", ""])
