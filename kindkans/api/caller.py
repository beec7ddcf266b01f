"""Who calls, and what they may: the same decision and the same audit as of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from database.audit import write_audit
from database.engine import reading, writing
from dossier.identifiers import Dossiernummer
from kindkans.api.problems import ApiError, Probleem
from kindkans.dossiers.locking import lock_dossier
from kindkans.pages.sites import DossierSite
from kindkans.rights.decision import Besluit
from kindkans.rights.statements import besluit_of
from kindkans.rights.words import Lid, Systeemrecht, Tab

LID = "kindkans.lid"
"""Where in the scope the account is whose key was sent (admission.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One request of one account."""

    site: DossierSite
    lid: Lid

    @property
    def today(self) -> date:
        return self.site.today

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with reading(self.site.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Committed at the end; a look, or an action, and its audit row are one transaction."""
        with writing(self.site.engine) as connection:
            yield connection

    def need(self, right: Systeemrecht) -> None:
        if not self.lid.may(right):
            raise ApiError(Probleem.GEEN_RECHT)

    def besluit(self, connection: Connection, number: Dossiernummer) -> Besluit:
        """A dossier of which no tab is seen does not exist."""
        besluit = besluit_of(connection, self.lid, number, self.today)
        if besluit is None or not besluit.tabs:
            raise ApiError(Probleem.NIET_GEVONDEN)
        return besluit

    def see(self, connection: Connection, number: Dossiernummer, tab: Tab) -> Besluit:
        """Before a tab is shown, in the same transaction: the audit has it, with why it was allowed."""
        besluit = self.besluit(connection, number)
        if not besluit.ziet(tab):
            raise ApiError(
                Probleem.GEEN_RECHT, f"Dit account mag het tabblad {tab} van dit dossier niet zien."
            )
        self.note(connection, number, besluit, tab)
        return besluit

    def note(self, connection: Connection, number: Dossiernummer, besluit: Besluit, tab: Tab) -> None:
        write_audit(
            connection,
            actor=self.lid.actor,
            action="dossier_seen",
            subject=str(number),
            detail=f"{besluit.detail(tab)} api=1",
        )

    def change(self, connection: Connection, number: Dossiernummer, tab: Tab) -> Besluit:
        """Before a tab is changed, in the same transaction: held, so that it is not moved or deleted after
        this was decided. Raises NotThere too."""
        lock_dossier(connection, number)
        besluit = self.besluit(connection, number)
        if not besluit.wijzigt(tab):
            raise ApiError(
                Probleem.GEEN_RECHT, f"Dit account mag het tabblad {tab} van dit dossier niet wijzigen."
            )
        return besluit


async def caller(request: Request) -> Caller:
    return Caller(site=request.app.state.site, lid=request.scope[LID])


Wie = Annotated[Caller, Depends(caller)]
