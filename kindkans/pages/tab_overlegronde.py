"""Tab Overlegronde: who talks together about this dossier, and sees it until when (FAQ 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers import overlegronden as rondes
from kindkans.dossiers.mensen import choosable, namen_of
from kindkans.dossiers.overlegronden import Overlegronde, OverlegrondeId
from kindkans.dossiers.refusals import NotThere
from kindkans.pages import dossier, weg
from kindkans.pages.invoer import LONG_FORM_BYTES, WEG, Invoer, attempt
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Besluit
from kindkans.rights.words import AccountId, Tab
from web.errors import NotHere
from web.page import Page

TAB = Tab.OVERLEGRONDE
PATH = f"{dossier.PATH}/{TAB}"
_ONE = f"{PATH}/{{id}}"
_NEW = ("onderwerp", "verslag", "einddatum", "deelnemers")
_TEXTS = ("onderwerp", "verslag")


def tab(visit: Visit) -> Response:
    return _tab(visit, Invoer.first(_NEW), 200)


def toevoegen(visit: Visit) -> Response:
    number, invoer = visit.number(), Invoer.typed(visit, _NEW)

    def change(connection: Connection) -> None:
        visit.change(connection, number, TAB)
        visit.check_lock(*_state_of_tab(visit, connection, number))
        chosen = invoer.keuze("deelnemers")
        rondes.add_overlegronde(
            connection,
            visit.site.seal,
            visit.person,
            number,
            onderwerp=invoer.waarden["onderwerp"],
            verslag=invoer.waarden["verslag"],
            einddatum=invoer.datum("einddatum"),
            deelnemers=[AccountId(chosen)] if chosen else [],
        )

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _tab(visit, invoer, status),
        done=lambda: visit.redirect(f"/dossiers/{number}/{TAB}", gedaan="toegevoegd"),
    )


def een(visit: Visit) -> Response:
    return _een(visit, None, 200)


def wijzigen(visit: Visit) -> Response:
    """Its texts."""
    return _change(
        visit,
        _TEXTS,
        lambda connection, number, one, invoer: rondes.change_overlegronde(
            connection,
            visit.site.seal,
            visit.person,
            number,
            one,
            onderwerp=invoer.waarden["onderwerp"],
            verslag=invoer.waarden["verslag"],
        ),
    )


def einddatum(visit: Visit) -> Response:
    return _change(
        visit,
        ("einddatum",),
        lambda connection, number, one, invoer: rondes.move_einddatum(
            connection, visit.person, number, one, invoer.datum("einddatum")
        ),
    )


def deelnemer_erbij(visit: Visit) -> Response:
    return _change(
        visit,
        ("deelnemers",),
        lambda connection, number, one, invoer: rondes.add_deelnemer(
            connection, visit.person, number, one, AccountId(invoer.keuze("deelnemers"))
        ),
    )


def deelnemer_weg(visit: Visit) -> Response:
    return _change(
        visit,
        ("deelnemers",),
        lambda connection, number, one, invoer: rondes.remove_deelnemer(
            connection, visit.person, number, one, AccountId(invoer.keuze("deelnemers"))
        ),
    )


Change = Callable[[Connection, Dossiernummer, OverlegrondeId, Invoer], None]


def _change(visit: Visit, names: tuple[str, ...], work: Change) -> Response:
    number, one, invoer = visit.number(), _id(visit), Invoer.typed(visit, names)

    def change(connection: Connection) -> None:
        visit.change(connection, number, TAB)
        found = rondes.get_overlegronde(connection, visit.site.seal, number, one)
        visit.check_lock(*_state(found))
        work(connection, number, one, invoer)

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _een(visit, invoer, status),
        done=lambda: visit.redirect(f"/dossiers/{number}/{TAB}/{one}", gedaan="opgeslagen"),
    )


def _tab(visit: Visit, invoer: Invoer, status: int) -> Response:
    def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
        number = besluit.plaats.dossiernummer
        found = rondes.overlegronden_of(connection, visit.site.seal, number)
        people = {person for one in found for person in (one.maker_id, *one.deelnemers)}
        may = besluit.wijzigt(TAB)
        return {
            "rondes": found,
            "namen": namen_of(connection, people),
            "mensen": choosable(connection, besluit.plaats.swv_id) if may else [],
            "invoer": invoer,
            "slot": visit.lock(*_state_of_tab(visit, connection, number)),
        }

    return dossier.show(visit, TAB, "tab_overlegronde.html", gather, status=status)


def _een(visit: Visit, typed: Invoer | None, status: int) -> Response:
    """`typed` is of one of its forms; the others show what there is."""

    def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
        number = besluit.plaats.dossiernummer
        visit.change(connection, number, TAB)
        try:
            found = rondes.get_overlegronde(connection, visit.site.seal, number, _id(visit))
        except NotThere:
            raise NotHere(WEG) from None
        at_first = {
            "onderwerp": found.onderwerp,
            "verslag": found.verslag,
            "einddatum": found.einddatum.isoformat(),
        }
        invoer = Invoer.first(_NEW, at_first)
        if typed is not None:
            invoer = Invoer(
                waarden=invoer.waarden | typed.waarden, fouten=typed.fouten, intussen=typed.intussen
            )
        return {
            "ronde": found,
            "namen": namen_of(connection, (found.maker_id, *found.deelnemers)),
            "mensen": choosable(connection, besluit.plaats.swv_id),
            "is_maker": found.maker_id == visit.person.account_id,
            "invoer": invoer,
            "slot": visit.lock(*_state(found)),
        }

    return dossier.show(visit, TAB, "overlegronde.html", gather, status=status)


def _id(visit: Visit) -> OverlegrondeId:
    return OverlegrondeId(visit.row_id())


def _state(found: Overlegronde) -> tuple[object, ...]:
    texts = (found.onderwerp, found.verslag)
    return "overlegronde", found.overlegronde_id, found.einddatum, found.deelnemers, texts, found.moments


def _state_of_tab(visit: Visit, connection: Connection, number: Dossiernummer) -> tuple[object, ...]:
    found = rondes.overlegronden_of(connection, visit.site.seal, number)
    return "overlegronden", number, tuple(one.overlegronde_id for one in found)


def _look(visit: Visit, connection: Connection, number: Dossiernummer) -> tuple[object, ...]:
    return _state(rondes.get_overlegronde(connection, visit.site.seal, number, _id(visit)))


def _remove(visit: Visit, connection: Connection, number: Dossiernummer) -> None:
    rondes.remove_overlegronde(connection, visit.person, number, _id(visit))


PAGES = (
    Page(path=PATH, handler=tab),
    Page(path=PATH, handler=toevoegen, method="POST", max_bytes=LONG_FORM_BYTES),
    *weg.pages(
        f"{_ONE}/verwijderen",
        TAB,
        "Overlegronde verwijderen",
        "De overlegronde wordt verwijderd, met wat erbij is geschreven. Wie erdoor was uitgenodigd, kan het "
        "dossier daardoor niet meer inzien.",
        _look,
        _remove,
    ),
    Page(path=_ONE, handler=een),
    Page(path=_ONE, handler=wijzigen, method="POST", max_bytes=LONG_FORM_BYTES),
    Page(path=f"{_ONE}/einddatum", handler=einddatum, method="POST"),
    Page(path=f"{_ONE}/deelnemers", handler=deelnemer_erbij, method="POST"),
    Page(path=f"{_ONE}/deelnemers/weg", handler=deelnemer_weg, method="POST"),
)
