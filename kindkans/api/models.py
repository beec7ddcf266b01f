"""The types that the API takes and gives, each with its bounds; and what may be asked or sent.

What a field may hold is said once more by the statements (dossiers/checks.py, written.py), whose refusal
names the field in Dutch: what is here only keeps out what could never be one.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.aanpakken import AanpakSoort
from kindkans.dossiers.tlvs import Categorie
from kindkans.dossiers.written import LONGEST_LINE, LONGEST_TEXT

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
HIGHEST = 2**63 - 1
MOST_ROWS = 100


class Model(BaseModel):
    """A field that is not ours is an error: a slip of the pen is never silently nothing."""

    model_config = ConfigDict(extra="forbid")


def _only_text(value: Any) -> Any:
    """pydantic takes a number for the seconds since 1970."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("no day")
    return value


Dag = Annotated[date, BeforeValidator(_only_text), WithJsonSchema({"type": "string", "format": "date"})]
Nummer = Annotated[Dossiernummer, Path(ge=1, le=HIGHEST, description="the dossiernummer")]
Positie = Annotated[int, Path(ge=1, le=999, description="of the bijlage in the hulpvraag, from 1")]
RijId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Gebruikersnaam = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9._@-]+$")]
Regel = Annotated[str, Field(max_length=LONGEST_LINE)]
Tekst = Annotated[str, Field(max_length=LONGEST_TEXT)]
_CURSOR = r"^[va][1-9][0-9]{0,18}$"
Cursor = Annotated[str | None, Field(max_length=20, pattern=_CURSOR)]


class Lijst(Model):
    """What the list is of."""

    organisatie_id: str | None = Field(None, min_length=1, max_length=64)
    soort: str | None = Field(None, min_length=1, max_length=24, description="of the hulpvraag")
    cursor: Cursor = Field(None, description="`volgende` or `vorige` of a page")
    aantal: int = Field(50, ge=1, le=MOST_ROWS, description="dossiers on a page")


class Zoekvraag(Model):
    """In the body, for an address is kept in logs, and a name does not belong there."""

    tekst: str = Field(min_length=1, max_length=200, description="a surname or a dossiernummer")
    cursor: Cursor = None
    aantal: int = Field(50, ge=1, le=MOST_ROWS, strict=True)


class NieuweOverlegronde(Model):
    onderwerp: Regel
    verslag: Tekst = ""
    einddatum: Dag = Field(description="the last day that it invites")
    deelnemers: list[Gebruikersnaam] = Field(default_factory=list, max_length=50)


class NieuweAanpak(Model):
    soort: AanpakSoort
    behandelaar: Gebruikersnaam
    begindatum: Dag
    einddatum: Dag | None = Field(None, description="the last day; null: it goes on")
    omschrijving: Tekst
    evaluatie: Tekst = ""


class NieuweTlv(Model):
    categorie: Categorie
    afgiftedatum: Dag
    begindatum: Dag
    einddatum: Dag = Field(description="the last day")
    nummer: Regel
    budget: Regel = ""
    toelichting: Tekst = ""


class NieuweNotitie(Model):
    notitie: Tekst


class OpAgenda(Model):
    vergadering_id: str = Field(pattern="^[0-9a-f]{32}$")


class Einddatum(Model):
    einddatum: Dag = Field(description="the last day; one that has passed ends it")


class WieZiet(Model):
    account: Gebruikersnaam = Field(description="gebruikersnaam of the account that it is about")
