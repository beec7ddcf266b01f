"""The helpdesk as a site: what its pages get to work with, and who somebody is here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy import Connection

from database.silence_memory import SilenceMemory
from helpdesk import accounts, oidc_people
from helpdesk.look import LOOK
from helpdesk.roles import Person
from helpdesk.status.prometheus import Prometheus
from helpdesk.store_api import StoreApi
from validators.limits import Limits
from web.oidc import Identity
from web.oidc_refusals import OidcRefused
from web.person import Who
from web.render import Look
from web.sessions import Session
from web.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Site):
    """Its engine is the gateway's database."""

    look: ClassVar[Look] = LOOK
    cookie_name: ClassVar[str] = "kindkans"

    limits: Limits
    prometheus: Prometheus | None = field(default=None, repr=False)  # None: figures are the database's
    store: StoreApi | None = field(default=None, repr=False)  # None: the core store is not asked
    silences: SilenceMemory = field(default_factory=SilenceMemory)

    def person(self, connection: Connection, session: Session) -> Person:
        return Person.of(session.who)

    def admit(self, connection: Connection, identity: Identity) -> Who | OidcRefused:
        if self.oidc is None:
            raise ValueError("there is no identity provider to be let in by")
        return oidc_people.admit(connection, self.oidc.settings, identity)

    def change_own_password(
        self, connection: Connection, person: Person, password: str, session: Session
    ) -> None:
        accounts.change_own_password(connection, person, password, session.session_id)
