"""A tab that is a list of one kind of thing, each with one form: aanpak and TLV.

What is said of the one kind is a `Soort`; adding, changing and removing go the same way for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer, SwvId
from kindkans.dossiers.refusals import NotThere
from kindkans.pages import dossier, weg
from kindkans.pages.invoer import LONG_FORM_BYTES, WEG, Invoer, attempt
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Besluit
from kindkans.rights.words import Tab
from web.errors import NotHere
from web.page import Page

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Soort(Generic[T]):
    """One kind of row: its statements, and how it goes in and out of its form."""

    tab: Tab
    velden: tuple[str, ...]
    rows: Callable[[Visit, Connection, Dossiernummer], Sequence[T]]
    one: Callable[[Visit, Connection, Dossiernummer, str], T]  # raises NotThere
    values: Callable[[T], Mapping[str, str]]  # of its form
    state: Callable[[T], tuple[object, ...]]  # all that its form changes
    add: Callable[[Visit, Connection, Dossiernummer, Invoer], None]
    change: Callable[[Visit, Connection, Dossiernummer, str, Invoer], None]
    remove: Callable[[Visit, Connection, Dossiernummer, str], None]
    around: Callable[[Visit, Connection, SwvId, Sequence[T]], Mapping[str, Any]]  # what its pages need more
    titel: str
    uitleg: str  # of the removal


def pages(soort: Soort[T]) -> tuple[Page[Visit], ...]:
    path = f"{dossier.PATH}/{soort.tab}"
    one = f"{path}/{{id}}"

    def look(visit: Visit, connection: Connection, number: Dossiernummer) -> tuple[object, ...]:
        return soort.state(soort.one(visit, connection, number, visit.row_id()))

    def remove(visit: Visit, connection: Connection, number: Dossiernummer) -> None:
        soort.remove(visit, connection, number, visit.row_id())

    return (
        Page(path=path, handler=lambda visit: _tab(soort, visit, Invoer.first(soort.velden), 200)),
        Page(
            path=path,
            handler=lambda visit: _add(soort, visit),
            method="POST",
            max_bytes=LONG_FORM_BYTES,
        ),
        *weg.pages(f"{one}/verwijderen", soort.tab, soort.titel, soort.uitleg, look, remove),
        Page(path=one, handler=lambda visit: _one(soort, visit, None, 200)),
        Page(
            path=one,
            handler=lambda visit: _change(soort, visit),
            method="POST",
            max_bytes=LONG_FORM_BYTES,
        ),
    )


def _add(soort: Soort[T], visit: Visit) -> Response:
    number, invoer = visit.number(), Invoer.typed(visit, soort.velden)

    def change(connection: Connection) -> None:
        visit.change(connection, number, soort.tab)
        visit.check_lock(*_state_of_tab(soort, number, soort.rows(visit, connection, number)))
        soort.add(visit, connection, number, invoer)

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _tab(soort, visit, invoer, status),
        done=lambda: visit.redirect(f"/dossiers/{number}/{soort.tab}", gedaan="toegevoegd"),
    )


def _change(soort: Soort[T], visit: Visit) -> Response:
    number, its_id, invoer = visit.number(), visit.row_id(), Invoer.typed(visit, soort.velden)

    def change(connection: Connection) -> None:
        visit.change(connection, number, soort.tab)
        visit.check_lock(*soort.state(soort.one(visit, connection, number, its_id)))
        soort.change(visit, connection, number, its_id, invoer)

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _one(soort, visit, invoer, status),
        done=lambda: visit.redirect(f"/dossiers/{number}/{soort.tab}", gedaan="opgeslagen"),
    )


def _tab(soort: Soort[T], visit: Visit, invoer: Invoer, status: int) -> Response:
    def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
        number = besluit.plaats.dossiernummer
        rows = soort.rows(visit, connection, number)
        return {
            "rijen": rows,
            "invoer": invoer,
            "slot": visit.lock(*_state_of_tab(soort, number, rows)),
            **soort.around(visit, connection, besluit.plaats.swv_id, rows),
        }

    return dossier.show(visit, soort.tab, f"tab_{soort.tab}.html", gather, status=status)


def _one(soort: Soort[T], visit: Visit, typed: Invoer | None, status: int) -> Response:
    def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
        number = besluit.plaats.dossiernummer
        visit.change(connection, number, soort.tab)
        try:
            row = soort.one(visit, connection, number, visit.row_id())
        except NotThere:
            raise NotHere(WEG) from None
        return {
            "rij": row,
            "invoer": typed or Invoer.first(soort.velden, soort.values(row)),
            "slot": visit.lock(*soort.state(row)),
            **soort.around(visit, connection, besluit.plaats.swv_id, [row]),
        }

    return dossier.show(visit, soort.tab, f"{soort.tab}.html", gather, status=status)


def _state_of_tab(soort: Soort[T], number: Dossiernummer, rows: Sequence[T]) -> tuple[object, ...]:
    """That nothing was added or removed since: a form that is sent twice adds one."""
    return soort.tab.value, number, tuple(soort.state(row)[0] for row in rows)
