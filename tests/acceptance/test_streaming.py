"""Streaming all the way: memory does not follow the size of a message."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import nullcontext

import psutil
import pytest
import requests

from acceptance.process import Gateway
from adapters.parnassys.standin.messages import (
    File,
    Push,
    indienen,
    multipart_content_type,
)
from components.s3 import s3_storage
from dossier.identifiers import InzendingId
from gateway.storages import open_gateway_objects
from storage.keyring import load
from storage.seal import Seal

MIB = 1024 * 1024
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")
MARK = b"QUJDREVG"  # the base64 of ABCDEF, which a stream puts its own content in place of


@pytest.fixture(scope="module", params=["file", "s3"])
def roomy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """An intake alone, that takes 20 x 5 MB: the default limit of 50 MiB together would refuse them."""
    with s3_storage() if request.param == "s3" else nullcontext({}) as storage:
        environment = {"MAX_BIJLAGEN_BYTES": str(128 * MIB)} | storage
        gateway = Gateway(tmp_path_factory.mktemp("gateway"), environment)
        gateway.make_world()
        gateway.start("intake")
        yield gateway
        try:
            gateway.stop()
        finally:
            gateway.close()


def test_a_bijlage_of_200_mb_inline_ends_in_bijlage_te_groot(roomy: Gateway) -> None:
    with Peak(roomy) as peak:
        answer = post(roomy, inline(200 * MIB), "text/xml; charset=utf-8")

    assert "<code>BIJLAGE_TE_GROOT</code>" in answer.text
    assert f"{200 * MIB:,}".replace(",", ".") in answer.text
    assert peak.above_idle_bytes < 32 * MIB
    assert kept(roomy) == []


def test_a_bijlage_of_200_mb_by_mtom_ends_in_bijlage_te_groot(roomy: Gateway) -> None:
    with Peak(roomy) as peak:
        answer = post(roomy, by_mtom(200 * MIB), multipart_content_type())

    assert "<code>BIJLAGE_TE_GROOT</code>" in answer.text
    assert peak.above_idle_bytes < 32 * MIB
    assert kept(roomy) == []


def test_a_message_of_20_x_5_mb_takes_less_than_32_mb_above_idle(roomy: Gateway) -> None:
    file = File(naam="a.pdf", content=b"%PDF-1.4\n".ljust(5 * MIB, b"x"))
    small = indienen(Push(brin="17GU", files=(File(content=b"x" * 1000),))).body
    for _ in range(3):  # what a first message loads once is no memory of a message
        post(roomy, iter([small]), "text/xml")
    body = indienen(Push(brin="17GU", files=(file,) * 20)).body

    with Peak(roomy) as peak:
        answer = post(roomy, pieces(body), "text/xml; charset=utf-8")

    found = NUMBER.search(answer.text)
    assert found is not None
    assert int(found[1]) > 0
    assert len(kept(roomy)) == 2
    assert peak.above_idle_bytes < 32 * MIB, f"{peak.above_idle_bytes / MIB:.1f} MiB"


def kept(gateway: Gateway) -> list[InzendingId]:
    """The pushes of which storage has anything."""

    async def look() -> list[InzendingId]:
        objects = open_gateway_objects(gateway.settings, Seal(load(gateway.settings.keyring_path)))
        return [inzending_id async for inzending_id in objects.folders_older_than(-60)]

    return asyncio.run(look())


class Peak:
    """The most memory that the intake has in use while the block runs, above what it had before."""

    def __init__(self, gateway: Gateway) -> None:
        self._process = psutil.Process(gateway.running["intake"].pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.above_idle_bytes = 0

    def __enter__(self) -> Peak:
        self._idle = self._process.memory_info().rss
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            now = self._process.memory_info().rss
            self.above_idle_bytes = max(self.above_idle_bytes, now - self._idle)


def post(gateway: Gateway, body: Iterator[bytes], content_type: str) -> requests.Response:
    headers = {"Authorization": gateway.authorization(), "Content-Type": content_type}
    return requests.post(gateway.url("intake"), data=body, headers=headers, timeout=120)


def inline(size_bytes: int) -> Iterator[bytes]:
    before, after = indienen(Push(brin="17GU", files=(File(content=b"ABCDEF"),))).body.split(MARK)
    yield before
    encoded_bytes = (size_bytes + 2) // 3 * 4
    padding = -size_bytes % 3
    for at in range(0, encoded_bytes - 4, 4 * 65536):
        yield b"QUFB" * min(65536, (encoded_bytes - 4 - at) // 4)
    yield (b"QUFB", b"QUE=", b"QQ==")[padding]
    yield after


def by_mtom(size_bytes: int) -> Iterator[bytes]:
    push = Push(brin="17GU", files=(File(content=b"ABCDEF"),))
    body = indienen(push, mtom=True).body
    before, after = body.split(b"ABCDEF")
    yield before
    for _ in range(size_bytes // 65536):
        yield b"A" * 65536
    yield after


def pieces(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 262_144):
        yield body[at : at + 262_144]
