"""What is refused before it is a message: one table, and how it is said.

Plain Dutch text with a code, and a referentie to quote, as a Fault has; never a word of the request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.parnassys.endpoint import REFERENTIE
from adapters.parnassys.fault import RETRY_AFTER_SECONDS
from dossier.identifiers import InzendingId


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    status: int
    code: str  # for logs and the answer
    text: str
    retry: bool = False


_LATER = "Verstuur hetzelfde bericht later opnieuw, met hetzelfde berichtId."

INVALID = Refusal(status=400, code="HTTP_ONGELDIG", text="Het HTTP-verzoek is ongeldig.")
TRAILERS = Refusal(
    status=400, code="HTTP_ONGELDIG", text="Het HTTP-verzoek heeft velden na de inhoud (trailers)."
)
FRAMING = Refusal(
    status=400,
    code="HTTP_ONGELDIG",
    text="Het HTTP-verzoek bestaat uit te kleine stukken (chunks), of uit stukken met toevoegingen.",
)
UPGRADE = Refusal(
    status=400,
    code="HTTP_ONGELDIG",
    text="Een ander protocol (Upgrade) wordt niet ondersteund. Verstuur het verzoek als HTTP/1.1.",
)
REPEATED = Refusal(
    status=400,
    code="HTTP_ONGELDIG",
    text="Een veld in de kop van het HTTP-verzoek mag maar één keer voorkomen.",
)
TWO_LENGTHS = Refusal(
    status=400, code="HTTP_ONGELDIG", text="Content-Length en Transfer-Encoding sluiten elkaar uit."
)
NOT_FOUND = Refusal(
    status=404, code="ADRES_ONBEKEND", text="Op dit adres is niets. Het adres van Kindkans staat in de WSDL."
)
LATE = Refusal(
    status=408,
    code="NIET_OP_TIJD",
    text=f"Het HTTP-verzoek was niet op tijd volledig. {_LATER}",
    retry=True,
)
LARGE_HEAD = Refusal(
    status=431, code="KOP_TE_GROOT", text="De kop van het HTTP-verzoek heeft te veel of te grote velden."
)
CROWDED = Refusal(
    status=503,
    code="TE_DRUK",
    text=f"Er zijn te veel verbindingen met Kindkans. {_LATER}",
    retry=True,
)

REFUSALS = (INVALID, TRAILERS, FRAMING, UPGRADE, REPEATED, TWO_LENGTHS, NOT_FOUND, LATE, LARGE_HEAD, CROWDED)

OnRefused = Callable[[Refusal, InzendingId], None]  # the InzendingId is the referentie of the answer


def answer(refusal: Refusal, referentie: InzendingId) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Header fields and body. The connection is closed after it: the rest of the request is unread."""
    body = (
        f"{refusal.code}: {refusal.text}\nReferentie voor de helpdesk van Kindkans: {referentie}\n".encode()
    )
    fields = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (REFERENTIE.lower().encode(), referentie.encode()),
        (b"connection", b"close"),
    ]
    if refusal.retry:
        fields.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    return fields, body
