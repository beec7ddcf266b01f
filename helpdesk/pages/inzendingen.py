"""Find any inzending: one search box, filters, and a list whose address can be shared.

A pupil's surname is looked for by a POST of its own: it is in no URL, log or history, and only its keyed
hash goes to the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection, Engine
from starlette.responses import Response

from database.audit import write_audit
from database.engine import reading
from database.organisaties import Swv, list_swvs
from database.overview import there_is_omgeving
from database.search import Cursor, Found, Page, Query, parse_cursor, search
from dossier.timestamps import from_ms, utc_now
from helpdesk.pages import zoekvraag
from helpdesk.pages.zoekvraag import PATH, REDENEN, STANDEN, Zoekvraag
from helpdesk.roles import Right
from helpdesk.visit import Visit
from web.csv_answer import MOST_ROWS, csv_response
from web.errors import NotHere
from web.page import Page as WebPage
from web.render import AMSTERDAM, number

_ROWS = 50  # on a page
_ROWS_OF_EXPORT = 1_000  # in one transaction
_LONGEST_NAME = 200
_LONGEST_ID = 64
_NOTHING = Page(rows=(), next_cursor=None, previous_cursor=None)
_HEADER = (
    "Ontvangen",
    "School",
    "BRIN",
    "Omgeving",
    "Dossiernummer",
    "Toestand",
    "Redenen",
    "Organisatie",
    "Referentie",
)


def inzendingen(visit: Visit) -> Response:
    """The list; also for an exact hit, so that who searches sees what was found and why."""
    na = visit.request.query_params.get("na", "")  # whole: a school's name can make it long
    vraag = zoekvraag.read(visit.query, visit.person, na=na)
    with visit.reading() as connection:
        vraag, swvs = _checked(connection, visit, vraag)
        page = _NOTHING if vraag.errors else _page(connection, vraag)
    return _answer(visit, vraag, swvs, page)


def op_achternaam(visit: Visit) -> Response:
    """The same list for a pupil's surname. Audited before anything is shown; the name is kept nowhere."""
    naam = visit.field("achternaam")
    query = Query(naam_hash=visit.desk.seal.naam_hash(naam))
    vraag = zoekvraag.read(visit.field, visit.person, na=visit.field("na"), query=query)
    if not naam:
        vraag = _with_error(vraag, "achternaam", "Vul de achternaam van de leerling in.")
    elif len(naam) > _LONGEST_NAME:
        vraag = _with_error(vraag, "achternaam", f"Vul een naam van maximaal {_LONGEST_NAME} tekens in.")
    with visit.reading() as connection:
        vraag, swvs = _checked(connection, visit, vraag)
        page = _NOTHING if vraag.errors else _page(connection, vraag)
    if not vraag.errors:
        detail = " ".join(filter(None, (vraag.in_codes, f"gevonden={len(page.rows)}")))
        _audit(visit, "surname_searched", detail)
    return _answer(visit, vraag, swvs, page, achternaam=naam, by_name=True)


def as_csv(visit: Visit) -> Response:
    """The list of the same address as a file, from its first row on, `MOST_ROWS` at most."""
    vraag = zoekvraag.read(visit.query, visit.person)
    with visit.reading() as connection:
        vraag, swvs = _checked(connection, visit, vraag)
        page = (
            _NOTHING if vraag.errors else search(connection, vraag.filter, vraag.sort, None, _ROWS_OF_EXPORT)
        )
    if vraag.errors:
        return _answer(visit, vraag, swvs, _NOTHING)
    _audit(visit, "export_inzendingen", vraag.in_codes)
    today = utc_now().astimezone(AMSTERDAM).date()
    return csv_response(f"inzendingen-{today}.csv", _HEADER, export_rows(visit.desk.engine, vraag, page))


