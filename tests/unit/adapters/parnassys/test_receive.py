"""What of a message ends up in storage, and that nothing stays behind of one that failed."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import replace
from typing import Any

import pytest

from adapters.parnassys import receive
from adapters.parnassys.names import Operation
from adapters.parnassys.standin.messages import (
    File,
    Push,
    RawMessage,
    envelope,
    indienen,
    multipart,
    multipart_content_type,
    push_xml,
)
from dossier.errors import Unavailable
from validators.limits import Limits

PDF = b"%PDF-1.7\n" + os.urandom(300_000)


@pytest.fixture(params=[False, True], ids=["inline", "mtom"])
def mtom(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def test_each_bijlage_is_stored_hashed_and_sniffed(gateway: Any, mtom: bool) -> None:
    files = (File(content=PDF), File(content=None), File(naam="b.txt", content=b"tekst"))
    answer = await gateway.client.post(indienen(Push(files=files), mtom=mtom), piece=10_000)
    assert answer.status == 200
    first, second, third = gateway.use_cases.dossiers[0].bijlagen
    assert gateway.objects.stored == {first.object_id: PDF, third.object_id: b"tekst"}
    assert (first.size_bytes, first.content_type) == (len(PDF), "application/pdf")
    assert first.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (second.size_bytes, second.sha256, second.object_id, second.content_type) == (0, "", "", "")
    assert (third.size_bytes, third.content_type) == (5, "text/plain")
    assert gateway.objects.open == set()


async def test_what_is_written_comes_in_large_chunks(gateway: Any) -> None:
    await gateway.client.post(indienen(Push(files=(File(content=b"x" * 2_000_000),))), piece=5000)
    *writes, last = gateway.objects.writes
    assert all(256 * 1024 <= size <= 512 * 1024 for size in writes)
    assert sum(writes) + last == 2_000_000


async def test_reading_goes_on_while_at_most_two_objects_are_finished(gateway: Any) -> None:
    await gateway.client.post(indienen(Push(files=tuple(File(content=b"x") for _ in range(9)))))
    assert len(gateway.objects.stored) == 9
    assert 1 <= gateway.objects.most_finishing <= 2


@pytest.mark.parametrize("extra", [0, 1])
async def test_a_bijlage_too_large_is_counted_and_discarded(
    make_gateway: Any, mtom: bool, extra: int
) -> None:
    gateway = make_gateway(limits=Limits(bijlage_bytes=400_000))
    files = (File(content=b"x" * (400_000 + extra)), File(content=b"klein"))
    answer = await gateway.client.post(indienen(Push(files=files), mtom=mtom))
    assert (answer.text("dossiernummer") == "-1") == bool(extra)
    large, small = gateway.use_cases.dossiers[0].bijlagen
    assert large.size_bytes == 400_000 + extra
    assert (large.object_id == "", large.sha256 == "") == (bool(extra), bool(extra))
    assert set(gateway.objects.stored) == {large.object_id, small.object_id} - {""}
    assert gateway.objects.open == set()


async def test_beyond_what_a_dossier_may_have_nothing_more_is_stored(make_gateway: Any, mtom: bool) -> None:
    gateway = make_gateway(limits=Limits(bijlagen=2))
    files = tuple(File(content=b"inhoud") for _ in range(4))
    answer = await gateway.client.post(indienen(Push(files=files), mtom=mtom))
    assert answer.texts("code") == ["TE_VEEL_BIJLAGEN"]
    assert len(gateway.objects.created) == 2
    bijlagen = gateway.use_cases.dossiers[0].bijlagen
    assert [bool(bijlage.object_id) for bijlage in bijlagen] == [True, True, False, False]
    assert all(bijlage.sha256 for bijlage in bijlagen)


async def test_beyond_the_total_nothing_more_is_stored(make_gateway: Any) -> None:
    gateway = make_gateway(limits=Limits(bijlagen_bytes=1000))
    files = tuple(File(content=b"x" * 600) for _ in range(4))
    answer = await gateway.client.post(indienen(Push(files=files)))
    assert answer.texts("code") == ["BIJLAGEN_SAMEN_TE_GROOT"]
    assert len(gateway.objects.created) == 2


async def test_a_check_stores_nothing(gateway: Any, mtom: bool) -> None:
    raw = indienen(Push(files=(File(content=PDF),)), operation=Operation.CONTROLEREN, mtom=mtom)
    answer = await gateway.client.post(raw)
    assert answer.status == 200
    assert gateway.objects.created == []
    (bijlage,) = gateway.use_cases.dossiers[0].bijlagen
    assert (bijlage.size_bytes, bijlage.content_type, bijlage.object_id) == (
        len(PDF),
        "application/pdf",
        "",
    )


async def test_a_check_whose_parts_came_before_its_root_leaves_nothing(gateway: Any) -> None:
    xml = envelope(push_xml(Push(files=(File(content=PDF),)), Operation.CONTROLEREN, mtom=True))
    body = multipart(xml, [("bijlage1@parnassys", PDF)], root_last=True)
    raw = RawMessage(body=body, content_type=multipart_content_type(), soap_action="")
    answer = await gateway.client.post(raw)
    assert answer.status == 200
    assert gateway.objects.created != []
    assert gateway.objects.is_empty
    assert gateway.use_cases.dossiers[0].bijlagen[0].object_id == ""


FILES = (File(content=PDF), File(content=b"x" * 600_000), File(content=b"merk"))


@pytest.mark.parametrize("where", ["end", "last bijlage", "contract"])
async def test_a_message_that_turns_out_wrong_leaves_nothing(gateway: Any, where: str) -> None:
    raw = indienen(Push(files=FILES))
    body = {
        "end": raw.body + b"x",
        "last bijlage": raw.body.replace(b"bWVyaw==", b"bWVyaw="),
        "contract": raw.body.replace(b"<hulpvraagdatum>2", b"<hulpvraagdatum>X"),
    }[where]
    raw = RawMessage(body=body, content_type=raw.content_type, soap_action="")
    answer = await gateway.client.post(raw)
    assert answer.status in {400, 500}
    assert gateway.objects.created != []
    assert gateway.objects.is_empty
    assert gateway.use_cases.dossiers == []
    good = await gateway.client.post(indienen(Push(files=FILES)))
    assert good.text("dossiernummer") == "101"


@pytest.mark.parametrize("chunks", range(1, 16, 2))
async def test_a_sender_that_hangs_up_leaves_nothing_and_gets_nothing(
    gateway: Any, authorization: Any, mtom: bool, chunks: int
) -> None:
    raw = indienen(Push(files=FILES), mtom=mtom)
    pieces = [raw.body[i : i + 70_000] for i in range(0, len(raw.body), 70_000)][:chunks]
    headers = raw.headers() | {"Authorization": authorization()}
    answer = await gateway.client.request("POST", [*pieces, b""], headers, hang_up=True)
    assert answer is None
    assert gateway.objects.is_empty
    assert gateway.use_cases.dossiers == []
    assert gateway.exchange.outcome.value == "afgebroken"


@pytest.mark.parametrize("when", ["write_error", "finish_error"])
async def test_storage_that_fails_is_a_fault_and_leaves_nothing(gateway: Any, mtom: bool, when: str) -> None:
    setattr(gateway.objects, when, Unavailable("storage"))
    answer = await gateway.client.post(indienen(Push(files=FILES), mtom=mtom))
    assert answer.status == 503
    assert answer.header("Retry-After") == "5"
    assert answer.text("code") == "NIET_BESCHIKBAAR"
    assert gateway.objects.is_empty
    assert gateway.use_cases.dossiers == []


async def test_who_waits_for_a_fault_does_not_wait_for_a_storage_that_lets_nothing_go(
    gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "_ABORT_SECONDS", 0.01)
    thawed, discard = asyncio.Event(), gateway.objects.discard

    async def frozen(inzending_id: Any) -> None:
        await thawed.wait()
        await discard(inzending_id)

    gateway.objects.discard = frozen
    whole = indienen(Push(files=(File(content=PDF), File(content=PDF))))
    answer = await gateway.client.post(replace(whole, body=whole.body[:-5]), piece=10_000)

    assert answer.status == 400
    assert gateway.objects.discarded == []
    thawed.set()
    async with asyncio.timeout(30):
        while not gateway.objects.discarded:  # noqa: ASYNC110 - it is a condition
            await asyncio.sleep(0)
