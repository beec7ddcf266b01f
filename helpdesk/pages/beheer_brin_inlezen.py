"""Beheer > BRIN-lijst > inlezen: DUO's file, shown as what it would change before it does (FAQ 9).

What was uploaded goes along in the page that asks, reduced and sealed for who uploaded it: nothing is
kept here, and any process can finish what another began.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable

from sqlalchemy import Connection
from starlette.responses import Response

from database.koppelingen import list_koppelingen
from database.listed_schools import ListDiff, diff_list, list_schools
from database.organisaties import list_organisaties
from database.routing_tables import read_tables
from dossier.brin import Brin, Vestiging
from dossier.delivery import Sealed
from dossier.errors import ConfigurationError, PoisonEvent
from helpdesk import administration as admin
from helpdesk import impact
from helpdesk.pages import beheer
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.brin_list import BrinList, ListedSchool, read_brin_list
from web.errors import BadInput, Changed
from web.page import Page

_SHOWN = 200
_MANY = 0.1  # of the list: who loses more than this has probably taken another file
_UPLOAD_BYTES = 16 * 1024 * 1024
_APPLY_BYTES = 4 * 1024 * 1024  # the whole list is some 400 KB of this


def formulier(visit: Visit) -> Response:
    return visit.page("beheer_brin_inlezen.html", fout="")


def inlezen(visit: Visit) -> Response:
    """Shows the difference; changes nothing."""
    content = visit.upload("bestand")
    if not content:
        return _again(visit, "Kies een bestand.")
    try:
        brin_list = read_brin_list(content)
    except ConfigurationError:
        return _again(
            visit,
            "Dit is geen BRIN-lijst: er is geen kolom voor brincode, vestiging, naam en plaats. Kies het "
            "CSV-bestand van DUO, zoals het is gedownload.",
        )
    if not brin_list.schools:
        return _again(visit, "In dit bestand staat geen enkele school.")
    with visit.reading() as connection:
        return _show(visit, connection, brin_list)


def toepassen(visit: Visit) -> Response:
    schools = _open(visit, "".join(visit.fields("lijst")))
    with beheer.changing(visit) as connection:
        diff = diff_list(connection, schools)
        try:
            visit.check_lock(*_state(diff))
        except Changed:
            raise Changed(
                "De lijst is intussen gewijzigd, of dit bestand is al ingelezen (twee keer geklikt). "
                "Er is nu niets gedaan. Lees het bestand zo nodig opnieuw in."
            ) from None
        admin.import_list(connection, visit.person.actor, diff)
    return visit.redirect("/beheer/brin", gedaan="lijst")


def _again(visit: Visit, fout: str) -> Response:
    return visit.page("beheer_brin_inlezen.html", status=422, fout=fout)


def _show(visit: Visit, connection: Connection, brin_list: BrinList) -> Response:
    diff = diff_list(connection, brin_list.schools)
    held = list_schools(connection)
    was = {school.vestiging: school for school in held}
    before = read_tables(connection)
    gone = {school.vestiging for school in diff.removed}
    kept = [school for school in (*held, *diff.added) if school.vestiging not in gone]
    after = impact.with_brins(before, {school.brin for school in kept})
    return visit.page(
        "beheer_brin_verschil.html",
        diff=diff,
        was=was,
        afgekeurd=brin_list.rejected_lines,
        totaal=len(brin_list.schools),
        getoond=_SHOWN,
        veel_weg=len(diff.removed) > _MANY * len(held),
        gebruikt=_users(connection, before.brins - after.brins, gone),
        gevolgen=beheer.consequences(connection, before, after),
        slot=visit.lock(*_state(diff)),
        lijst=_seal(visit, brin_list.schools),
    )


def _users(connection: Connection, brins: Iterable[Brin], vestigingen: Iterable[Vestiging]) -> list[str]:
    """Who would lose something, in Dutch."""
    brins, vestigingen = frozenset(brins), frozenset(vestigingen)
    told = [
        f"{o.vestiging or o.brin} is ingesteld bij organisatie {o.naam} ({o.organisatie_id})."
        for o in list_organisaties(connection)
        if o.brin in brins or o.vestiging in vestigingen
    ]
    return told + [
        f"{brin} staat in koppeling {k.koppeling_id}."
        for k in list_koppelingen(connection)
        for brin in sorted(k.brins & brins)
    ]


def _state(diff: ListDiff) -> tuple[object, ...]:
    return "brin-lijst", diff.added, diff.changed, diff.removed


def _seal(visit: Visit, schools: Iterable[ListedSchool]) -> str:
    rows = [(str(s.vestiging), s.naam, s.plaats) for s in schools]
    sealed = visit.desk.seal.seal(zlib.compress(json.dumps(rows).encode()), _context(visit))
    parts = (sealed.key_id.encode(), sealed.nonce, sealed.ciphertext)
    return ".".join(base64.urlsafe_b64encode(part).decode() for part in parts)


def _open(visit: Visit, text: str) -> list[ListedSchool]:
    """Raises BadInput for what we did not seal for this person."""
    try:
        key_id, nonce, ciphertext = (base64.urlsafe_b64decode(part) for part in text.split("."))
        sealed = Sealed(key_id=key_id.decode(), nonce=nonce, ciphertext=ciphertext)
        rows = json.loads(zlib.decompress(visit.desk.seal.open(sealed, _context(visit))))
    except (ValueError, PoisonEvent):
        raise BadInput("De lijst is niet goed overgekomen. Lees het bestand opnieuw in.") from None
    return [
        ListedSchool(brin=Brin(v[:4]), vestiging=Vestiging(v), naam=naam, plaats=plaats)
        for v, naam, plaats in rows
    ]


def _context(visit: Visit) -> str:
    return f"brin-lijst {visit.person.actor}"


PAGES = (
    Page(path="/beheer/brin/inlezen", handler=formulier, right=Right.BRINLIJST),
    Page(
        path="/beheer/brin/inlezen",
        handler=inlezen,
        right=Right.BRINLIJST,
        method="POST",
        max_bytes=_UPLOAD_BYTES,
    ),
    Page(
        path="/beheer/brin/toepassen",
        handler=toepassen,
        right=Right.BRINLIJST,
        method="POST",
        max_bytes=_APPLY_BYTES,
    ),
)