def export_rows(
    engine: Engine, vraag: Zoekvraag, first: Page, most: int = MOST_ROWS
) -> Iterator[tuple[object, ...]]:
    """The rows of the file, page by page. The last says so, if there were more than `most`."""
    left = most
    page = first
    while True:
        yield from map(_cells, page.rows[:left])
        cut_off = len(page.rows) > left or (len(page.rows) == left and page.next_cursor is not None)
        left -= len(page.rows)
        if cut_off:
            yield (
                f"Dit zijn de eerste {number(most)} inzendingen; er zijn er meer. "
                "Kies een kortere periode om de rest te exporteren.",
            )
            return
        if page.next_cursor is None:
            return
        cursor = parse_cursor(page.next_cursor, vraag.sort)
        if not isinstance(cursor, Cursor):
            raise ValueError("a cursor of ours is none")  # or it would begin anew, without end
        with reading(engine) as connection:
            page = search(connection, vraag.filter, vraag.sort, cursor, _ROWS_OF_EXPORT)


def _cells(found: Found) -> tuple[object, ...]:
    """What the list shows of a row, and nothing else."""
    record = found.record
    return (
        from_ms(record.received_ms).astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S"),
        record.schoolnaam,
        record.brin,
        found.omgeving or record.omgeving_id,
        record.dossiernummer if record.dossiernummer is not None else "geen (-1)",
        STANDEN[found.stand][0],
        ", ".join(REDENEN[code] for code in found.redenen),
        found.organisatie,
        record.inzending_id,
    )


def _page(connection: Connection, vraag: Zoekvraag) -> Page:
    return search(connection, vraag.filter, vraag.sort, vraag.cursor, _ROWS)


def _checked(connection: Connection, visit: Visit, vraag: Zoekvraag) -> tuple[Zoekvraag, list[Swv]]:
    """The question, and the SWVs to choose from. Raises NotHere for an SWV that is not there to be seen."""
    swvs = [swv for swv in list_swvs(connection) if visit.person.sees(swv.swv_id)]
    wanted = vraag.filter.swv_id
    if wanted is not None and all(swv.swv_id != wanted for swv in swvs):
        raise NotHere
    omgeving = vraag.filter.omgeving_id
    if omgeving is not None:
        is_id = len(omgeving) <= _LONGEST_ID and omgeving.isprintable()
        if not is_id or not there_is_omgeving(connection, omgeving, visit.person.swv_id):
            vraag = _with_error(vraag, "omgeving", "Er is geen ParnasSys-omgeving met deze code.")
    return vraag, swvs


def _with_error(vraag: Zoekvraag, name: str, text: str) -> Zoekvraag:
    return replace(vraag, errors={**vraag.errors, name: text})


def _audit(visit: Visit, action: str, detail: str) -> None:
    with visit.writing() as connection:
        write_audit(connection, actor=visit.person.actor, action=action, subject="inzendingen", detail=detail)


def _answer(
    visit: Visit,
    vraag: Zoekvraag,
    swvs: list[Swv],
    page: Page,
    *,
    achternaam: str = "",
    by_name: bool = False,
) -> Response:
    # The headers of every page say no-store: what a name has found is in no history either.
    return visit.page(
        "inzendingen.html",
        status=422 if vraag.errors else 200,
        vraag=vraag,
        standen=[(stand.value, tekst) for stand, (tekst, _) in STANDEN.items()],
        redenen=[(code.value, tekst) for code, tekst in REDENEN.items()],
        swvs=[(swv.swv_id, swv.naam) for swv in swvs] if visit.person.swv_id is None else [],
        page=page,
        achternaam=achternaam,
        by_name=by_name,
        meest=MOST_ROWS,
        may_search_names=visit.person.may(Right.LEERLING),
        STANDEN=STANDEN,
        REDENEN=REDENEN,
    )


PAGES = (
    WebPage(path=PATH, handler=inzendingen, right=Right.INZENDINGEN),
    WebPage(path=PATH, handler=op_achternaam, right=Right.LEERLING, method="POST"),
    WebPage(path=f"{PATH}.csv", handler=as_csv, right=Right.INZENDINGEN),
)
