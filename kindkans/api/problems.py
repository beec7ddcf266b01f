"""What goes wrong, as problem+json (RFC 9457), in plain Dutch: no word of a leerling, none of what was sent.

A handler raises ApiError; what the statements raise is translated here, once. What is not known here is our
own fault: it gets a reference, and its cause goes to the observer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from dossier.errors import Unavailable
from kindkans.dossiers import refusals
from kindkans.dossiers.deleting import Kind

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 30


class Probleem(StrEnum):
    """The `type`: a name for a program to look at. The texts may change."""

    ONLEESBAAR = "urn:kindkans:probleem:onleesbaar"
    GEEN_SLEUTEL = "urn:kindkans:probleem:geen-sleutel"
    GEEN_RECHT = "urn:kindkans:probleem:geen-recht"
    NIET_GEVONDEN = "urn:kindkans:probleem:niet-gevonden"
    METHODE = "urn:kindkans:probleem:methode"
    BELETSELS = "urn:kindkans:probleem:beletsels"
    TE_GROOT = "urn:kindkans:probleem:te-groot"
    ONGELDIG = "urn:kindkans:probleem:ongeldig"
    TE_VAAK = "urn:kindkans:probleem:te-vaak"
    FOUT = "urn:kindkans:probleem:fout"
    NIET_BESCHIKBAAR = "urn:kindkans:probleem:niet-beschikbaar"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    status: int
    title: str
    detail: str


SAID: Mapping[Probleem, _Said] = {
    Probleem.ONLEESBAAR: _Said(status=400, title="Niet te lezen", detail="Dit verzoek is niet te lezen."),
    Probleem.GEEN_SLEUTEL: _Said(
        status=401,
        title="Geen geldige sleutel",
        detail="Stuur een geldige sleutel mee: Authorization: Bearer SLEUTEL. Een sleutel maakt u in "
        "Kindkans bij uw account. Is het account geblokkeerd of de sleutel ingetrokken, dan geldt de sleutel "
        "niet meer.",
    ),
    Probleem.GEEN_RECHT: _Said(
        status=403, title="Geen rechten", detail="Met de rol van dit account kan dit niet."
    ),
    Probleem.NIET_GEVONDEN: _Said(
        status=404, title="Niet gevonden", detail="Dit is er niet, of dit account mag het niet zien."
    ),
    Probleem.METHODE: _Said(status=405, title="Kan hier niet", detail="Dit adres kent deze methode niet."),
    Probleem.BELETSELS: _Said(
        status=409,
        title="Nog niet te verwijderen",
        detail="De hulpvraag kan pas worden verwijderd als alles wat eraan hangt weg is. Wat er nog staat, "
        "vindt u in `beletsels`.",
    ),
    Probleem.TE_GROOT: _Said(status=413, title="Te groot", detail="Dit verzoek is te groot."),
    Probleem.ONGELDIG: _Said(
        status=422,
        title="Niet goed ingevuld",
        detail="Er is niets gewijzigd. Wat er niet goed is, vindt u in `velden`.",
    ),
    Probleem.TE_VAAK: _Said(
        status=429,
        title="Te vaak geprobeerd",
        detail="Er is te vaak een verkeerde sleutel gestuurd. Controleer de sleutel en probeer het later "
        "opnieuw.",
    ),
    Probleem.FOUT: _Said(
        status=500,
        title="Er ging iets mis",
        detail="Dit is een fout van ons. Er is niets gewijzigd. Meld de referentie.",
    ),
    Probleem.NIET_BESCHIKBAAR: _Said(
        status=503,
        title="Even niet beschikbaar",
        detail="Kindkans kan dit nu niet lezen of opslaan. Probeer het over een minuut opnieuw.",
    ),
}
BY_STATUS: Mapping[int, Probleem] = {said.status: soort for soort, said in SAID.items()}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Veldfout(_Model):
    veld: str = Field(description="where it is in what was sent, with dots between; never what was sent")
    melding: str


class Beletsel(_Model):
    soort: Kind
    id: str = Field(description="of a bijlage its positie")
    pagina: str = Field(description="where a person sees it, as a link of Kindkans' site")
    pad: str = Field(description="DELETE this, and it no longer stands in the way")


class Problem(_Model):
    """RFC 9457."""

    type: Probleem
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    velden: list[Veldfout] | None = Field(None, description="of 422: each field that is wrong")
    beletsels: list[Beletsel] | None = Field(None, description="of 409: each thing that must go first")
    referentie: str | None = Field(None, description="of 500 and 503: to tell the helpdesk of Kindkans")


class ApiError(Exception):
    """Answered as a Problem. Its text is its type."""

    def __init__(
        self,
        soort: Probleem,
        detail: str = "",
        *,
        velden: Sequence[Veldfout] = (),
        beletsels: Sequence[Beletsel] = (),
    ) -> None:
        super().__init__(soort.value)
        self.soort = soort
        self.detail = detail
        self.velden = list(velden)
        self.beletsels = list(beletsels)


def known_error(error: Exception) -> ApiError | None:
    """None: nobody foresaw it, so it is our fault."""
    match error:
        case ApiError():
            return error
        case refusals.NotThere():
            return ApiError(Probleem.NIET_GEVONDEN)
        case refusals.Refused():
            return ApiError(
                Probleem.ONGELDIG, velden=[Veldfout(veld=error.veld.value, melding=error.melding)]
            )
        case RequestValidationError():
            return ApiError(Probleem.ONGELDIG, velden=list(_fields(error.errors())))
        case HTTPException():
            return ApiError(BY_STATUS.get(error.status_code, Probleem.ONLEESBAAR))
        case Unavailable():
            return ApiError(Probleem.NIET_BESCHIKBAAR)
        case _:
            return None


def problem_response(error: ApiError, *, referentie: str | None = None) -> JSONResponse:
    said = SAID[error.soort]
    body = Problem(
        type=error.soort,
        title=said.title,
        status=said.status,
        detail=error.detail or said.detail,
        velden=error.velden or None,
        beletsels=error.beletsels or None,
        referentie=referentie,
    )
    return JSONResponse(
        body.model_dump(mode="json", exclude_none=True),
        status_code=said.status,
        media_type=MEDIA_TYPE,
        headers=_HEADERS.get(error.soort),
    )


_HEADERS: Mapping[Probleem, dict[str, str]] = {
    Probleem.GEEN_SLEUTEL: {"WWW-Authenticate": "Bearer"},
    Probleem.TE_VAAK: {"Retry-After": str(RETRY_SECONDS)},
    Probleem.NIET_BESCHIKBAAR: {"Retry-After": str(RETRY_SECONDS)},
}


# By pydantic's name of what is wrong: the texts of its own are English, and may quote what was sent.
_MELDINGEN: Mapping[str, str] = {
    "missing": "Dit ontbreekt.",
    "extra_forbidden": "Hier staat een veld dat er niet is.",
    "json_invalid": "Dit is geen JSON.",
    "string_too_long": "Dit is te lang.",
    "string_too_short": "Dit is leeg of te kort.",
    "too_long": "Dit zijn er te veel.",
    "enum": "Deze keuze is er niet.",
    "literal_error": "Deze keuze is er niet.",
}


def _fields(errors: Sequence[Mapping[str, Any]]) -> Iterator[Veldfout]:
    for one in errors:
        kind = one["type"]
        parts = [str(part) for part in one["loc"]]
        # Of a field that is not ours the name is the sender's; of what is no JSON the place is a number.
        shown = parts[:-1] if kind in ("extra_forbidden", "json_invalid") else parts
        melding = _MELDINGEN.get(kind, "Dit is niet goed ingevuld.")
        yield Veldfout(veld=".".join(shown[1:]) or shown[0], melding=melding)
