"""A gateway around the endpoint: real reader, contract and sniffer; storage and use cases in memory."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from adapters.parnassys.bijlage_intake import Objects, ObjectWriter
from adapters.parnassys.contract_check import Contract
from adapters.parnassys.endpoint import Endpoint, EndpointSettings
from adapters.parnassys.exchange import Exchange, SilentObserver
from adapters.parnassys.framing import parse_framing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import NS, SoapVersion
from adapters.parnassys.reader import Reader
from adapters.parnassys.receive import Receiver
from adapters.parnassys.sniff import Sniffer
from adapters.parnassys.standin.messages import RawMessage
from dossier.dossier import Dossier
from dossier.errors import NotAuthenticated
from dossier.identifiers import (
    BerichtId,
    Dossiernummer,
    InzendingId,
    OmgevingId,
    new_inzending_id,
)
from dossier.reden import Reden
from dossier.status import Status
from dossier.verdict import Accepted, Refused, Soort, Verdict
from validators.checks import validate
from validators.limits import Limits

SECRET = "geheim.met:tekens"


class MemoryWriter:
    def __init__(self, objects: MemoryObjects, object_id: str) -> None:
        self._object_id = object_id
        self._objects = objects
        self._content = bytearray()

    async def write(self, chunk: bytes) -> None:
        self._objects.writes.append(len(chunk))
        if self._objects.write_error is not None:
            raise self._objects.write_error
        self._content += chunk

    async def finish(self) -> str:
        self._objects.finishing += 1
        self._objects.most_finishing = max(self._objects.most_finishing, self._objects.finishing)
        await asyncio.sleep(0)
        self._objects.finishing -= 1
        if self._objects.finish_error is not None:
            raise self._objects.finish_error
        self._objects.stored[self._object_id] = bytes(self._content)
        self._objects.open.discard(self._object_id)
        return self._object_id

    async def discard(self) -> None:
        self._objects.open.discard(self._object_id)


class MemoryObjects:
    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.open: set[str] = set()
        self.created: list[str] = []
        self.discarded: list[str] = []
        self.writes: list[int] = []
        self.finishing = 0
        self.most_finishing = 0
        self.write_error: Exception | None = None
        self.finish_error: Exception | None = None

    def create(self, inzending_id: InzendingId, number: int) -> ObjectWriter:
        object_id = f"{inzending_id}/{number}"
        self.open.add(object_id)
        self.created.append(object_id)
        return MemoryWriter(self, object_id)

    async def discard(self, inzending_id: InzendingId) -> None:
        self.discarded.append(inzending_id)
        self.stored = {key: value for key, value in self.stored.items() if not key.startswith(inzending_id)}
        # `open` stays: a file that is removed is not closed by that.

    @property
    def is_empty(self) -> bool:
        return not self.stored and not self.open


@dataclass
class MemoryUseCases:
    """Accepts what the validators have nothing against; `error` is raised instead, if set."""

    limits: Limits = field(default_factory=Limits)
    error: Exception | None = None
    statuses: dict[str, Status] = field(default_factory=dict)
    dossiers: list[Dossier] = field(default_factory=list)
    authenticated: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None  # indienen waits for it
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def authenticate(self, omgeving: str, secret: str) -> OmgevingId:
        self.authenticated.append(omgeving)
        if omgeving != "omgeving-1" or secret != SECRET:
            raise NotAuthenticated("no")
        return OmgevingId(omgeving)

    async def indienen(
        self, inzending_id: InzendingId, omgeving: OmgevingId, dossier: Dossier, received_at: datetime
    ) -> Verdict:
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.dossiers.append(dossier)
        self.ended.set()
        redenen = validate(dossier, self.limits, received_at.date())
        if redenen:
            return Refused(redenen)
        return Accepted(dossiernummer=Dossiernummer(100 + len(self.dossiers)), versie=1, soort=Soort.NIEUW)

    async def controleren(self, omgeving: OmgevingId, dossier: Dossier) -> tuple[Reden, ...]:
        self.dossiers.append(dossier)
        return validate(dossier, self.limits, datetime.now(UTC).date())

    async def opvragen(
        self, omgeving: OmgevingId, bericht_id: BerichtId | None, dossiernummer: Dossiernummer | None
    ) -> Status | None:
        return self.statuses.get(bericht_id or str(dossiernummer))


@dataclass
class RecordingObserver(SilentObserver):
    exchanges: list[Exchange] = field(default_factory=list)
    begun: int = 0

    def began(self) -> None:
        self.begun += 1

    def finished(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")

    @property
    def root(self) -> etree._Element:
        return etree.fromstring(self.body)

    def text(self, name: str) -> str | None:
        """The text of the first element of our namespace with this name."""
        return self.root.findtext(f".//{{{NS}}}{name}")

    def texts(self, name: str) -> list[str]:
        return [element.text or "" for element in self.root.iter(f"{{{NS}}}{name}")]


def basic(omgeving: str = "omgeving-1", secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"{omgeving}:{secret}".encode()).decode()


class Client:
    """Speaks ASGI to the endpoint. `sent` holds what the server has said so far."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.sent: list[dict[str, Any]] = []
        self.received_messages = 0

    async def request(
        self,
        method: str,
        chunks: Iterable[bytes] = (),
        headers: dict[str, str] | list[tuple[str, str]] | None = None,
        *,
        query: str = "",
        hang_up: bool = False,
    ) -> Answer | None:
        """None: there was no answer. `hang_up`: disconnect in place of the last chunk."""
        self.sent = []
        pairs = list(headers.items()) if isinstance(headers, dict) else (headers or [])
        scope = {
            "type": "http",
            "method": method,
            "path": "/parnassys/v1",
            "query_string": query.encode(),
            "headers": [(key.lower().encode(), value.encode("latin-1")) for key, value in pairs],
        }
        incoming = self._incoming(list(chunks), hang_up=hang_up)

        async def receive() -> dict[str, Any]:
            self.received_messages += 1
            return next(incoming)

        async def send(message: Any) -> None:
            self.sent.append(message)

        await self.endpoint(scope, receive, send)
        return self._answer()

    async def post(
        self,
        message: RawMessage,
        *,
        authorization: str | None = None,
        piece: int = 65536,
        headers: dict[str, str] | None = None,
        hang_up: bool = False,
    ) -> Answer:
        fields = message.headers() | {"Authorization": authorization or basic()} | (headers or {})
        body = message.body
        chunks = [body[i : i + piece] for i in range(0, len(body), piece)]
        answer = await self.request("POST", chunks, fields, hang_up=hang_up)
        assert answer is not None
        return answer

    @staticmethod
    def _incoming(chunks: list[bytes], *, hang_up: bool) -> Iterator[dict[str, Any]]:
        for index, chunk in enumerate(chunks):
            more = index < len(chunks) - 1
            if hang_up and not more:
                break
            yield {"type": "http.request", "body": chunk, "more_body": more}
        if not chunks:
            yield {"type": "http.request", "body": b"", "more_body": False}
        while True:
            yield {"type": "http.disconnect"}

    def _answer(self) -> Answer | None:
        if not self.sent:
            return None
        start, *bodies = self.sent
        assert bodies[-1].get("more_body", False) is False
        return Answer(
            status=start["status"],
            headers=[(key.decode(), value.decode("latin-1")) for key, value in start["headers"]],
            body=b"".join(message["body"] for message in bodies),
        )


