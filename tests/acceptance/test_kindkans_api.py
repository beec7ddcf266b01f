"""From a school's push to the JSON API of the store, and the helpdesk's question, of a running gateway."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from acceptance.process import Gateway, wait_for
from acceptance.test_moving import GONG, number_of
from adapters.parnassys.standin.messages import File, Push
from components.kindkans_api import account_with_key
from database.engine import writing
from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId
from gateway.databases import open_store_database
from helpdesk.store_api import StoreApi, Zichtbaarheid
from kindkans.dossiers.organisaties import ensure_organisatie

ACHTERNAAM = "Zonnebloemkwekerij"
PDF = File(naam="OPP Zonnebloemkwekerij.pdf", content=b"%PDF-1.4 " + b"x" * 200_000)


@pytest.fixture
def gateway(own: Gateway) -> Gateway:
    own.environment["KINDKANS_PAGES"] = "true"
    own.start()
    return own


@pytest.fixture
def keys(gateway: Gateway) -> Iterator[dict[str, str]]:
    engine = open_store_database(gateway.settings)
    with writing(engine) as connection:
        for organisatie in ("gong", "fakkel"):
            ensure_organisatie(connection, OrganisatieId(organisatie), SwvId("swv-heuvels"))
    where = {"swv": "swv-heuvels"}
    yield {
        "uitleg": account_with_key(engine, "uitleg", "uitleg"),
        "gong": account_with_key(engine, "gong", "intern_begeleider", **where, organisatie="gong"),
        "fakkel": account_with_key(engine, "fakkel", "intern_begeleider", **where, organisatie="fakkel"),
    }
    engine.dispose()


def _client(gateway: Gateway, key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(
        base_url=gateway.address()["kindkans_url"], headers=headers, trust_env=False, timeout=60
    )


def test_what_a_school_pushed_is_there_for_whom_it_should_be(gateway: Gateway, keys: dict[str, str]) -> None:
    number = number_of(gateway, Push(**GONG, achternaam=ACHTERNAAM, files=(PDF,)))
    assert number > 0
    with _client(gateway, keys["gong"]) as client:
        wait_for(lambda: client.get(f"/api/dossiers/{number}").status_code == 200)
        child = client.get(f"/api/dossiers/{number}/persoonsgegevens").json()
        file = client.get(f"/api/dossiers/{number}/bijlagen/1")
        found = client.post("/api/dossiers/zoeken", json={"tekst": ACHTERNAAM}).json()
    assert child["achternaam"] == ACHTERNAAM
    assert file.content == PDF.content
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert [one["dossiernummer"] for one in found["dossiers"]] == [number]
    with _client(gateway, keys["fakkel"]) as client:
        assert client.get(f"/api/dossiers/{number}").status_code == 404
    api = StoreApi(gateway.address()["kindkans_url"], keys["uitleg"])
    answer = api.visibility(Dossiernummer(number), "fakkel")
    api.close()
    assert isinstance(answer, Zichtbaarheid)
    assert not answer.ziet
    assert any("het dossier is van PCBO De Gong" in reden for reden in answer.redenen)
    gateway.stop()
    assert ACHTERNAAM not in gateway.log().read_text()
