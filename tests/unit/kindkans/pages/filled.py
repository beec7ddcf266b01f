"""A dossier with something on each of its tabs, and somebody with each role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.aanpakken import AanpakId, AanpakInvoer, add_aanpak
from kindkans.dossiers.notities import NotitieId, add_notitie
from kindkans.dossiers.overlegronden import OverlegrondeId, add_overlegronde
from kindkans.dossiers.tlvs import TlvId, TlvInvoer, add_tlv
from kindkans.dossiers.vergaderingen import VergaderingId, add_vergadering, put_on_agenda
from kindkans.rights.words import Lid
from unit.kindkans.pages.shop import TODAY, Shop

# What somebody fills in on a tab, beside the behandelaar.
RONDE = {"onderwerp": "Hoe verder?", "verslag": "Regel 1\nRegel 2", "einddatum": "2026-12-31"}
AANPAK = {
    "soort": "onderzoek",
    "begindatum": "2026-12-01",
    "einddatum": "",
    "omschrijving": "Dyslexie uitsluiten.",
    "evaluatie": "",
}
TLV = {
    "nummer": "T-1",
    "categorie": "hoog",
    "afgiftedatum": "2026-12-01",
    "begindatum": "2027-01-01",
    "einddatum": "2027-07-31",
    "budget": "12.000 euro",
    "toelichting": "Zie bijlage.",
}
NEW: dict[str, dict[str, str]] = {"overlegronde": RONDE, "aanpak": AANPAK, "tlv": TLV}


def people(shop: Shop) -> dict[str, Lid]:
    """By role of migration 0005; `gast` and `extern` are invited, `elders` and who follow are not."""
    return {
        "root": shop.lid("root", "root", swv=None),
        "applicatiebeheerder": shop.lid("ab", "applicatiebeheerder"),
        "loket": shop.lid("loket", "loket"),
        "intern_begeleider": shop.lid("ib", "intern_begeleider", organisatie="es"),
        "schoolleider": shop.lid("leider", "schoolleider", organisatie="es"),
        "gast": shop.lid("gast", "behandelaar"),
        "extern": shop.lid("extern", "behandelaar", externe_rol="extern_meewerken"),
        "elders": shop.lid("elders", "intern_begeleider", organisatie="duin"),
        "ander_swv": shop.lid("ander", "loket", swv="swv-b"),
        "uitleg": shop.lid("uitleg", "uitleg", swv=None),
        "zonder": shop.lid("zonder", shop.rol_without_rights(), organisatie="es"),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    number: Dossiernummer
    ronde: OverlegrondeId
    vergadering: VergaderingId
    aanpak: AanpakId
    tlv: TlvId


def a_ronde(
    shop: Shop, maker: Lid, number: Dossiernummer, *gasten: Lid, until: date = TODAY
) -> OverlegrondeId:
    new = {"onderwerp": "Het gesprek", "verslag": "Wij spraken.", "einddatum": until}
    return shop.write(add_overlegronde, maker, number, **new, deelnemers=[g.account_id for g in gasten])


def a_vergadering(shop: Shop, maker: Lid, *gasten: Lid, datum: date = TODAY) -> VergaderingId:
    new = {"datum": datum, "titel": "Het beraad", "plaats": "Zaal 3"}
    return shop.write(add_vergadering, maker, "swv-a", **new, genodigden=[g.account_id for g in gasten])


def an_aanpak(
    shop: Shop, maker: Lid, number: Dossiernummer, behandelaar: Lid, einddatum: date | None = None
) -> AanpakId:
    invoer = AanpakInvoer(
        soort="begeleiding",
        behandelaar_id=behandelaar.account_id,
        begindatum=date(2026, 9, 1),
        einddatum=einddatum,
        omschrijving="Samen lezen.",
    )
    return shop.write(add_aanpak, maker, number, invoer)


def a_tlv(shop: Shop, maker: Lid, number: Dossiernummer) -> TlvId:
    invoer = TlvInvoer(
        categorie="laag",
        afgiftedatum=TODAY,
        begindatum=TODAY,
        einddatum=date(2027, 7, 31),
        nummer="T-2026-7",
    )
    return shop.write(add_tlv, maker, number, invoer)


def a_notitie(shop: Shop, auteur: Lid, number: Dossiernummer, tekst: str = "Voor mij alleen.") -> NotitieId:
    return shop.write(add_notitie, auteur.account_id, number, tekst)


def filled_in(kind: str, person: Lid, **other: str) -> dict[str, str]:
    return NEW[kind] | ({"behandelaar": person.account_id} if kind == "aanpak" else {}) | other


def fill(shop: Shop, maker: Lid, gast: Lid, extern: Lid) -> Filled:
    """Dossier 1 of organisatie es; the two are invited, until today."""
    number = shop.put(1, files=[("verslag.pdf", b"inhoud")])
    ronde = a_ronde(shop, maker, number, gast, extern)
    vergadering = a_vergadering(shop, maker, gast, extern)
    shop.do(put_on_agenda, maker, number, vergadering)
    return Filled(
        number=number,
        ronde=ronde,
        vergadering=vergadering,
        aanpak=an_aanpak(shop, maker, number, extern),
        tlv=a_tlv(shop, maker, number),
    )
