"""Dead letters: what is stuck, by cause, and offering it to the store again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.responses import Response

from database.dead_letters import (
    DeadLetter,
    count_dead_letters,
    dead_until,
    find_dead_letters,
    list_dead_letters,
)
from dossier.identifiers import InzendingId
from helpdesk.administration import retry_dead_letters
from helpdesk.dead_words import dead_words
from helpdesk.roles import Right
from helpdesk.visit import Visit
from web.errors import BadInput, NotHere
from web.page import Page

SHOWN = 100  # so many ids still fit in the address of the page that asks for a confirmation
_AT_ONCE = 500  # ids in one statement
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_CODE = re.compile(r"[A-Z_]{1,32}", re.ASCII)


def overzicht(visit: Visit) -> Response:
    code = visit.query("code")[:32] or None
    swv_id = visit.person.swv_id
    with visit.reading() as connection:
        soorten = count_dead_letters(connection, swv_id)
        known = code if code in {soort.code for soort in soorten} else None
        brieven = list_dead_letters(connection, swv_id, code=known, limit=SHOWN)
    totaal = sum(soort.count for soort in soorten if known in (None, soort.code))
    return visit.page(
        "herstel.html", soorten=soorten, gekozen=known, brieven=brieven, totaal=totaal, dood=dead_words
    )


def bevestig(visit: Visit) -> Response:
    """Of some (`id`, repeated) or of all of one kind (`soort`): what will be done."""
    soort = visit.query("soort")[:32]
    if soort:
        return _confirm_kind(visit, soort)
    ids = _ids(visit.request.query_params.getlist("id"))
    if not ids:
        raise BadInput("Kies eerst wat u opnieuw wilt aanbieden.")
    with visit.reading() as connection:
        brieven = find_dead_letters(connection, visit.person.swv_id, ids)
    if not brieven:
        raise NotHere("Dit is niet (meer) vastgelopen. Misschien was een collega u voor.")
    slot = visit.lock("herstel", _state(brieven))
    return visit.page("herstel_bevestig.html", brieven=brieven, soort="", tot=0, slot=slot, dood=dead_words)


def _confirm_kind(visit: Visit, soort: str) -> Response:
    """Only what is dead now: what dies while somebody reads the page is not in it."""
    with visit.reading() as connection:
        found = next(
            (s for s in count_dead_letters(connection, visit.person.swv_id) if s.code == soort), None
        )
        if found is None:
            raise NotHere("Er is hiervan niets (meer) vastgelopen. Misschien was een collega u voor.")
        ids = dead_until(connection, visit.person.swv_id, soort, found.newest_ms)
    return visit.page(
        "herstel_bevestig.html",
        brieven=[],
        soort=soort,
        aantal=len(ids),
        tot=found.newest_ms,
        slot=visit.lock("herstel", soort, ids),
        dood=dead_words,
    )


def herstel(visit: Visit) -> Response:
    """Does it. A second click, or a colleague who was first, finds nothing dead any more."""
    with visit.writing() as connection:
        ids = _chosen(visit, connection)
        done = [
            one
            for start in range(0, len(ids), _AT_ONCE)
            for one in retry_dead_letters(connection, visit.person.actor, ids[start : start + _AT_ONCE])
        ]
    return visit.redirect(_back(visit), gedaan="opnieuw" if done else "opnieuw-niets")


def _chosen(visit: Visit, connection: Connection) -> Sequence[InzendingId]:
    """What is still dead of what was confirmed. Raises Changed if it is not what was seen."""
    soort, swv_id = visit.field("soort")[:32], visit.person.swv_id
    if soort:
        tot = visit.field("tot")
        if not (_CODE.fullmatch(soort) and tot.isascii() and tot.isdecimal() and len(tot) < 16):
            raise BadInput("Het formulier is niet volledig. Begin opnieuw bij Herstel.")
        ids = dead_until(connection, swv_id, soort, int(tot))
        if ids:
            visit.check_lock("herstel", soort, ids)
        return ids
    brieven = find_dead_letters(connection, swv_id, _ids(visit.fields("id")))
    if brieven:
        visit.check_lock("herstel", _state(brieven))
    return [brief.event_id for brief in brieven]


def _back(visit: Visit) -> str:
    """One goes back to its own page; more go back to the list."""
    ids = _ids(visit.fields("id"))
    inzending_id = visit.field("inzending")
    return f"/inzendingen/{inzending_id}" if len(ids) == 1 and _ID.fullmatch(inzending_id) else "/herstel"


def _ids(values: Sequence[str]) -> list[InzendingId]:
    """Raises BadInput for more than a page shows. What is no id is nothing that is dead."""
    if len(values) > SHOWN:
        raise BadInput(f"Kies er maximaal {SHOWN}, of bied alle van één soort aan.")
    return [InzendingId(value) for value in values if _ID.fullmatch(value)]


def _state(brieven: Sequence[DeadLetter]) -> list[tuple[str, int]]:
    return [(brief.event_id, brief.since_ms) for brief in brieven]


PAGES = (
    Page(path="/herstel", handler=overzicht, right=Right.HERSTELLEN),
    Page(path="/herstel/bevestig", handler=bevestig, right=Right.HERSTELLEN),
    Page(path="/herstel", handler=herstel, right=Right.HERSTELLEN, method="POST"),
)
