from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from adapters.parnassys.names import WSA, Operation, SoapVersion
from adapters.parnassys.standin.messages import File, Push, RawMessage, indienen, opvragen
from dossier.errors import BerichtConflict, Draining, Unavailable
from dossier.identifiers import BerichtId, Dossiernummer
from dossier.status import Gebeurtenis, Moment, Status, Toestand

BERICHT = "6f1c1a3e-7b0e-4a55-9d1e-0a4b7d0c2f11"


# --- GET ---


async def test_the_wsdl_and_the_xsd_are_served_with_the_address(gateway: Any) -> None:
    wsdl = await gateway.client.request("GET", query="wsdl")
    assert wsdl.status == 200
    assert wsdl.header("Content-Type") == "text/xml; charset=utf-8"
    assert b"{{" not in wsdl.body
    assert wsdl.body.count(b'location="http://localhost:8080/parnassys/v1"') == 2
    assert b'schemaLocation="http://localhost:8080/parnassys/v1?xsd"' in wsdl.body
    xsd = await gateway.client.request("GET", query="XSD")
    assert etree.QName(etree.fromstring(xsd.body)).localname == "schema"


async def test_head_gives_the_headers_only(gateway: Any) -> None:
    answer = await gateway.client.request("HEAD", query="wsdl")
    assert answer.body == b""
    assert int(answer.header("Content-Length")) > 1000


async def test_without_a_query_a_short_page_points_at_the_wsdl(gateway: Any) -> None:
    answer = await gateway.client.request("GET")
    assert answer.status == 200
    assert b"?wsdl" in answer.body


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_any_other_method_is_not_allowed(gateway: Any, method: str) -> None:
    answer = await gateway.client.request(method)
    assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD, POST")


# --- the three questions ---


async def test_a_good_push_gets_its_number(gateway: Any, version: SoapVersion) -> None:
    push = Push(files=(File(),))
    answer = await gateway.client.post(indienen(push, version=version))
    assert answer.status == 200
    assert answer.header("Content-Type") == f"{version.content_type}; charset=utf-8"
    assert answer.text("dossiernummer") == "101"
    assert answer.text("berichtId") == push.bericht_id
    assert etree.QName(answer.root).namespace == version.value
    assert answer.header("X-Kindkans-Referentie") == gateway.exchange.inzending_id
    assert answer.header("Connection") == ""


async def test_a_bad_push_gets_minus_one_and_every_reden(gateway: Any) -> None:
    push = Push(achternaam=None, files=(File(naam="a/b", content=None),))
    answer = await gateway.client.post(indienen(push))
    assert answer.status == 200
    assert answer.text("dossiernummer") == "-1"
    assert answer.texts("code") == [
        "LEERLING_ONVOLLEDIG",
        "BIJLAGE_NAAM_ONGELDIG",
        "BIJLAGE_ZONDER_BESTAND",
    ]
    assert any("a/b" in melding for melding in answer.texts("melding"))


async def test_a_check_gets_the_redenen(gateway: Any) -> None:
    raw = indienen(Push(achternaam=""), operation=Operation.CONTROLEREN)
    answer = await gateway.client.post(raw)
    assert answer.texts("code") == ["LEERLING_ONVOLLEDIG"]
    assert answer.text("dossiernummer") is None


async def test_a_status_is_found_by_number_and_by_bericht(gateway: Any, version: SoapVersion) -> None:
    status = Status(
        bericht_id=BerichtId(BERICHT),
        toestand=Toestand.BEZORGD,
        tijdlijn=(Moment(at=datetime.now(UTC), gebeurtenis=Gebeurtenis.BEZORGD),),
        dossiernummer=Dossiernummer(7),
    )
    gateway.use_cases.statuses = {BERICHT: status, "7": status}
    for raw in (opvragen(bericht_id=BERICHT, version=version), opvragen(dossiernummer=7, version=version)):
        answer = await gateway.client.post(raw)
        assert (answer.text("status"), answer.text("dossiernummer")) == ("bezorgd", "7")
    unknown = await gateway.client.post(opvragen(dossiernummer=8, version=version))
    assert unknown.text("status") == "onbekend"


async def test_the_answer_relates_to_its_question(gateway: Any, version: SoapVersion) -> None:
    header = (
        f'<MessageID xmlns="{WSA}">urn:uuid:1</MessageID><From xmlns="{WSA}"><Address>urn:x</Address></From>'
    )
    answer = await gateway.client.post(indienen(Push(), header=header, version=version))
    found = {etree.QName(block).localname: "".join(block.itertext()) for block in answer.root[0]}
    assert found.pop("MessageID").startswith("urn:uuid:")
    assert found == {"Action": Operation.INDIENEN.answer_action, "RelatesTo": "urn:uuid:1", "To": "urn:x"}


