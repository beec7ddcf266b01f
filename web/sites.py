"""What every page of a site gets to work with, and what only that site can say. Made once, by the
composition root; a site is a subclass.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine

from storage.seal import Seal
from web.login import Login
from web.oidc import Identity, Oidc
from web.oidc_refusals import OidcRefused
from web.person import Person, Who
from web.render import Look
from web.sessions import Session, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(ABC):
    look: ClassVar[Look]
    cookie_name: ClassVar[str]  # a port is no part of a cookie: two sites of one host must not share it

    engine: Engine  # the database with this site's accounts and sessions
    seal: Seal = field(repr=False)
    login: Login = field(repr=False)
    oidc: Oidc | None = field(default=None, repr=False)  # None: there is no identity provider
    behind_proxy: bool = False  # of ours, that nobody can go round and that tells X-Real-IP
    sessions: Sessions = field(default_factory=Sessions)
    address: str  # where browsers find us: http(s)://host[:port], without a slash at its end

    @abstractmethod
    def person(self, connection: Connection, session: Session) -> Person | None:
        """In the reading transaction that found the session. None: nobody any more, as if logged out."""

    @abstractmethod
    def admit(self, connection: Connection, identity: Identity) -> Who | OidcRefused:
        """Whom the identity provider vouches for. Writes the audit, of a refusal too."""

    @abstractmethod
    def change_own_password(
        self, connection: Connection, person: Any, password: str, session: Session
    ) -> None:
        """Only after login.confirm_password. Ends their other sessions. Raises AccountRefused."""

    def own_account(self, connection: Connection, person: Any) -> Mapping[str, object]:
        """What mijn_account_eigen.html shows of the site's own, beside what a person is."""
        return {}

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS: then the cookie travels by nothing else."""
        return self.address.startswith("https://")

    @property
    def cookie(self) -> str:
        return f"__Host-{self.cookie_name}" if self.secure else self.cookie_name
