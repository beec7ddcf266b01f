"""One dossier, one trace: from the SOAP request over outbox and broker to the store and its receipt."""

from __future__ import annotations

from dataclasses import replace

from adapters.parnassys.names import Operation
from adapters.parnassys.standin.messages import File, Push, indienen, opvragen
from components.traces import traces
from dossier.delivery import Delivery
from integration.tracing.conftest import ALL, GATEWAY, GONG, House, Role

INTAKE = {
    "soap request": "",
    "authenticate": "soap request",
    "receive": "soap request",
    "decide": "soap request",
    "commit": "decide",
    "write": "commit",
}
DELIVERY = {
    "outbox publish": "decide",
    "store handle": "decide",
    "store commit": "store handle",
    "store write": "store commit",
    "receipt publish": "store handle",
    "receipt handle": "store handle",
    "receipt commit": "receipt handle",
    "receipt write": "receipt commit",
}
KINDS = {
    "soap request": "server",
    "outbox publish": "producer",
    "store handle": "consumer",
    "receipt publish": "producer",
    "receipt handle": "consumer",
}
ROLES = {"store": "kindkans", "outbox": "relay", "receipt publish": "kindkans", "receipt": "relay"}


async def test_the_trace_of_a_dossier_goes_from_the_request_to_the_mark_of_the_receipt(house: House) -> None:
    async with house.running(ALL):
        referentie = await house.push()
        await house.until_seen("receipt handle")

    trace = house.trace_of(referentie)
    assert trace.tree() == INTAKE | DELIVERY
    assert {span.name: span.kind for span in trace.spans if span.kind != "internal"} == KINDS
    for span in trace.spans:
        role = next((role for begins, role in ROLES.items() if span.name.startswith(begins)), "intake")
        assert (span.role, span.version, span.failed) == (role, "0.1.0", False), span.name
    [(number,)] = house.gateway.rows("SELECT dossiernummer FROM dossier")
    told = {"referentie": referentie, "dossiernummer": number}
    request, handle = trace.one("soap request").attributes, trace.one("store handle").attributes
    assert request.items() >= (told | {"outcome": "geaccepteerd", "status": 200, "soort": "nieuw"}).items()
    assert request["operation"] == "indienenHulpvraag"
    assert request["bytes"] > 1000
    for name in ("decide", "outbox publish", "store handle", "receipt handle"):
        assert trace.one(name).attributes.items() >= (told | {"versie": 1}).items()
    assert (handle["state"], handle["outcome"], handle["attempts"]) == ("stored", "done", 1)
    assert not any("dropped" in span.attributes for span in house.spans)


async def test_the_event_in_the_outbox_names_the_span_that_decided(house: House) -> None:
    async with house.running(GATEWAY):
        referentie = await house.push()
        await house.until_seen("outbox publish")
    [(body,)] = house.gateway.rows("SELECT body FROM outbox_payload")

    traceparent = Delivery.decode(bytes(body)).traceparent
    assert traceparent
    assert traceparent.startswith(house.trace_of(referentie).one("decide").here)


async def test_a_dossier_with_bijlagen_and_its_next_version_are_a_trace_each(house: House) -> None:
    push = Push(**GONG, files=(File(), File(naam="tweede.txt")))
    async with house.running(ALL):
        first = await house.push(push)
        second = await house.push(replace(push, bericht_id=Push().bericht_id, titel="Anders"))
        await house.until_seen("receipt handle", 2)

    assert len(traces(house.spans)) == 2
    for referentie, versie in ((first, 1), (second, 2)):
        trace = house.trace_of(referentie)
        assert trace.one("receive").attributes["bijlagen"] == 2
        assert trace.one("store handle").attributes["bijlagen"] == 2
        assert trace.one("receipt handle").attributes["versie"] == versie
        # What the store had already is asked first, where there is something to copy.
        assert len(trace.named("store commit")) == 2


async def test_a_rejection_a_repeat_and_a_question_end_at_the_intake(house: House) -> None:
    push = Push(**GONG)
    async with house.running(ALL):
        await house.push(push)
        await house.until_seen("receipt handle")
        rejected = await house.push(Push(brin="99ZZ"))
        repeat = await house.push(push)
        checked = await house.post(indienen(push, operation=Operation.CONTROLEREN).body)
        asked = await house.post(opvragen(bericht_id=push.bericht_id).body)

    assert house.trace_of(rejected).tree() == INTAKE
    request = house.trace_of(rejected).one("soap request")
    assert (request.attributes["outcome"], request.failed) == ("afgewezen", False)
    assert "BRIN_ONBEKEND" in request.attributes["redenen"]
    assert house.trace_of(rejected).one("decide").attributes["redenen"] == request.attributes["redenen"]
    assert house.trace_of(repeat).tree() == INTAKE
    assert house.trace_of(repeat).one("decide").attributes["soort"] == "herhaling"
    for answer, name, outcome in ((checked, "check", "gecontroleerd"), (asked, "look up", "status")):
        trace = house.trace_of(answer.headers["X-Kindkans-Referentie"])
        assert trace.one("soap request").attributes["outcome"] == outcome
        assert trace.parent(trace.one(name)) == "soap request"
        assert not trace.named("decide")


