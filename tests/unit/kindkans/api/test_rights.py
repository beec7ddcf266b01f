"""Every endpoint x every role: what is answered. Deny by default: an endpoint without a row fails here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import update

from components.kindkans_api import ACHTERNAAM, StoreWorld
from kindkans.api.app import document
from kindkans.dossiers.aanpakken import AanpakInvoer, add_aanpak
from kindkans.dossiers.notities import add_notitie
from kindkans.dossiers.overlegronden import add_overlegronde
from kindkans.dossiers.tlvs import TlvInvoer, add_tlv
from kindkans.dossiers.vergaderingen import add_vergadering, put_on_agenda
from kindkans.rights.words import AccountId
from kindkans.schema import bijlage

# Of dossier 1, which is of o1 in s1. Those of the second row of people are of another school.
OWN = ("root", "beheer", "loket", "ib", "leider")
INVITED = ("gast", "lezer", "werker")  # gast: without external rights (FAQ 3)
NOBODY = ("beheer2", "behandelaar", "ib2", "uitleg")
PEOPLE: dict[str, tuple[str, dict[str, str]]] = {
    "root": ("root", {}),
    "beheer": ("applicatiebeheerder", {"swv": "s1"}),
    "loket": ("loket", {"swv": "s1"}),
    "ib": ("intern_begeleider", {"swv": "s1", "organisatie": "o1"}),
    "leider": ("schoolleider", {"swv": "s1", "organisatie": "o1"}),
    "gast": ("behandelaar", {"swv": "s1"}),
    "lezer": ("intern_begeleider", {"swv": "s1", "organisatie": "o2", "externe_rol": "extern_meelezen"}),
    "werker": ("behandelaar", {"swv": "s1", "externe_rol": "extern_meewerken"}),
    "beheer2": ("applicatiebeheerder", {"swv": "s2"}),
    "behandelaar": ("behandelaar", {"swv": "s1"}),
    "ib2": ("intern_begeleider", {"swv": "s1", "organisatie": "o2"}),
    "uitleg": ("uitleg", {}),
}


def expect(default: int, **others: int) -> dict[str, int]:
    return {name: others.get(name, default) for name in PEOPLE}


def on_dossier(allowed: int, *who: str) -> dict[str, int]:
    """Who sees something of it but not this is refused; for the others it does not exist."""
    seen = dict.fromkeys((*OWN, *INVITED), 403)
    return expect(404, **(seen | dict.fromkeys(who, allowed)))


_SWV = ("root", "beheer", "loket")
READ = on_dossier(200, *OWN, "lezer", "werker")
READ_HULPVRAAG = on_dossier(200, *OWN, *INVITED)
CHANGE_SWV = on_dossier(204, *_SWV)


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    statuses: dict[str, int]
    body: Callable[[StoreWorld], dict[str, Any]] | None = None
    ids: dict[str, str] = field(default_factory=dict)


D = "/api/dossiers/{dossiernummer}"
ROWS = (
    Row("GET", "/api/mij", expect(200)),
    Row("GET", "/api/notities", expect(200)),
    Row("DELETE", "/api/notities/{rij_id}", expect(404, ib=204), ids={"rij_id": "notitie"}),
    Row("GET", "/api/dossiers", expect(200)),
    Row("POST", "/api/dossiers/zoeken", expect(200), lambda world: {"tekst": ACHTERNAAM}),
    Row("GET", D, READ_HULPVRAAG),
    Row("DELETE", D, on_dossier(409, *_SWV)),
    Row("GET", f"{D}/beletsels", on_dossier(200, *_SWV)),
    Row("GET", f"{D}/versies", READ_HULPVRAAG),
    Row("GET", f"{D}/persoonsgegevens", READ),
    Row("GET", f"{D}/schoolgegevens", READ),
    Row("GET", f"{D}/hulpvraag", READ_HULPVRAAG),
    Row("GET", f"{D}/bijlagen", READ),
    Row("GET", f"{D}/bijlagen/{{positie}}", READ),
    Row("DELETE", f"{D}/bijlagen/{{positie}}", on_dossier(204, *_SWV, "ib")),
    Row("GET", f"{D}/overlegronde", READ),
    Row(
        "POST",
        f"{D}/overlegronde",
        on_dossier(201, *_SWV, "ib", "werker"),
        lambda world: {"onderwerp": "x", "einddatum": world.after(1)},
    ),
    Row(
        "PUT",
        f"{D}/overlegronde/{{rij_id}}/einddatum",
        on_dossier(422, *_SWV, "werker") | {"ib": 204},
        lambda world: {"einddatum": world.after(2)},
        ids={"rij_id": "overlegronde"},
    ),
    Row(
        "DELETE",
        f"{D}/overlegronde/{{rij_id}}",
        on_dossier(204, *_SWV, "ib", "werker"),
        ids={"rij_id": "overlegronde"},
    ),
    Row("GET", f"{D}/vergadering", READ),
    Row(
        "POST",
        f"{D}/vergadering",
        on_dossier(201, *_SWV),
        lambda world: {"vergadering_id": IDS["vergadering"]},
    ),
    Row("DELETE", f"{D}/vergadering/{{rij_id}}", CHANGE_SWV, ids={"rij_id": "vergadering"}),
    Row("GET", f"{D}/aanpak", READ),
    Row(
        "POST",
        f"{D}/aanpak",
        on_dossier(201, *_SWV, "werker"),
        lambda world: {
            "soort": "begeleiding",
            "behandelaar": "gast",
            "begindatum": world.after(0),
            "omschrijving": "x",
        },
    ),
    Row(
        "PUT",
        f"{D}/aanpak/{{rij_id}}/einddatum",
        on_dossier(204, *_SWV, "werker"),
        lambda world: {"einddatum": world.after(2)},
        ids={"rij_id": "aanpak"},
    ),
    Row("DELETE", f"{D}/aanpak/{{rij_id}}", on_dossier(204, *_SWV, "werker"), ids={"rij_id": "aanpak"}),
    Row("GET", f"{D}/tlv", READ),
    Row(
        "POST",
        f"{D}/tlv",
        on_dossier(201, *_SWV),
        lambda world: {
            "categorie": "laag",
            "afgiftedatum": world.after(0),
            "begindatum": world.after(0),
            "einddatum": world.after(0),
            "nummer": "1",
        },
    ),
    Row("DELETE", f"{D}/tlv/{{rij_id}}", CHANGE_SWV, ids={"rij_id": "tlv"}),
    Row("GET", f"{D}/notities", READ),
    Row(
        "POST",
        f"{D}/notities",
        on_dossier(201, *OWN, "lezer", "werker"),
        lambda world: {"notitie": "x"},
    ),
    Row(
        "GET",
        f"{D}/zichtbaarheid?account=gast",
        expect(403, root=200, beheer=200, beheer2=200, uitleg=200),
    ),
    Row(
        "GET",
        "/api/kengetallen",
        expect(403, root=200, beheer=200, beheer2=200, loket=200, leider=200),
    ),
)
IDS: dict[str, str] = {}


@pytest.fixture
def keys(world: StoreWorld) -> dict[str, str]:
    """Dossier 1 with something on every tab, by ib; who is invited is so by an overlegronde."""
    world.put(1)
    world.put(3, "o3", "s2")
    keys = {name: world.key(name, rol, **where) for name, (rol, where) in PEOPLE.items()}
    fill(world)
    return keys


def fill(world: StoreWorld) -> None:
    lid, seal, today = world.lid("ib"), world.seal, world.today
    overlegronde = {"onderwerp": "o", "verslag": "", "einddatum": today}
    invited = [AccountId(name) for name in INVITED]
    world.do(add_overlegronde, seal, lid, 1, **overlegronde, deelnemers=invited)
    IDS["overlegronde"] = world.do(add_overlegronde, seal, lid, 1, **overlegronde)
    agenda = {"datum": today, "titel": "v", "plaats": ""}
    IDS["vergadering"] = world.do(add_vergadering, seal, lid, "s1", **agenda)
    world.do(put_on_agenda, lid, 1, IDS["vergadering"])
    aanpak = AanpakInvoer(
        soort="onderzoek", behandelaar_id=lid.account_id, begindatum=today, omschrijving="a"
    )
    IDS["aanpak"] = world.do(add_aanpak, seal, lid, 1, aanpak)
    tlv = TlvInvoer(categorie="hoog", afgiftedatum=today, begindatum=today, einddatum=today, nummer="T-1")
    IDS["tlv"] = world.do(add_tlv, seal, lid, 1, tlv)
    IDS["notitie"] = world.do(add_notitie, seal, lid.account_id, 1, "Alleen voor mij.")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_every_endpoint_answers_every_role_as_its_rights_say(
    world: StoreWorld, keys: dict[str, str], row: Row
) -> None:
    found = {}
    for name, key in keys.items():
        path = row.path.format(
            dossiernummer=1, positie=1, **{part: IDS[kind] for part, kind in row.ids.items()}
        )
        async with world.client(key) as client:
            body = None if row.body is None else row.body(world)
            answer = await client.request(row.method, path, json=body)
        found[name] = answer.status_code
        if row.method == "DELETE" and answer.status_code == 204:  # for the next one there is another
            world.do(lambda connection: connection.execute(update(bijlage).values(verwijderd_ms=None)))
            fill(world)
    assert found == row.statuses


def test_every_endpoint_has_a_row() -> None:
    served = {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}
    assert {(row.method, row.path.partition("?")[0]) for row in ROWS} == served
