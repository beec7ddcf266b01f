"""Every page that shows something, and every form, on either database: the other tests run on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from database.migrate import History
from kindkans.pages.routes import PAGES
from storage.seal import Seal
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.filled import NEW, a_notitie, fill, filled_in, people
from unit.kindkans.pages.shop import Shop, a_dossier


@pytest.fixture
def shop(new_database: Callable[[History], str], seal: Seal, folder: Path) -> Iterator[Shop]:
    made = Shop(new_database(History.KINDKANS), seal, folder)
    yield made
    made.engine.dispose()


async def test_every_page_and_form_of_a_dossier_works(shop: Shop, visitor: Visitor) -> None:
    lids = people(shop)
    filled = fill(shop, lids["loket"], lids["gast"], lids["extern"])
    shop.put(2)
    shop.put(1, a_dossier(titel="Anders"), versie=2, files=[("a.pdf", b"a")])
    for role in ("root", "loket", "gast"):
        ids = {"overlegronde": filled.ronde, "aanpak": filled.aanpak, "tlv": filled.tlv}
        ids |= {"vergaderingen": filled.vergadering, "notities": a_notitie(shop, lids[role], filled.number)}
        for page in PAGES:
            path = page.path.replace("{dossiernummer}", "1").replace("{positie}", "1")
            for kind, row_id in ids.items():
                path = path.replace(f"/{kind}/{{id}}", f"/{kind}/{row_id}")
            response = await (
                visitor(lids[role]).get(path) if page.method == "GET" else visitor(lids[role]).post(path)
            )
            assert response.status_code < 500, path
    loket = visitor(lids["loket"])
    for kind in NEW:
        path = f"/dossiers/2/{kind}"
        assert (await loket.submit(path, path, **filled_in(kind, lids["gast"]))).status_code == 303
    agenda = f"/vergaderingen/{filled.vergadering}"
    assert (await loket.submit(agenda, f"{agenda}/agenda", dossiernummer="2")).status_code == 303
    assert (await loket.get("/dossiers/2/verwijderen")).status_code == 200
    assert (await loket.post("/dossiers", zoek="Zonnebloem")).status_code == 200


async def test_odd_bytes_in_a_path_or_a_form_are_no_failure(shop: Shop, visitor: Visitor) -> None:
    shop.put(1)
    loket = visitor(shop.lid("loket", "loket"))
    for path in (
        "/notities/%00",
        "/vergaderingen/%00",
        "/dossiers/1/tlv/%00",
        "/dossiers/%00",
        "/dossiers/1/%00",
    ):
        assert (await loket.get(path)).status_code == 404
        assert (await loket.post(path, notitie="\x00")).status_code in (404, 405)
    for kind in NEW:
        path = f"/dossiers/1/{kind}"
        odd = dict.fromkeys(filled_in(kind, shop.lid(kind, "loket")), "\x00")
        assert (await loket.submit(path, path, **odd)).status_code == 422
    for path, field in (("/dossiers/1/vergadering", "titel"), ("/dossiers/1/vergadering/weg", "titel")):
        assert (await loket.post(path, **{field: "\x00"})).status_code in (409, 422)
    notities = "/dossiers/1/notities"
    assert (await loket.submit(notities, notities, notitie="\x00")).status_code == 422
    assert (await loket.get("/vergaderingen?swv=%00")).status_code == 200
    new = {"titel": "t\x00", "datum": "2026-12-01", "plaats": "", "genodigden": "\x00", "swv": "\x00"}
    refused = await loket.submit("/vergaderingen/nieuw", "/vergaderingen/nieuw", **new)
    assert refused.status_code == 422
