"""From a message that fits the contract to the words of the house. Nothing is judged here.

Texts stay as they came, but for the blanks around what the XSD calls a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from adapters.parnassys.events import Message
from adapters.parnassys.names import NS
from dossier.dossier import Bijlage, Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.errors import MalformedMessage
from dossier.identifiers import BerichtId, Dossiernummer, HulpvraagId

_PREFIX = len(NS) + 2  # "{namespace}"
_BLANKS = " \t\r\n"
_DATE_CHARACTERS = len("2026-01-31")  # xs:date may carry a time zone, which a day has not


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhoud:
    """What became of the content of one bijlage while it was read."""

    size_bytes: int
    sha256: str = ""
    content_type: str = ""
    object_id: str = ""


_NO_INHOUD = Inhoud(size_bytes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusQuestion:
    """Exactly one of the two is given."""

    bericht_id: BerichtId | None
    dossiernummer: Dossiernummer | None


def to_dossier(message: Message, inhoud: Mapping[int, Inhoud]) -> Dossier:
    """The dossier in a message that `Contract.check` has passed. `inhoud` is by number of arrival.

    Raises MalformedMessage for a tijdstip that XML Schema allows and no calendar has.
    """
    fields = _fields(message.payload)
    return Dossier(
        bericht_id=_bericht_id(fields["berichtId"]),
        tijdstip=_tijdstip(_text(fields["tijdstip"])),
        school=_school(_texts(fields["school"])),
        leerling=_leerling(_texts(fields["leerling"])),
        hulpvraag=_hulpvraag(fields["hulpvraag"]),
        bijlagen=_bijlagen(fields.get("bijlagen"), message.bijlagen, inhoud),
    )


def to_status_question(message: Message) -> StatusQuestion:
    fields = _fields(message.payload)
    if "berichtId" in fields:
        return StatusQuestion(bericht_id=_bericht_id(fields["berichtId"]), dossiernummer=None)
    return StatusQuestion(bericht_id=None, dossiernummer=Dossiernummer(int(_text(fields["dossiernummer"]))))


def _school(texts: Mapping[str, str]) -> School:
    return School(
        brin=texts["brin"],
        vestiging=texts.get("vestiging", ""),
        naam=texts.get("naam", ""),
        plaats=texts.get("plaats", ""),
    )


def _leerling(texts: Mapping[str, str]) -> Leerling:
    return Leerling(
        leerling_id=texts["leerlingId"].strip(_BLANKS),
        voornamen=texts.get("voornamen", ""),
        tussenvoegsel=texts.get("tussenvoegsel", ""),
        achternaam=texts.get("achternaam", ""),
        geboortedatum=texts.get("geboortedatum", ""),
        geslacht=texts.get("geslacht", "").strip(_BLANKS),
        groep=texts.get("groep", ""),
    )


def _hulpvraag(element: etree._Element) -> Hulpvraag:
    fields = _fields(element)
    indiener = _texts(fields["indiener"])
    return Hulpvraag(
        hulpvraag_id=HulpvraagId(_text(fields["hulpvraagId"])),
        soort=_text(fields["soort"]),
        titel=fields["titel"].text or "",
        omschrijving=(fields["omschrijving"].text or "") if "omschrijving" in fields else "",
        hulpvraagdatum=_text(fields["hulpvraagdatum"])[:_DATE_CHARACTERS],
        indiener=Indiener(
            naam=indiener["naam"],
            functie=indiener.get("functie", ""),
            email=indiener.get("email", "").strip(_BLANKS),
        ),
        toestemming_ouders=_text(fields["toestemmingOuders"]) in {"true", "1"},
    )


def _bijlagen(
    element: etree._Element | None, numbers: tuple[int | None, ...], inhoud: Mapping[int, Inhoud]
) -> tuple[Bijlage, ...]:
    if element is None:
        return ()
    return tuple(
        _bijlage(positie, _texts(child), inhoud[number] if number is not None else _NO_INHOUD)
        for positie, (child, number) in enumerate(zip(element, numbers, strict=True), start=1)
    )


def _bijlage(positie: int, texts: Mapping[str, str], inhoud: Inhoud) -> Bijlage:
    return Bijlage(
        positie=positie,
        naam=texts.get("naam", ""),
        mediatype=texts.get("mediatype", ""),
        omschrijving=texts.get("omschrijving", ""),
        size_bytes=inhoud.size_bytes,
        sha256=inhoud.sha256,
        content_type=inhoud.content_type,
        object_id=inhoud.object_id,
    )


def _bericht_id(element: etree._Element) -> BerichtId:
    return BerichtId(_text(element).lower())


def _tijdstip(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise MalformedMessage(
            "tijdstip is geen bestaand moment. Gebruik bijvoorbeeld 2026-01-31T09:30:00+01:00.",
            veld="tijdstip",
        ) from None


def _fields(element: etree._Element) -> dict[str, etree._Element]:
    return {child.tag[_PREFIX:]: child for child in element}


def _texts(element: etree._Element) -> dict[str, str]:
    return {child.tag[_PREFIX:]: child.text or "" for child in element}


def _text(element: etree._Element) -> str:
    return (element.text or "").strip(_BLANKS)
