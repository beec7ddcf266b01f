"""From an exception to a Fault: one table, read from the top, the first class that fits.

Where we failed the text says so and to try again; where the sender failed, what to mend. The text of
an exception is shown only if the table says so; an exception that is not in it says nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.parnassys.errors import (
    AddressingFault,
    NotUnderstood,
    NotXml,
    UnknownOperation,
    UnsupportedMediaType,
    VersionMismatch,
)
from adapters.parnassys.events import Addressing
from adapters.parnassys.names import NS, SOAP_FAULT_ACTION, WSA, WSA_FAULT_ACTION, SoapVersion
from adapters.parnassys.soap import element, envelope, escape
from dossier.errors import (
    BerichtConflict,
    DeadlinePassed,
    Draining,
    MalformedMessage,
    MessageTooLarge,
    NotAuthenticated,
    Unavailable,
)

RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of failure is answered."""

    code: str  # ours, in detail/storing
    soap11: str = "Client"
    soap12: str = "Sender"
    # SOAP 1.1, 6.2 and WS-I BP R1126 ask 500 for a Fault; SOAP 1.2, part 2, 7.5.2.2 asks 400 of a Sender.
    status11: int = 500
    status12: int = 400
    text: str = ""  # "": the exception's own, which is Dutch and quotes nothing
    retry: bool = False


_LATER = "Verstuur hetzelfde bericht later opnieuw, met hetzelfde berichtId."

_KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (
        NotAuthenticated,
        Kind(
            code="NIET_AANGEMELD",
            status11=401,
            status12=401,
            text="De aanmelding ontbreekt of is onjuist. Controleer de omgeving en de sleutel van de "
            "koppeling, of vraag de helpdesk van Kindkans om een nieuwe sleutel.",
        ),
    ),
    (
        MessageTooLarge,
        Kind(
            code="BERICHT_TE_GROOT",
            status11=413,
            status12=413,
            text="Het bericht is in zijn geheel te groot. Verstuur minder of kleinere bijlagen.",
        ),
    ),
    (UnsupportedMediaType, Kind(code="MEDIATYPE_NIET_ONDERSTEUND", status11=415, status12=415)),
    (NotXml, Kind(code="GEEN_GELDIGE_XML", status11=400)),
    (
        VersionMismatch,
        Kind(code="SOAP_VERSIE", soap11="VersionMismatch", soap12="VersionMismatch", status12=500),
    ),
    (
        NotUnderstood,
        Kind(code="HEADER_ONBEKEND", soap11="MustUnderstand", soap12="MustUnderstand", status12=500),
    ),
    (UnknownOperation, Kind(code="BEWERKING_ONBEKEND")),
    (AddressingFault, Kind(code="ADRESSERING")),
    (MalformedMessage, Kind(code="BERICHT_ONGELDIG")),
    (
        BerichtConflict,
        Kind(
            code="BERICHTID_AL_GEBRUIKT",
            text="Dit berichtId is eerder gebruikt voor een bericht met een andere inhoud. Verstuur dit "
            "bericht met een nieuw berichtId.",
        ),
    ),
    (
        DeadlinePassed,
        Kind(
            code="NIET_OP_TIJD",
            soap11="Server",
            soap12="Receiver",
            status11=503,
            status12=503,
            text=f"Kindkans kon het bericht niet op tijd verwerken. {_LATER}",
            retry=True,
        ),
    ),
    (
        Draining,
        Kind(
            code="HERSTART",
            soap11="Server",
            soap12="Receiver",
            status11=503,
            status12=503,
            text=f"Kindkans wordt herstart. {_LATER}",
            retry=True,
        ),
    ),
    (
        Unavailable,
        Kind(
            code="NIET_BESCHIKBAAR",
            soap11="Server",
            soap12="Receiver",
            status11=503,
            status12=503,
            text=f"Kindkans kan het bericht nu niet verwerken. {_LATER}",
            retry=True,
        ),
    ),
)

_UNKNOWN = Kind(
    code="ONBEKENDE_STORING",
    soap11="Server",
    soap12="Receiver",
    status12=500,
    text=f"Er ging iets mis bij Kindkans. {_LATER} "
    "Blijft het misgaan, noem dan de referentie aan de helpdesk.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    status: int
    code: str  # ours; for logs and metrics
    is_ours: bool  # we failed; else the sender did
    body: bytes
    retry_after_seconds: int | None  # None: repeating is no use, or no time can be said


def kind_of(error: BaseException) -> Kind:
    for exception, kind in _KINDS:
        if isinstance(error, exception):
            return kind
    return _UNKNOWN


def is_known(error: BaseException) -> bool:
    """Whether the table has it; what it has not is a defect of ours, to be logged as such."""
    return kind_of(error) is not _UNKNOWN


def fault(
    error: BaseException, version: SoapVersion, *, addressing: Addressing, referentie: str, message_id: str
) -> Fault:
    """`referentie` is what the school quotes to the helpdesk."""
    kind = kind_of(error)
    text = kind.text or str(error.args[0])
    detail = (
        f'<storing xmlns="{NS}">'
        f"{element('code', kind.code)}{element('melding', text)}{element('referentie', referentie)}"
        "</storing>"
    )
    soap11 = version is SoapVersion.V11
    body = _soap11(error, kind, text, detail) if soap11 else _soap12(error, kind, text, detail)
    action = WSA_FAULT_ACTION if isinstance(error, AddressingFault) else SOAP_FAULT_ACTION
    return Fault(
        status=kind.status11 if soap11 else kind.status12,
        code=kind.code,
        is_ours=kind.soap11 == "Server",
        body=envelope(version, body, addressing=addressing, action=action, message_id=message_id),
        retry_after_seconds=RETRY_AFTER_SECONDS if kind.retry else None,
    )


def _soap11(error: BaseException, kind: Kind, text: str, detail: str) -> str:
    if isinstance(error, AddressingFault):
        code = f'<faultcode xmlns:wsa="{WSA}">wsa:{error.subcode}</faultcode>'
    else:
        code = f"<faultcode>soap:{kind.soap11}</faultcode>"
    return (
        f'<soap:Fault>{code}<faultstring xml:lang="nl">{escape(text)}</faultstring>'
        f"<detail>{detail}</detail></soap:Fault>"
    )


def _soap12(error: BaseException, kind: Kind, text: str, detail: str) -> str:
    subcode = ""
    if isinstance(error, AddressingFault):
        value = f'<soap:Value xmlns:wsa="{WSA}">wsa:{error.subcode}</soap:Value>'
        subcode = f"<soap:Subcode>{value}</soap:Subcode>"
    return (
        f"<soap:Fault><soap:Code><soap:Value>soap:{kind.soap12}</soap:Value>{subcode}</soap:Code>"
        f'<soap:Reason><soap:Text xml:lang="nl">{escape(text)}</soap:Text></soap:Reason>'
        f"<soap:Detail>{detail}</soap:Detail></soap:Fault>"
    )
