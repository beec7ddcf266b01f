"""One request of one person, as a handler of the store sees it."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import Connection

from database.audit import write_audit
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.refusals import NotThere
from kindkans.pages import woorden
from kindkans.pages.sites import DossierSite
from kindkans.rights.decision import Besluit
from kindkans.rights.statements import besluit_of
from kindkans.rights.words import Lid, Tab
from web import visit as frame
from web.errors import BadInput, NotAllowed, NotHere

_ROW_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HIGHEST = 2**63 - 1
LONGEST_TEXT = 60_000  # of one field; what is too long for a tab is told at its field (dossiers/written.py)
_GEEN_DOSSIER = "Er is geen dossier met dit nummer dat u mag zien."


class Visit(frame.Visit[DossierSite, Lid]):
    __slots__ = ()

    @property
    def today(self) -> date:
        return self.site.today

    def number(self) -> Dossiernummer:
        """Of the path. Raises NotHere for what is no dossiernummer."""
        text = self.path("dossiernummer")
        if not (text.isascii() and text.isdecimal() and len(text) <= 19 and 0 < int(text) <= _HIGHEST):
            raise NotHere(_GEEN_DOSSIER)
        return Dossiernummer(int(text))

    def row_id(self) -> str:
        """`id` of the path, of something that somebody wrote. Raises NotHere for what is no such id."""
        text = self.path("id")
        if _ROW_ID.fullmatch(text) is None:
            raise NotHere
        return text

    def text(self, name: str) -> str:
        """A long text of the posted form; "" if it is not there. Raises BadInput."""
        value = self.form.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise BadInput(f"Het veld {name} is geen tekst, of te lang.")
        return value

    def besluit(self, connection: Connection, number: Dossiernummer) -> Besluit:
        """Raises NotHere where no tab is seen: one that is another's does not exist. Who was invited until
        some day hears that it is over (FAQ 7)."""
        besluit = besluit_of(connection, self.person, number, self.today)
        if besluit is None or not (besluit.tabs or besluit.verlopen):
            raise NotHere(_GEEN_DOSSIER)
        if not besluit.tabs:
            raise NotHere(woorden.voorbij(connection, besluit.verlopen))
        return besluit

    def see(self, connection: Connection, number: Dossiernummer, tab: Tab) -> Besluit:
        """Before a tab is shown, in the same transaction: it is in the audit with the reason it was allowed.

        Raises NotHere, NotAllowed.
        """
        besluit = self.besluit(connection, number)
        if not besluit.ziet(tab):
            raise NotAllowed(f"U mag het tabblad {tab} van dit dossier niet zien.")
        write_audit(
            connection,
            actor=self.person.actor,
            action="dossier_seen",
            subject=str(number),
            detail=besluit.detail(tab),
        )
        return besluit

    def change(self, connection: Connection, number: Dossiernummer, tab: Tab) -> Besluit:
        """Before a tab is changed, in the same transaction: held, so that it is not moved or deleted after
        this was decided. Raises NotHere, NotAllowed."""
        try:
            lock_dossier(connection, number)
        except NotThere:
            raise NotHere(_GEEN_DOSSIER) from None
        besluit = self.besluit(connection, number)
        if not besluit.wijzigt(tab):
            raise NotAllowed(f"U mag het tabblad {tab} van dit dossier niet wijzigen.")
        return besluit
