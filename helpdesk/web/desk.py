"""What every page gets to work with. Made once, by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Engine

from helpdesk.login import Login
from helpdesk.oidc import Oidc
from helpdesk.sessions import Sessions
from storage.seal import Seal
from validators.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    engine: Engine  # the gateway's database
    seal: Seal = field(repr=False)
    limits: Limits
    login: Login = field(repr=False)
    oidc: Oidc | None = field(default=None, repr=False)  # None: there is no identity provider
    behind_proxy: bool = False  # of ours, that nobody can go round and that tells X-Real-IP
    sessions: Sessions = field(default_factory=Sessions)
    address: str  # where browsers find us: http(s)://host[:port], without a slash at its end

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS: then the cookie travels by nothing else."""
        return self.address.startswith("https://")

    @property
    def cookie(self) -> str:
        return "__Host-kindkans" if self.secure else "kindkans"