async def test_a_fault_relates_to_its_question_too(gateway: Any) -> None:
    header = f'<MessageID xmlns="{WSA}">urn:uuid:1</MessageID>'
    answer = await gateway.client.post(indienen(Push(titel=""), header=header))
    assert answer.root.findtext(f".//{{{WSA}}}RelatesTo") == "urn:uuid:1"
    assert answer.root.findtext(f".//{{{WSA}}}Action") == f"{WSA}/soap/fault"


# --- who are you ---


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    ["Basic {}", "basic  {}", "Bearer omgeving-1.geheim.met:tekens", "BEARER omgeving-1.geheim.met:tekens"],
)
async def test_basic_and_bearer_both_do(gateway: Any, authorization: str) -> None:
    credentials = authorization.format(b64("omgeving-1:geheim.met:tekens"))
    assert (await gateway.client.post(indienen(Push()), authorization=credentials)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Basic")],
        [("Authorization", "Basic !!!")],
        [("Authorization", "Basic " + b64("omgeving-1"))],
        [("Authorization", "Basic " + b64("omgeving-1:fout"))],
        [("Authorization", "Basic " + b64("onbekend:geheim.met:tekens"))],
        [("Authorization", "Basic " + b64(":x"))],
        [("Authorization", "Basic " + base64.b64encode(b"\xff:\xff").decode())],
        [("Authorization", "Basic " + b64("x" * 10_000 + ":y"))],
        [("Authorization", "Bearer omgeving-1")],
        [("Authorization", "Bearer .x")],
        [("Authorization", "Digest x")],
        [("Authorization", "Bearer omgeving-1.geheim.met:tekens")] * 2,
    ],
)
@pytest.mark.parametrize("soap12", [False, True])
async def test_without_good_credentials_no_body_is_read(
    gateway: Any, headers: list[tuple[str, str]], soap12: bool
) -> None:
    raw = indienen(Push(), version=SoapVersion.V12 if soap12 else SoapVersion.V11)
    fields = [*headers, ("Content-Type", raw.content_type), ("Expect", "100-continue")]
    answer = await gateway.client.request("POST", [raw.body], fields)
    assert answer.status == 401
    challenges = [value for name, value in answer.headers if name == "www-authenticate"]
    assert [challenge.split()[0] for challenge in challenges] == ["Basic", "Bearer"]
    assert answer.text("code") == "NIET_AANGEMELD"
    assert answer.header("Content-Type").startswith(raw.content_type.split(";")[0])
    assert answer.header("Connection") == "close"
    assert gateway.client.received_messages == 0


# --- too much, too strange, too early gone ---


async def test_a_content_length_beyond_the_cap_is_refused_unread(
    make_gateway: Any, authorization: Any
) -> None:
    gateway = make_gateway(max_request_bytes=1000)
    raw = indienen(Push())
    fields = raw.headers() | {
        "Authorization": authorization(),
        "Content-Length": "1001",
        "Expect": "100-continue",
    }
    answer = await gateway.client.request("POST", [raw.body], fields)
    assert (answer.status, answer.text("code")) == (413, "BERICHT_TE_GROOT")
    assert gateway.client.received_messages == 0


@pytest.mark.parametrize("extra", [0, 1])
async def test_a_body_beyond_the_cap_is_refused_while_it_streams(make_gateway: Any, extra: int) -> None:
    raw = indienen(Push(files=(File(content=b"x" * 500_000),)))
    gateway = make_gateway(max_request_bytes=len(raw.body) - extra)
    answer = await gateway.client.post(raw, piece=10_000)
    assert answer.status == (413 if extra else 200)
    assert gateway.objects.is_empty == bool(extra)


@pytest.mark.parametrize("content_type", ["application/json", "text/xml; charset=utf-7", ""])
async def test_another_content_type_is_415(gateway: Any, content_type: str) -> None:
    raw = RawMessage(body=indienen(Push()).body, content_type=content_type, soap_action="")
    answer = await gateway.client.post(raw)
    assert (answer.status, answer.text("code")) == (415, "MEDIATYPE_NIET_ONDERSTEUND")