@dataclass
class Gateway:
    objects: MemoryObjects
    use_cases: MemoryUseCases
    observer: RecordingObserver
    client: Client
    endpoint: Endpoint

    @property
    def exchange(self) -> Exchange:
        return self.observer.exchanges[-1]


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract()


@pytest.fixture(scope="session")
def sniffer() -> Sniffer:
    return Sniffer()


MakeGateway = Callable[..., Gateway]


@pytest.fixture
def make_gateway(contract: Contract, sniffer: Sniffer) -> MakeGateway:
    def make(
        *,
        limits: Limits | None = None,
        reader_limits: ReaderLimits | None = None,
        max_request_bytes: int = 1 << 30,
    ) -> Gateway:
        objects: Objects = MemoryObjects()
        limits = limits or Limits()
        use_cases, observer = MemoryUseCases(limits=limits), RecordingObserver()
        endpoint = Endpoint(
            use_cases=use_cases,
            receiver=Receiver(contract=contract, sniffer=sniffer, objects=objects, limits=limits),
            contract=contract,
            reader_limits=reader_limits or ReaderLimits(bijlage_bytes=limits.bijlage_bytes),
            settings=EndpointSettings(
                address="http://localhost:8080/parnassys/v1",
                deadline_seconds=30,
                max_request_bytes=max_request_bytes,
            ),
            now=lambda: datetime.now(UTC),
            new_inzending_id=new_inzending_id,
            observer=observer,
        )
        assert isinstance(objects, MemoryObjects)
        return Gateway(objects, use_cases, observer, Client(endpoint), endpoint)

    return make


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> Gateway:
    return make_gateway()


ReadAll = Callable[..., "Reading"]


@dataclass
class Reading:
    """Everything that a reader told of one message."""

    events: list[Any]
    content: dict[int, bytes]

    @property
    def message(self) -> Any:
        return self.events[-1]


@pytest.fixture
def read() -> ReadAll:
    """Reads a whole message in pieces; raises what the reader raises."""

    def read_all(
        body: bytes,
        content_type: str = "text/xml; charset=utf-8",
        soap_action: str = "",
        *,
        piece: int | None = None,
        limits: ReaderLimits | None = None,
    ) -> Reading:
        reader = Reader(parse_framing(content_type, soap_action), limits or ReaderLimits())
        events: list[Any] = []
        for start in range(0, len(body), piece or len(body) or 1):
            events += reader.feed(body[start : start + (piece or len(body))])
        events += reader.close()
        content: dict[int, bytes] = {}
        for event in events:
            if type(event).__name__ == "BijlageData":
                content[event.number] = content.get(event.number, b"") + event.chunk
        return Reading(events, content)

    return read_all


@pytest.fixture
def authorization() -> Callable[..., str]:
    return basic


@pytest.fixture(params=[SoapVersion.V11, SoapVersion.V12], ids=["soap11", "soap12"])
def version(request: pytest.FixtureRequest) -> SoapVersion:
    assert isinstance(request.param, SoapVersion)
    return request.param
