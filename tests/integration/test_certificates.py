"""The date of a certificate is read from a front that shows one, whatever else that front asks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from prometheus_client.parser import text_string_to_metric_families

from components.tls import make_certificate
from deploy.certificates import Authority
from deploy.front import HELPDESK_PORT, PORT, Front
from gateway.certificates import Address, Certificates, Pace
from gateway.metrics import Metrics, Place

QUICK = Pace(every_seconds=0.02, again_seconds=0.02, timeout_seconds=5.0)


def shown(metrics: Metrics) -> dict[str, float]:
    """By place, what a scrape tells."""
    return {
        sample.labels["place"]: sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
        if sample.name == "kindkans_certificate_expiry_timestamp_seconds"
    }


def ends(certificate: Path) -> float:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.timestamp()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watching(
    addresses: dict[Place, Address], metrics: Metrics, pace: Pace = QUICK
) -> AsyncIterator[None]:
    part = Certificates(addresses, metrics, pace)
    await part.start()
    try:
        yield
    finally:
        await part.stop()


@asynccontextmanager
async def serving(
    context: ssl.SSLContext | None, seen: list[str] | None = None, *, speaks: bool = True
) -> AsyncIterator[Address]:
    """A front that shows the certificate of `context`; without one it speaks no TLS. Notes each visit."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if seen is not None:
            seen.append("visit")
        with contextlib.suppress(OSError):
            while await reader.read(65536) and not speaks:
                pass
            if context is None and speaks:
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    try:
        yield Address(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    finally:
        server.close()


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    network = f"127.{170 + os.getpid() % 40}.{os.getpid() // 40 % 250}"
    front = Front(tmp_path / "front", f"{network}.1", [f"{network}.11"])
    front.start()
    try:
        yield front
    finally:
        front.close()


async def test_both_fronts_of_our_nginx_show_theirs_also_the_one_that_asks_for_a_client_certificate(
    front: Front, tmp_path: Path
) -> None:
    metrics = Metrics()
    places = {
        Place.PARNASSYS: Address(host=front.address, port=PORT),
        Place.HELPDESK: Address(host=front.address, port=HELPDESK_PORT),
    }
    async with watching(places, metrics):
        await until(lambda: len(shown(metrics)) == 2)

    expected = ends(tmp_path / "front" / "secrets" / "server.crt")
    assert shown(metrics) == {"parnassys": expected, "helpdesk": expected}


@pytest.mark.parametrize("kind", ["of nobody we know", "that has ended", "behind a demand for a client's"])
async def test_a_certificate_is_read_also(kind: str, tmp_path: Path) -> None:
    pair = Authority(tmp_path, "somebody").sign(
        "front", address="127.0.0.1", expired=kind == "that has ended"
    )
    context = server_context(pair.certificate, pair.key)
    if kind == "behind a demand for a client's":
        context.verify_mode = ssl.CERT_REQUIRED  # breaks off, where nginx would wait and answer 400
        context.load_verify_locations(pair.certificate)
    metrics = Metrics()
    async with serving(context) as address, watching({Place.PARNASSYS: address}, metrics):
        await until(lambda: bool(shown(metrics)))

    assert shown(metrics) == {"parnassys": ends(pair.certificate)}


async def test_a_front_is_asked_by_its_name(tmp_path: Path) -> None:
    names: list[str] = []
    context = server_context(*make_certificate(tmp_path))
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    metrics = Metrics()
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(serving(context))
        named = Address(host="localhost", port=address.port)
        await stack.enter_async_context(watching({Place.HELPDESK: named}, metrics))
        await until(lambda: bool(shown(metrics)))

    assert set(names) == {"localhost"}


async def test_a_front_that_goes_keeps_its_last_date_and_the_log_says_no_more_than_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = make_certificate(tmp_path)
    metrics = Metrics()
    async with contextlib.AsyncExitStack() as stack:
        server = contextlib.AsyncExitStack()
        address = await server.enter_async_context(serving(server_context(certificate, key)))
        await stack.enter_async_context(watching({Place.PARNASSYS: address}, metrics))
        await until(lambda: bool(shown(metrics)))
        await server.aclose()
        said = ""

        def warned() -> bool:
            nonlocal said
            said += "".join(capsys.readouterr())
            return "certificate_unknown" in said

        await until(warned)

    assert shown(metrics) == {"parnassys": ends(certificate)}
    assert str(address.port) not in said
    assert "127.0.0.1" not in said


async def test_a_new_certificate_is_seen_at_the_next_look(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "somebody")
    old = authority.sign("old", address="127.0.0.1", expired=True)
    new = authority.sign("new", address="127.0.0.1")
    context = server_context(old.certificate, old.key)
    metrics = Metrics()
    async with serving(context) as address, watching({Place.PARNASSYS: address}, metrics):
        await until(lambda: shown(metrics) == {"parnassys": ends(old.certificate)})
        context.load_cert_chain(new.certificate, new.key)
        await until(lambda: shown(metrics) == {"parnassys": ends(new.certificate)})


@pytest.mark.parametrize("speaks", [True, False], ids=["no TLS", "not a word"])
async def test_a_front_that_speaks_hides_not_the_date_of_the_other(speaks: bool, tmp_path: Path) -> None:
    metrics = Metrics()
    quick = Pace(every_seconds=0.02, again_seconds=0.02, timeout_seconds=0.3)
    certificate, key = make_certificate(tmp_path)
    async with contextlib.AsyncExitStack() as stack:
        good = await stack.enter_async_context(serving(server_context(certificate, key)))
        bad = await stack.enter_async_context(serving(None, speaks=speaks))
        await stack.enter_async_context(
            watching({Place.PARNASSYS: bad, Place.HELPDESK: good}, metrics, quick)
        )
        await until(lambda: bool(shown(metrics)))

    assert shown(metrics) == {"helpdesk": ends(certificate)}


async def test_it_is_asked_once_an_hour_and_sooner_only_after_a_failure(tmp_path: Path) -> None:
    seen: list[str] = []
    metrics = Metrics()
    rare = Pace(every_seconds=3600.0, again_seconds=0.01, timeout_seconds=5.0)
    async with serving(server_context(*make_certificate(tmp_path)), seen) as good, serving(None) as bad:
        async with watching({Place.PARNASSYS: good}, metrics, rare):
            await until(lambda: bool(shown(metrics)))
        assert Pace().every_seconds == 3600.0
        first = len(seen)
        async with watching({Place.PARNASSYS: good, Place.HELPDESK: bad}, metrics, rare):
            await until(lambda: len(seen) >= first + 3)

    assert first == 1


async def test_a_helpdesk_does_not_start_with_a_wrong_address(tmp_path: Path) -> None:
    environment = {
        "DATA_FOLDER": str(tmp_path / "data"),
        "CERTIFICATES_AT": "geheim",
        "PATH": os.environ["PATH"],
        **dict.fromkeys(("PORT", "OPS_PORT", "HELPDESK_PORT", "KINDKANS_PORT"), "0"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "up", env=environment, cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(100):
        said = (await process.communicate())[0].decode()

    assert process.returncode == 2, said
    assert "CERTIFICATES_AT" in said
    assert "geheim" not in json.dumps(said)