async def test_a_compressed_body_is_415(gateway: Any) -> None:
    answer = await gateway.client.post(indienen(Push()), headers={"Content-Encoding": "gzip"})
    assert answer.status == 415


async def test_the_answer_goes_out_before_what_is_left_is_drained(gateway: Any, authorization: Any) -> None:
    drained_after: list[int] = []
    left = 40

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        drained_after.append(len(sent))
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", authorization().encode()), (b"content-type", b"text/xml")]
    scope = {"type": "http", "method": "POST", "query_string": b"", "headers": headers}
    await gateway.endpoint(scope, receive, send)
    assert sent[0]["status"] == 400
    assert (b"connection", b"close") in sent[0]["headers"]
    assert [message.get("more_body") for message in sent[1:]] == [True, False]
    assert drained_after == [0] + [2] * 11  # one chunk was read, then just over 1 MiB drained


async def test_draining_stops_when_the_sender_does(gateway: Any, authorization: Any) -> None:
    async def receive() -> dict[str, Any]:
        if not sent:
            return {"type": "http.request", "body": b"geen xml", "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", authorization().encode()), (b"content-type", b"text/xml")]
    scope = {"type": "http", "method": "POST", "query_string": b"", "headers": headers}
    async with asyncio.timeout(60):
        await gateway.endpoint(scope, receive, send)
    assert sent[-1]["more_body"] is False


# --- faults of ours ---


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BerichtConflict("x"), 500, "BERICHTID_AL_GEBRUIKT"),
        (Unavailable("database"), 503, "NIET_BESCHIKBAAR"),
        (Draining("x"), 503, "HERSTART"),
        (RuntimeError("Kanarie"), 500, "ONBEKENDE_STORING"),
    ],
)
async def test_a_use_case_that_fails_is_a_fault_and_never_minus_one(
    gateway: Any, error: Exception, status: int, code: str
) -> None:
    gateway.use_cases.error = error
    answer = await gateway.client.post(indienen(Push(files=(File(),))))
    assert (answer.status, answer.text("code")) == (status, code)
    assert answer.text("dossiernummer") is None
    assert b"Kanarie" not in answer.body
    assert answer.text("referentie") == answer.header("X-Kindkans-Referentie")
    # From indienen on the objects are the use case's, whatever came of it.
    assert gateway.objects.discarded == []
    assert "Kanarie" not in repr(gateway.exchange)
    assert gateway.exchange.defect.startswith("RuntimeError conftest.py:" if code[0] == "O" else "")


async def test_cancelling_a_request_does_not_cancel_its_decision(gateway: Any, authorization: Any) -> None:
    gateway.use_cases.gate = asyncio.Event()
    request = asyncio.create_task(gateway.client.post(indienen(Push(files=(File(),)))))
    await gateway.use_cases.begun.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    gateway.use_cases.gate.set()
    await gateway.use_cases.ended.wait()
    assert len(gateway.use_cases.dossiers) == 1
    assert gateway.objects.discarded == []


# --- what the observer hears ---


async def test_the_observer_hears_of_each_message_once(gateway: Any) -> None:
    raw = indienen(Push(achternaam="", files=(File(), File(content=None))))
    await gateway.client.post(raw)
    await gateway.client.post(opvragen(dossiernummer=1))
    await gateway.client.post(indienen(Push(titel="")))
    refused, status, fault = gateway.observer.exchanges
    assert (refused.outcome.value, refused.operation, refused.http_status) == (
        "afgewezen",
        Operation.INDIENEN,
        200,
    )
    assert refused.omgeving == "omgeving-1"
    assert [code.value for code in refused.reden_codes] == ["LEERLING_ONVOLLEDIG", "BIJLAGE_ZONDER_BESTAND"]
    assert (refused.received_bytes, refused.bijlagen) == (len(raw.body), 2)
    assert refused.total_seconds >= refused.receive_seconds >= refused.parse_seconds > 0
    assert (status.outcome.value, status.operation) == ("status", Operation.OPVRAGEN)
    assert (fault.outcome.value, fault.fault_code, fault.operation) == (
        "fault",
        "BERICHT_ONGELDIG",
        Operation.INDIENEN,
    )


async def test_the_observer_hears_no_personal_data(gateway: Any) -> None:
    push = Push(achternaam="Kanarie", titel="Kanarie", files=(File(naam="Kanarie/x", content=None),))
    await gateway.client.post(indienen(push))
    await gateway.client.post(indienen(Push(soort="Kanarie")))
    assert "Kanarie" not in repr(gateway.observer.exchanges)
