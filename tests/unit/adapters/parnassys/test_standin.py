"""zeep, on the WSDL as it is served, against the endpoint; only the socket is left out."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest
import requests
import zeep.exceptions
from requests.structures import CaseInsensitiveDict
from zeep.transports import Transport

from adapters.parnassys.names import WSA, SoapVersion
from adapters.parnassys.standin.client import MtomTransport, ParnasSys, redenen, storing
from adapters.parnassys.standin.messages import File, Push

ADDRESS = "http://localhost:8080/parnassys/v1"


class NoSocket:
    """Goes before a zeep Transport: load and post go straight to the endpoint."""

    def __init__(self, gateway: Any, authorization: str) -> None:
        super().__init__()
        self.gateway = gateway
        self.authorization = authorization
        self.posted: list[tuple[bytes, dict[str, str]]] = []

    def load(self, url: str) -> bytes:
        address, _, query = url.partition("?")
        assert address == ADDRESS
        return self._run(self.gateway.client.request("GET", query=query)).body

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        assert address == ADDRESS
        self.posted.append((message, headers))
        fields = {**headers, "Authorization": self.authorization}
        answer = self._run(self.gateway.client.request("POST", [message], fields))
        response = requests.Response()
        response.status_code = answer.status
        response._content = answer.body
        response.headers = CaseInsensitiveDict(answer.headers)
        return response

    @staticmethod
    def _run(coroutine: Any) -> Any:
        return asyncio.run(coroutine)


class Plain(NoSocket, Transport):
    pass


class Mtom(NoSocket, MtomTransport):
    pass


@pytest.fixture(params=[Plain, Mtom], ids=["inline", "mtom"])
def transport(request: pytest.FixtureRequest, gateway: Any, authorization: Any) -> NoSocket:
    made = request.param(gateway, authorization())
    assert isinstance(made, NoSocket)
    return made


@pytest.fixture(params=[False, True], ids=["plain", "addressed"])
def parnassys(request: pytest.FixtureRequest, transport: Any, version: SoapVersion) -> ParnasSys:
    return ParnasSys(
        f"{ADDRESS}?wsdl",
        "omgeving-1",
        "x",
        addressing=request.param,
        version=version,
        transport=transport,
    )


def test_zeep_pushes_a_dossier_that_arrives_whole(parnassys: ParnasSys, transport: NoSocket) -> None:
    push = Push(achternaam="Ö'Brien & <zn>", files=(File(content=os.urandom(200_000)), File(naam="é.txt")))
    answer = parnassys.indienen(push)
    assert (answer.dossiernummer, answer.berichtId, redenen(answer)) == (101, push.bericht_id, [])
    (dossier,) = transport.gateway.use_cases.dossiers
    assert dossier.leerling.achternaam == push.achternaam
    assert dossier.hulpvraag.hulpvraag_id == push.hulpvraag_id
    assert [bijlage.naam for bijlage in dossier.bijlagen] == ["verslag.txt", "é.txt"]
    stored = transport.gateway.objects.stored
    assert [stored[bijlage.object_id] for bijlage in dossier.bijlagen] == [f.content for f in push.files]
    body, _ = transport.posted[0]
    assert (b"xop:Include" in body or b":Include" in body) == isinstance(transport, Mtom)
    assert (WSA.encode() in body) == bool(parnassys.client.plugins)


def test_zeep_reads_minus_one_and_every_reden(parnassys: ParnasSys) -> None:
    answer = parnassys.indienen(Push(achternaam=None, files=(File(content=None), File(content=b""))))
    assert answer.dossiernummer == -1
    assert [reden.code for reden in redenen(answer)] == [
        "LEERLING_ONVOLLEDIG",
        "BIJLAGE_ZONDER_BESTAND",
        "BIJLAGE_ZONDER_BESTAND",
    ]


def test_zeep_checks_and_asks_for_a_status(parnassys: ParnasSys) -> None:
    assert [reden.code for reden in redenen(parnassys.controleren(Push(achternaam="")))] == [
        "LEERLING_ONVOLLEDIG"
    ]
    assert redenen(parnassys.controleren(Push())) == []
    assert parnassys.opvragen_status(dossiernummer=5).status == "onbekend"
    assert parnassys.opvragen_status(bericht_id=Push().bericht_id).status == "onbekend"


def test_zeep_reads_a_fault_with_its_detail(parnassys: ParnasSys) -> None:
    with pytest.raises(zeep.exceptions.Fault) as raised:
        parnassys.indienen(Push(hulpvraagdatum="2026-02-30"))
    assert "hulpvraag/hulpvraagdatum" in raised.value.message
    assert storing(raised.value)["code"] == "BERICHT_ONGELDIG"
    assert len(storing(raised.value)["referentie"]) == 32
