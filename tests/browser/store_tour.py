"""Every page of the core store that can be visited, by the pattern of its path; and what is on them.

Whoever adds a page adds it here: test_every_store_page.py says which one is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from adapters.parnassys.standin.messages import Push
from browser.desk import REPORT, school
from faq.bezoeker import Account
from faq.wereld import PLASSEN, Wereld
from kindkans.dossiers.aanpakken import AanpakInvoer, AanpakSoort, add_aanpak
from kindkans.dossiers.notities import add_notitie
from kindkans.dossiers.overlegronden import add_overlegronde
from kindkans.dossiers.tlvs import Categorie, TlvInvoer, add_tlv
from kindkans.dossiers.vergaderingen import add_vergadering, put_on_agenda
from kindkans.pages.routes import PAGES
from kindkans.rights.statements import read_lid

_DOSSIER = "/dossiers/{dossiernummer}"
_ACCOUNTS = "/beheer/accounts"
_ROLLEN = f"{_ACCOUNTS}/rollen"
_ORGANISATIES = "/beheer/organisaties"
# Where each is visited, in each of its states; {id}: from what `fill` made.
STOPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "/inloggen": ("/inloggen",),
        "/dossiers": ("/dossiers", "/dossiers?soort=casuistiek"),
        f"{_DOSSIER}/persoonsgegevens": ("/dossiers/{dossier}/persoonsgegevens",),
        f"{_DOSSIER}/schoolgegevens": ("/dossiers/{dossier}/schoolgegevens",),
        f"{_DOSSIER}/hulpvraag": ("/dossiers/{dossier}/hulpvraag",),
        f"{_DOSSIER}/bijlagen": ("/dossiers/{dossier}/bijlagen",),
        f"{_DOSSIER}/bijlagen/{{positie}}/verwijderen": ("/dossiers/{dossier}/bijlagen/1/verwijderen",),
        f"{_DOSSIER}/overlegronde": ("/dossiers/{dossier}/overlegronde",),
        f"{_DOSSIER}/overlegronde/{{id}}": ("/dossiers/{dossier}/overlegronde/{ronde}",),
        f"{_DOSSIER}/overlegronde/{{id}}/verwijderen": (
            "/dossiers/{dossier}/overlegronde/{ronde}/verwijderen",
        ),
        f"{_DOSSIER}/vergadering": ("/dossiers/{dossier}/vergadering",),
        f"{_DOSSIER}/aanpak": ("/dossiers/{dossier}/aanpak",),
        f"{_DOSSIER}/aanpak/{{id}}": ("/dossiers/{dossier}/aanpak/{aanpak}",),
        f"{_DOSSIER}/aanpak/{{id}}/verwijderen": ("/dossiers/{dossier}/aanpak/{aanpak}/verwijderen",),
        f"{_DOSSIER}/tlv": ("/dossiers/{dossier}/tlv",),
        f"{_DOSSIER}/tlv/{{id}}": ("/dossiers/{dossier}/tlv/{tlv}",),
        f"{_DOSSIER}/tlv/{{id}}/verwijderen": ("/dossiers/{dossier}/tlv/{tlv}/verwijderen",),
        f"{_DOSSIER}/notities": ("/dossiers/{dossier}/notities",),
        f"{_DOSSIER}/verwijderen": ("/dossiers/{dossier}/verwijderen", "/dossiers/{leeg}/verwijderen"),
        f"{_DOSSIER}/dubbel": ("/dossiers/{dossier}/dubbel",),
        "/notities": ("/notities",),
        "/notities/{id}": ("/notities/{notitie}",),
        "/notities/{id}/verwijderen": ("/notities/{notitie}/verwijderen",),
        "/vergaderingen": (f"/vergaderingen?swv={PLASSEN}",),
        "/vergaderingen/nieuw": (f"/vergaderingen/nieuw?swv={PLASSEN}",),
        "/vergaderingen/{id}": ("/vergaderingen/{vergadering}",),
        "/vergaderingen/{id}/verwijderen": ("/vergaderingen/{vergadering}/verwijderen",),
        "/kengetallen": ("/kengetallen",),
        "/beheer": ("/beheer",),
        _ACCOUNTS: (_ACCOUNTS,),
        f"{_ACCOUNTS}/nieuw": (f"{_ACCOUNTS}/nieuw",),
        f"{_ACCOUNTS}/{{account_id}}": (f"{_ACCOUNTS}/{{gast}}",),
        f"{_ACCOUNTS}/{{account_id}}/{{actie}}": (f"{_ACCOUNTS}/{{gast}}/blokkeren",),
        _ROLLEN: (_ROLLEN,),
        f"{_ROLLEN}/nieuw": (f"{_ROLLEN}/nieuw",),
        f"{_ROLLEN}/{{rol_id}}": (f"{_ROLLEN}/loket",),
        _ORGANISATIES: (_ORGANISATIES,),
        f"{_ORGANISATIES}/nieuw": (f"{_ORGANISATIES}/nieuw",),
        f"{_ORGANISATIES}/{{organisatie_id}}": (f"{_ORGANISATIES}/norel",),
        "/uitleg": ("/uitleg",),
        "/audit": ("/audit",),
        "/mijn-account": ("/mijn-account",),
    }
)
# What answers with something else than a page of its own to look at.
NO_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "/": "on to the hulpvragen",
        _DOSSIER: "on to its first tab",
        f"{_DOSSIER}/bijlagen/{{positie}}": "a file",
        "/kengetallen.csv": "a file",
        "/inloggen/oidc": "on to the identity provider",
        "/inloggen/oidc/terug": "back from it",
    }
)


def every_path() -> list[str]:
    return [path for paths in STOPS.values() for path in paths]


def patterns() -> set[str]:
    """Of every page that a browser can get."""
    return {page.path for page in PAGES if page.method == "GET"}


def fill(wereld: Wereld, root: Account) -> dict[str, str]:
    """A dossier with something of root on each tab, and another of the same leerling with nothing on it."""
    push = school("04NV", "K Norel-School", 1900, REPORT, plaats="Epe")
    number = wereld.ontvangen(push)
    other = replace(push, bericht_id=Push().bericht_id, hulpvraag_id="H-1900-2", titel="Rekenen", files=())
    gast = wereld.account("Gijs Rondleiding", "behandelaar")
    today = wereld.dag(0)
    with wereld.store() as (connection, seal):
        lid = read_lid(connection, root.account_id)
        assert lid is not None
        new = {"onderwerp": "Het gesprek", "verslag": "Wij spraken.", "einddatum": today}
        ronde = add_overlegronde(connection, seal, lid, number, **new, deelnemers=[gast.account_id])
        new = {"datum": today, "titel": "Het beraad", "plaats": "Zaal 3"}
        vergadering = add_vergadering(connection, seal, lid, PLASSEN, **new, genodigden=[gast.account_id])
        put_on_agenda(connection, lid, number, vergadering)
        aanpak = add_aanpak(
            connection,
            seal,
            lid,
            number,
            AanpakInvoer(
                soort=AanpakSoort.BEGELEIDING,
                behandelaar_id=gast.account_id,
                begindatum=today,
                omschrijving="Samen lezen.",
            ),
        )
        tlv = add_tlv(
            connection,
            seal,
            lid,
            number,
            TlvInvoer(
                categorie=Categorie.LAAG,
                afgiftedatum=today,
                begindatum=today,
                einddatum=today,
                nummer="T-1900",
            ),
        )
        notitie = add_notitie(connection, seal, lid.account_id, number, "Navragen bij de school.")
    return {
        "dossier": str(number),
        "leeg": str(wereld.ontvangen(other)),
        "ronde": ronde,
        "vergadering": vergadering,
        "aanpak": aanpak,
        "tlv": tlv,
        "notitie": notitie,
        "gast": gast.account_id,
    }
