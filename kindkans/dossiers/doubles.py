"""Hulpvragen that may be one, entered twice: of the same leerling at the same organisatie (FAQ 1).

They are shown side by side and never merged by us: twins have the same birth date, and two children in one
dossier is the worst that can happen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from dossier.identifiers import Dossiernummer, HulpvraagId
from kindkans.dossiers.content import Inhoud
from kindkans.dossiers.hulpvraag import fields
from kindkans.rights.statements import visible
from kindkans.rights.words import Lid, Tab
from kindkans.schema import dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Regel:
    """One field of hulpvragen side by side."""

    tab: Tab
    veld: str
    teksten: tuple[str, ...]  # in the order of the hulpvragen; "" where it has none

    @property
    def gelijk(self) -> bool:
        return len(set(self.teksten)) == 1


def doubles_of(connection: Connection, lid: Lid, today: date, number: Dossiernummer) -> list[Dossiernummer]:
    """The others of the same leerling there, the newest first, of which `lid` may see whose they are."""
    mine = dossier.alias("mine")
    query = (
        select(dossier.c.dossiernummer)
        .join(
            mine,
            (mine.c.leerling_hash == dossier.c.leerling_hash)
            & (mine.c.organisatie_id == dossier.c.organisatie_id)
            & (mine.c.dossiernummer != dossier.c.dossiernummer),
        )
        .where(
            mine.c.dossiernummer == number,
            visible(lid, Tab.PERSOONSGEGEVENS, today),
            visible(lid, Tab.HULPVRAAG, today),
        )
        .order_by(dossier.c.dossiernummer.desc())
    )
    return [Dossiernummer(found) for found in connection.execute(query).scalars()]


def side_by_side(inhouden: Sequence[Inhoud], tabs: Collection[Tab]) -> list[Regel]:
    """Every field of those tabs that one of them has."""
    texts = [dict(fields(inhoud)) for inhoud in inhouden]
    return [
        Regel(tab=tab, veld=veld, teksten=tuple(one.get((tab, veld), "") for one in texts))
        for tab, veld in dict.fromkeys(key for one in texts for key in one)
        if tab in tabs
    ]


def same_words(one: Inhoud, other: Inhoud) -> bool:
    """Whether all but the id that ParnasSys gave the hulpvraag is the same, bijlagen included."""
    return _without_id(one) == _without_id(other)


def _without_id(inhoud: Inhoud) -> Inhoud:
    return replace(inhoud, hulpvraag=replace(inhoud.hulpvraag, hulpvraag_id=HulpvraagId("")))
