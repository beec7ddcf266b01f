"""A store in a database of either dialect, storage in memory, and deliveries to put into it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from database.engine import open_engine, reading, writing
from database.migrate import History
from dossier.delivery import DeliveredBijlage, Delivery
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from dossier.timestamps import utc_now
from kindkans import queries
from storage.keyring import Keyring
from storage.objects import ObjectMissing
from storage.seal import Seal

T = TypeVar("T")


class Memory:
    """Objects in memory, under the names that LocalObjects gives them."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def create(self, inzending_id: InzendingId, number: int) -> MemoryWriter:
        return MemoryWriter(self, f"{inzending_id}/{number}")

    async def read(self, object_id: str) -> AsyncIterator[bytes]:
        if object_id not in self.objects:
            raise ObjectMissing
        content = self.objects[object_id]
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    async def discard(self, inzending_id: InzendingId) -> None:
        for name in [n for n in self.objects if n.startswith(f"{inzending_id}/")]:
            del self.objects[name]


class MemoryWriter:
    def __init__(self, memory: Memory, object_id: str) -> None:
        self._object_id = object_id
        self._memory = memory
        self._written = b""

    async def write(self, chunk: bytes) -> None:
        self._written += chunk

    async def finish(self) -> str:
        self._memory.objects[self._object_id] = self._written
        return self._object_id

    async def discard(self) -> None:
        self._memory.objects.pop(self._object_id, None)


class Store:
    """The store's database, one transaction per call."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)

    def do(self, work: Callable[..., T], *args: Any) -> T:
        with writing(self.engine) as connection:
            return work(connection, *args)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        return self.do(work)

    def held(self) -> list[queries.HeldVersion]:
        with reading(self.engine) as connection:
            return list(queries.held_versions(connection))

    def current(self, number: int) -> int | None:
        with reading(self.engine) as connection:
            return queries.current_version(connection, Dossiernummer(number))

    def rows(self, table: str) -> int:
        with reading(self.engine) as connection:
            count: int = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            return count


@pytest.fixture(scope="session")
def seal() -> Seal:
    return Seal(Keyring.generate())


@pytest.fixture
def store(new_database: Callable[[History], str]) -> Iterator[Store]:
    made = Store(new_database(History.KINDKANS))
    yield made
    made.engine.dispose()


@pytest.fixture
def source() -> Memory:
    return Memory()


@pytest.fixture
def own() -> Memory:
    return Memory()


@pytest.fixture
def new_delivery(seal: Seal, source: Memory) -> Callable[..., Delivery]:
    """`files` are put into the gateway's storage."""

    def new(event: str = "a", number: int = 1, versie: int = 1, files: tuple[bytes, ...] = ()) -> Delivery:
        event_id = InzendingId(event.ljust(32, "0"))
        bijlagen = []
        for positie, content in enumerate(files, start=1):
            object_id = f"{event_id}/{positie}"
            source.objects[object_id] = content
            sha256 = hashlib.sha256(content).hexdigest()
            bijlagen.append(
                DeliveredBijlage(positie=positie, size_bytes=len(content), sha256=sha256, object_id=object_id)
            )
        plain = b"Jan Jansen " + event.encode()
        return Delivery(
            event_id=event_id,
            occurred_at=utc_now(),
            dossiernummer=Dossiernummer(number),
            versie=versie,
            swv_id=SwvId("swv"),
            organisatie_id=OrganisatieId("org"),
            brin="32DD",
            inhoud_hash=seal.keyed_hash(plain),
            verzegeld=seal.seal(plain, event_id),
            bijlagen=tuple(bijlagen),
        )

    return new
