"""Hulpvragen of the same leerling side by side (FAQ 1). Which one goes is the person's choice."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.content import Inhoud
from kindkans.dossiers.doubles import doubles_of, same_words, side_by_side
from kindkans.dossiers.hulpvraag import current_versie
from kindkans.pages import dossier
from kindkans.pages.tab_inhoud import read_inhoud
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Besluit
from kindkans.rights.words import Tab
from web.page import Page

_CONTENT = (Tab.PERSOONSGEGEVENS, Tab.SCHOOLGEGEVENS, Tab.HULPVRAAG, Tab.BIJLAGEN)
_MOST = 4  # beside each other on one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Kolom:
    nummer: Dossiernummer
    inhoud: Inhoud
    mag_verwijderen: bool
    zelfde_woorden: bool  # as the first


def dubbel(visit: Visit) -> Response:
    number = visit.number()
    with visit.writing() as connection:
        besluit = visit.see(connection, number, Tab.PERSOONSGEGEVENS)  # whose it is, is what is compared
        others = doubles_of(connection, visit.person, visit.today, number)
        besluiten = [besluit, *(visit.besluit(connection, other) for other in others[: _MOST - 1])]
        tabs = [tab for tab in _CONTENT if all(one.ziet(tab) for one in besluiten)]
        _audit(visit, connection, besluiten, tabs)
        columns = _columns(visit, connection, besluiten)
        kop = dossier.kop_of(visit, connection, besluit)
    return visit.page(
        "dubbel.html",
        kop=kop,
        kolommen=columns,
        regels=side_by_side([one.inhoud for one in columns], tabs),
        meer=len(others) - (_MOST - 1),
    )


def _audit(visit: Visit, connection: Connection, besluiten: list[Besluit], tabs: list[Tab]) -> None:
    """Each tab of each of them is seen here; that of the first was written down already."""
    for at, besluit in enumerate(besluiten):
        for tab in tabs:
            if at or tab is not Tab.PERSOONSGEGEVENS:
                visit.see(connection, besluit.plaats.dossiernummer, tab)


def _columns(visit: Visit, connection: Connection, besluiten: list[Besluit]) -> list[Kolom]:
    """Without what can not be read."""
    columns: list[Kolom] = []
    for besluit in besluiten:
        number = besluit.plaats.dossiernummer
        versie = current_versie(connection, number)
        inhoud = read_inhoud(visit, versie) if versie is not None else None
        if inhoud is not None:
            columns.append(
                Kolom(
                    nummer=number,
                    inhoud=inhoud,
                    mag_verwijderen=dossier.may_delete(visit, besluit),
                    zelfde_woorden=bool(columns) and same_words(columns[0].inhoud, inhoud),
                )
            )
    return columns


PAGES = (Page(path=f"{dossier.PATH}/dubbel", handler=dubbel),)
