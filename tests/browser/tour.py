"""Every page that can be visited, by the pattern of its path: whose, at which paths, in which states.

Whoever adds a page adds it here: test_every_page.py says which one is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from browser.desk import Desk
from helpdesk.roles import Role
from helpdesk.routes import PAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A page in one of its states. `name` is that of its picture in docs/img."""

    name: str
    path: str  # {id}: from Desk.ids
    role: Role | None = Role.BEHEERDER  # None: who has not logged in
    status: int = 200
    pictured: bool = True

    def at(self, desk: Desk) -> str:
        return self.path.format_map(desk.ids)


_INZENDING = "/inzendingen/{inzending_id}"
_BEHEER = "/beheer"
_ORGANISATIES = f"{_BEHEER}/organisaties"
_KOPPELINGEN = f"{_BEHEER}/koppelingen"
_BRIN = f"{_BEHEER}/brin"
_ACCOUNTS = f"{_BEHEER}/accounts"
_SWVS = f"{_BEHEER}/swvs"
_VIJFSTER = "naam=Vrije+School+De+Vijfster&swv=swv-heuvels&brin=07CX"
STOPS: Mapping[str, tuple[Stop, ...]] = MappingProxyType(
    {
        "/": (Stop(name="overzicht", path="/"),),
        "/inloggen": (Stop(name="inloggen", path="/inloggen", role=None),),
        "/mijn-account": (Stop(name="mijn-account", path="/mijn-account"),),
        "/inzendingen": (
            Stop(name="inzendingen", path="/inzendingen"),
            Stop(name="inzendingen-niets", path="/inzendingen?zoek=99999", pictured=False),
            Stop(name="inzendingen-fout", path="/inzendingen?van=gisteren", status=422, pictured=False),
        ),
        _INZENDING: (
            Stop(name="inzending", path="/inzendingen/{inzending}"),
            Stop(name="inzending-afgewezen", path="/inzendingen/{afgewezen}"),
            Stop(name="inzending-vastgelopen", path="/inzendingen/{vastgelopen}", pictured=False),
        ),
        f"{_INZENDING}/controle": (Stop(name="controle", path="/inzendingen/{afgewezen}/controle"),),
        f"{_INZENDING}/verplaats": (Stop(name="verplaats", path="/inzendingen/{inzending}/verplaats"),),
        "/herstel": (Stop(name="herstel", path="/herstel"),),
        "/herstel/bevestig": (Stop(name="herstel-bevestig", path="/herstel/bevestig?id={vastgelopen}"),),
        "/waar": (
            Stop(name="waar", path="/waar?brin=17GU"),
            Stop(name="waar-leeg", path="/waar", pictured=False),
            Stop(name="waar-scholen", path="/waar?brin=Apeldoorn", pictured=False),
            Stop(name="waar-fout", path="/waar?brin=07CX&datum=gisteren", status=422, pictured=False),
        ),
        "/status": (  # its pictures: tests/monitoring/test_status_in_chromium.py
            Stop(name="status", path="/status", pictured=False),
            Stop(name="status-week", path="/status?periode=7d", pictured=False),
            Stop(name="status-fout", path="/status?periode=jaar", status=422, pictured=False),
        ),
        "/status/{dashboard}": (Stop(name="dashboard-zonder", path="/status/service", pictured=False),),
        "/audit": (
            Stop(name="audit", path="/audit"),
            Stop(name="audit-auditor", path="/audit", role=Role.AUDITOR, pictured=False),
        ),
        _BEHEER: (Stop(name="beheer", path=_BEHEER),),
        _ORGANISATIES: (Stop(name="organisaties", path=_ORGANISATIES),),
        f"{_ORGANISATIES}/nieuw": (
            Stop(name="organisatie-nieuw", path=f"{_ORGANISATIES}/nieuw?zoek=Apeldoorn"),
        ),
        f"{_ORGANISATIES}/nieuw/controleren": (
            Stop(name="organisatie-fout", path=f"{_ORGANISATIES}/nieuw/controleren?brin=X", status=422),
        ),
        f"{_ORGANISATIES}/{{id}}": (Stop(name="organisatie", path=f"{_ORGANISATIES}/{{organisatie}}"),),
        f"{_ORGANISATIES}/{{id}}/bewerken": (
            Stop(name="organisatie-bewerken", path=f"{_ORGANISATIES}/{{organisatie}}/bewerken"),
        ),
        f"{_ORGANISATIES}/{{id}}/controleren": (
            Stop(name="organisatie-controleren", path=f"{_ORGANISATIES}/vijfster/controleren?{_VIJFSTER}"),
        ),
        _KOPPELINGEN: (Stop(name="koppelingen", path=_KOPPELINGEN),),
        f"{_KOPPELINGEN}/nieuw": (Stop(name="koppeling-nieuw", path=f"{_KOPPELINGEN}/nieuw"),),
        f"{_KOPPELINGEN}/nieuw/controleren": (
            Stop(name="koppeling-fout", path=f"{_KOPPELINGEN}/nieuw/controleren?brins=X", status=422),
        ),
        f"{_KOPPELINGEN}/{{id}}": (Stop(name="koppeling", path=f"{_KOPPELINGEN}/{{koppeling}}"),),
        f"{_KOPPELINGEN}/{{id}}/geheim": (
            Stop(name="koppeling-geheim", path=f"{_KOPPELINGEN}/{{koppeling}}/geheim"),
        ),
        f"{_KOPPELINGEN}/{{id}}/verwijderen": (
            Stop(name="koppeling-verwijderen", path=f"{_KOPPELINGEN}/k-michael/verwijderen"),
        ),
        f"{_KOPPELINGEN}/{{id}}/{{actie}}": (
            Stop(name="koppeling-activeren", path=f"{_KOPPELINGEN}/k-michael/activeren"),
            Stop(name="koppeling-uitzetten", path=f"{_KOPPELINGEN}/{{koppeling}}/uitzetten", pictured=False),
        ),
        _BRIN: (
            Stop(name="brin-lijst", path=_BRIN),
            Stop(name="brin-gezocht", path=f"{_BRIN}?zoek=Apeldoorn", pictured=False),
        ),
        f"{_BRIN}/nieuw": (Stop(name="brin-nieuw", path=f"{_BRIN}/nieuw"),),
        f"{_BRIN}/nieuw/controleren": (
            Stop(name="brin-fout", path=f"{_BRIN}/nieuw/controleren?brin=X", status=422),
        ),
        f"{_BRIN}/inlezen": (Stop(name="brin-inlezen", path=f"{_BRIN}/inlezen"),),
        f"{_BRIN}/{{vestiging}}": (Stop(name="brin-school", path=f"{_BRIN}/{{vestiging}}"),),
        f"{_BRIN}/{{vestiging}}/bewerken": (
            Stop(name="brin-bewerken", path=f"{_BRIN}/{{vestiging}}/bewerken"),
        ),
        f"{_BRIN}/{{vestiging}}/controleren": (
            Stop(
                name="brin-controleren", path=f"{_BRIN}/{{vestiging}}/controleren?naam=Het+Veld&plaats=Zwolle"
            ),
        ),
        f"{_BRIN}/{{vestiging}}/verwijderen": (
            Stop(name="brin-verwijderen", path=f"{_BRIN}/{{vestiging}}/verwijderen"),
        ),
        _SWVS: (Stop(name="swvs", path=_SWVS),),
        f"{_SWVS}/nieuw": (Stop(name="swv-nieuw", path=f"{_SWVS}/nieuw"),),
        f"{_SWVS}/nieuw/controleren": (
            Stop(name="swv-controleren", path=f"{_SWVS}/nieuw/controleren?kenmerk=swv-meer&naam=Het+Meer"),
        ),
        f"{_SWVS}/{{id}}": (Stop(name="swv", path=f"{_SWVS}/{{swv}}"),),
        f"{_SWVS}/{{id}}/controleren": (
            Stop(name="swv-fout", path=f"{_SWVS}/{{swv}}/controleren?naam=", status=422),
        ),
        _ACCOUNTS: (Stop(name="accounts", path=_ACCOUNTS),),
        f"{_ACCOUNTS}/rollen": (Stop(name="rollen", path=f"{_ACCOUNTS}/rollen"),),
        f"{_ACCOUNTS}/nieuw": (Stop(name="account-nieuw", path=f"{_ACCOUNTS}/nieuw"),),
        f"{_ACCOUNTS}/{{account_id}}": (Stop(name="account", path=f"{_ACCOUNTS}/{{account}}"),),
        f"{_ACCOUNTS}/{{account_id}}/rol": (
            Stop(name="account-rol", path=f"{_ACCOUNTS}/{{account}}/rol?rol=beheerder"),
        ),
        f"{_ACCOUNTS}/{{account_id}}/{{actie}}": (
            Stop(name="account-blokkeren", path=f"{_ACCOUNTS}/{{account}}/blokkeren"),
            Stop(name="account-tweede-stap", path=f"{_ACCOUNTS}/{{account}}/tweede-stap", pictured=False),
        ),
        f"{_BEHEER}/herstellijst": (Stop(name="herstellijst", path=f"{_BEHEER}/herstellijst"),),
    }
)
# What answers with something else than a page to look at.
NO_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "/inzendingen.csv": "a file",
        "/audit.csv": "a file",
        "/inloggen/oidc": "on to the identity provider",
        "/inloggen/oidc/terug": "back from it",
    }
)
# What any path may answer.
OTHERS = (Stop(name="niet-gevonden", path="/dit/is/er/niet", status=404, pictured=False),)


def every_stop() -> list[Stop]:
    return [*(stop for stops in STOPS.values() for stop in stops), *OTHERS]


def patterns() -> set[str]:
    """Of every page that a browser can get."""
    return {page.path for page in PAGES if page.method == "GET"}
