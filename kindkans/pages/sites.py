"""The store as a site: what its pages get to work with, and who somebody is here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Protocol

from sqlalchemy import Connection

from dossier.timestamps import day_in_amsterdam, utc_now
from kindkans.pages.look import LOOK
from kindkans.pages.rollen_woorden import in_words
from kindkans.rights import account_changes, api_keys
from kindkans.rights.organisaties import namen_of
from kindkans.rights.statements import read_lid
from kindkans.rights.words import Lid
from web.oidc import Identity
from web.oidc_refusals import OidcFout, OidcRefused
from web.person import Who
from web.render import Look
from web.sessions import Session
from web.sites import Site


class ReadableObjects(Protocol):
    """The bijlagen that the store keeps."""

    def read(self, object_id: str) -> AsyncIterator[bytes]:
        """Raises ObjectMissing, ObjectDamaged, UnknownKey, Unavailable("storage")."""

    async def remove(self, object_id: str) -> None:
        """Removes one object; none is fine too. Raises Unavailable("storage")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSite(Site):
    """Its engine is the store's database."""

    look: ClassVar[Look] = LOOK
    cookie_name: ClassVar[str] = "kindkans-dossiers"

    objects: ReadableObjects = field(repr=False)
    now: Callable[[], datetime] = utc_now

    @property
    def today(self) -> date:
        """In Amsterdam: there invitations end at midnight (FAQ 7)."""
        return day_in_amsterdam(self.now())

    def person(self, connection: Connection, session: Session) -> Lid | None:
        """Read anew at each request: who loses a right loses it at once."""
        return read_lid(connection, session.account_id) if session.account_id is not None else None

    def admit(self, connection: Connection, identity: Identity) -> Who | OidcRefused:
        """What somebody may see here hangs on their account, which no identity provider knows."""
        return OidcRefused(OidcFout.ROL_ONBEKEND)

    def change_own_password(
        self, connection: Connection, person: Lid, password: str, session: Session
    ) -> None:
        account_changes.change_own_password(connection, person, password, session.session_id)

    def own_account(self, connection: Connection, person: Lid) -> Mapping[str, object]:
        of = person.organisatie_id
        return {
            "rol_in_woorden": in_words,
            "organisatie": namen_of(connection, [of]).get(of, of) if of is not None else "",
            "sleutels": api_keys.list_keys(connection, person, person.account_id),
        }