async def test_a_fault_of_the_sender_is_no_error_of_ours_and_says_only_its_type(house: House) -> None:
    async with house.running(GATEWAY):
        stranger = await house.post(b"", Authorization="Basic eDp5")
        broken = await house.post(b"<Kanarievogel/>")

    of_stranger = house.trace_of(stranger.headers["X-Kindkans-Referentie"])
    assert of_stranger.tree() == {"soap request": "", "authenticate": "soap request"}
    assert of_stranger.one("authenticate").attributes == {"error_type": "NotAuthenticated"}
    of_broken = house.trace_of(broken.headers["X-Kindkans-Referentie"])
    assert of_broken.one("receive").attributes["error_type"] == "VersionMismatch"
    for trace, status in ((of_stranger, 401), (of_broken, broken.status_code)):
        request = trace.one("soap request")
        assert (request.attributes["outcome"], request.attributes["status"]) == ("fault", status)
        assert not request.failed


async def test_a_fault_of_ours_is_an_error(house: House) -> None:
    async with house.running(GATEWAY):
        await house.push()
        house.change("ALTER TABLE inzending RENAME TO away")
        answer = await house.post(indienen(Push(**GONG)).body)

    assert answer.status_code == 503
    trace = house.trace_of(answer.headers["X-Kindkans-Referentie"])
    assert all(trace.one(name).failed for name in ("soap request", "decide", "commit"))
    assert {span.name for span in trace.spans if span.failed} == {"soap request", "decide", "commit", "write"}
    # With its group if it had one, alone, and once more: the first failure may be that of a stale connection.
    assert len(trace.named("write")) in (2, 3)


async def test_a_traceparent_of_the_sender_is_not_continued(house: House) -> None:
    foreign = "00-11111111111111111111111111111111-2222222222222222-01"
    async with house.running(GATEWAY):
        await house.post(indienen(Push(**GONG)).body, traceparent=foreign, tracestate="x=Kanarievogel")
        await house.until_seen("outbox publish")

    [trace] = traces(house.spans)
    assert trace.tree() == INTAKE | {"outbox publish": "decide"}
    assert "1" * 32 not in "".join(span.whole for span in trace.spans)


async def test_what_was_accepted_while_the_store_was_down_is_the_same_trace_when_it_is_up(
    house: House,
) -> None:
    async with house.running(GATEWAY):
        referentie = await house.push()
        await house.until_seen("outbox publish")
        assert "store handle" not in house.trace_of(referentie).tree()
        async with house.running({Role.KINDKANS}):
            await house.until_seen("receipt handle")

    assert house.trace_of(referentie).tree() == INTAKE | DELIVERY


async def test_each_try_of_the_store_is_a_span_of_the_same_trace(house: House) -> None:
    async with house.running(GATEWAY):
        referentie = await house.push(Push(**GONG, files=(File(),)))
        await house.until_seen("outbox publish")
        [path] = house.gateway.objects()
        away = path.rename(path.with_suffix(".away"))
        async with house.running({Role.KINDKANS}):
            await house.until_seen("store handle")
            away.rename(path)
            await house.until_seen("receipt handle")

    trace = house.trace_of(referentie)
    first, *_, last = (span.attributes for span in trace.named("store handle"))
    assert (first["state"], first["error_type"], first["outcome"]) == ("failed", "ObjectMissing", "later")
    assert (last["state"], last["outcome"]) == ("stored", "done")
    assert last["attempts"] > first["attempts"] == 1
    assert trace.parent(trace.one("receipt handle")) == "store handle"


async def test_a_duplicate_delivery_is_seen_as_one_in_the_same_trace(house: House) -> None:
    async with house.running(ALL):
        referentie = await house.push()
        await house.until_seen("receipt handle")
        house.change("UPDATE outbox SET state = 'wachtend', due_ms = 0, finished_ms = NULL")
        await house.until_seen("receipt handle", 2)

    trace = house.trace_of(referentie)
    assert [span.attributes["state"] for span in trace.named("store handle")] == ["stored", "duplicate"]
    assert len(trace.named("outbox publish")) == 2
    assert {trace.parent(span) for span in trace.named("outbox publish")} == {"decide"}
    assert len(traces(house.spans)) == 1
