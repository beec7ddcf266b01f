"""HTTP: POST a message, GET ?wsdl and ?xsd. (`asgi` and `body` are its hands.)

The order is the point: who are you, may this be as large as it says, then read; answer; and only then
take what is left of a body that was refused, so that its sender reads why.
"""

from __future__ import annotations

import asyncio
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import assert_never

from adapters.parnassys.answer import answer_controleren, answer_indienen, answer_opvragen
from adapters.parnassys.asgi import Receive, RequestHeaders, Scope, Send, send_response
from adapters.parnassys.body import Body
from adapters.parnassys.contract_check import Contract
from adapters.parnassys.credentials import CHALLENGES, parse_credentials
from adapters.parnassys.errors import ClientGone, UnsupportedMediaType
from adapters.parnassys.events import Addressing
from adapters.parnassys.exchange import Exchange, Observer, Outcome, SilentObserver
from adapters.parnassys.fault import fault, is_known
from adapters.parnassys.framing import Framing, parse_framing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import Operation, SoapVersion
from adapters.parnassys.reader import Reader
from adapters.parnassys.receive import Push, Received, Receiver
from adapters.parnassys.soap import envelope
from adapters.parnassys.translate import StatusQuestion
from adapters.parnassys.use_cases import UseCases
from dossier.errors import DeadlinePassed, MessageTooLarge
from dossier.identifiers import InzendingId, OmgevingId
from dossier.verdict import Accepted, Refused, Verdict

REFERENTIE = "X-Kindkans-Referentie"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    address: str  # where clients find us, as the WSDL says
    max_request_bytes: int  # of a whole request; beyond it HTTP 413
    deadline_seconds: float  # from the head of a request to its answer; beyond it a Fault

    def __post_init__(self) -> None:
        if self.max_request_bytes < 1:
            raise ValueError("max_request_bytes must be at least 1")
        if self.deadline_seconds <= 0:
            raise ValueError("deadline_seconds must be positive")


class Endpoint:
    """An ASGI application for one path. One for the process."""

    def __init__(
        self,
        *,
        use_cases: UseCases,
        receiver: Receiver,
        contract: Contract,
        reader_limits: ReaderLimits,
        settings: EndpointSettings,
        now: Callable[[], datetime],
        new_inzending_id: Callable[[], InzendingId],
        observer: Observer | None = None,
    ) -> None:
        self._use_cases = use_cases
        self._receiver = receiver
        self._contract = contract
        self._reader_limits = reader_limits
        self._settings = settings
        self._now = now
        self._new_inzending_id = new_inzending_id
        self._observer = observer or SilentObserver()
        self._deciding: set[asyncio.Task[Verdict]] = set()

    async def idle(self) -> None:
        """Returns when no decision is being made any more, also of requests that are gone."""
        while self._deciding:
            await asyncio.wait(self._deciding)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["method"]:
            case "POST":
                await self._post(scope, receive, send)
            case "GET" | "HEAD":
                await self._get(scope, send)
            case _:
                await send_response(send, 405, b"", [("Allow", "GET, HEAD, POST")])

    # --- GET ---

    async def _get(self, scope: Scope, send: Send) -> None:
        address = self._settings.address
        match scope["query_string"].lower():
            case b"wsdl":
                content_type, body = "text/xml; charset=utf-8", self._contract.wsdl(address)
            case b"xsd":
                content_type, body = "text/xml; charset=utf-8", self._contract.xsd()
            case _:
                content_type = "text/plain; charset=utf-8"
                body = f"Hier ontvangt Kindkans hulpvragen uit ParnasSys.\nDe WSDL: {address}?wsdl\n".encode()
        await send_response(
            send, 200, body, [("Content-Type", content_type)], omit_body=scope["method"] == "HEAD"
        )

    # --- POST ---

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(inzending_id=self._new_inzending_id())
        with self._observer.about(exchange):
            await self._message(exchange, scope, receive, send)

    async def _message(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        body = Body(receive, max_bytes=self._settings.max_request_bytes)
        headers = RequestHeaders(scope)
        self._observer.began()  # nothing between this and the try: what began is finished
        try:
            await self._converse(exchange, body, headers, send)
        except ClientGone:
            exchange.outcome = Outcome.AFGEBROKEN
        finally:
            exchange.received_bytes = body.received_bytes
            exchange.total_seconds = time.perf_counter() - started
            self._observer.finished(exchange)

    async def _converse(self, exchange: Exchange, body: Body, headers: RequestHeaders, send: Send) -> None:
        """Raises ClientGone: there is nobody to answer."""
        reader: Reader | None = None
        try:
            async with asyncio.timeout(self._settings.deadline_seconds):
                exchange.omgeving = await self._authenticate(exchange, headers)
                framing = self._admit(headers)
                reader = Reader(framing, self._reader_limits)
                received = await self._receive(exchange, reader, body)
                text = await self._handle(exchange, exchange.omgeving, received)
        except ClientGone:
            raise
        except TimeoutError:
            late = DeadlinePassed("gateway")
            await self._send_fault(late, exchange, reader, body, headers, send)
            return
        except Exception as error:
            await self._send_fault(error, exchange, reader, body, headers, send)
            return
        await self._send_answer(text, exchange, received, send)

    async def _authenticate(self, exchange: Exchange, headers: RequestHeaders) -> OmgevingId:
        started = time.perf_counter()
        credentials = parse_credentials(headers.all("authorization"))
        omgeving = await self._use_cases.authenticate(credentials.omgeving, credentials.secret)
        exchange.authenticate_seconds = time.perf_counter() - started
        return omgeving

    def _admit(self, headers: RequestHeaders) -> Framing:
        """What the headers promise of the body, before any of it is read."""
        length = headers.get("content-length")
        if length.isdigit() and int(length) > self._settings.max_request_bytes:
            raise MessageTooLarge("Content-Length exceeds the cap")
        if headers.get("content-encoding").lower() not in {"", "identity"}:
            raise UnsupportedMediaType(
                "Een Content-Encoding wordt niet ondersteund. Verstuur het bericht zonder compressie."
            )
        return parse_framing(headers.get("content-type"), headers.get("soapaction"))

    async def _receive(self, exchange: Exchange, reader: Reader, body: Body) -> Received:
        started = time.perf_counter()
        received = await self._receiver.receive(reader, body.chunks(), exchange.inzending_id)
        exchange.receive_seconds = time.perf_counter() - started
        exchange.parse_seconds = received.parse_seconds
        exchange.operation = received.message.operation
        exchange.bijlagen = len(received.message.bijlagen)
        question = received.question
        exchange.bericht_id = (
            question.dossier.bericht_id if isinstance(question, Push) else question.bericht_id
        )
        self._observer.read(exchange)
        return received

    async def _handle(self, exchange: Exchange, omgeving: OmgevingId, received: Received) -> str:
        """The Body of the answer."""
        started = time.perf_counter()
        try:
            match received.question:
                case Push(operation=Operation.INDIENEN) as push:
                    return await self._indienen(exchange, omgeving, push)
                case Push() as push:
                    return await self._controleren(exchange, omgeving, push)
                case StatusQuestion() as question:
                    return await self._opvragen(exchange, omgeving, question)
                case _:
                    assert_never(received.question)
        finally:
            exchange.handle_seconds = time.perf_counter() - started

    async def _indienen(self, exchange: Exchange, omgeving: OmgevingId, push: Push) -> str:
        # In a task of its own: whatever happens to this request, a decision is finished once begun.
        task = asyncio.ensure_future(
            self._use_cases.indienen(exchange.inzending_id, omgeving, push.dossier, self._now())
        )
        self._deciding.add(task)
        task.add_done_callback(self._decided)
        verdict = await asyncio.shield(task)
        match verdict:
            case Accepted():
                exchange.outcome = Outcome.GEACCEPTEERD
                exchange.dossiernummer = verdict.dossiernummer
                exchange.soort = verdict.soort
            case Refused():
                exchange.outcome = Outcome.AFGEWEZEN
                exchange.reden_codes = tuple(reden.code for reden in verdict.redenen)
            case _:
                assert_never(verdict)
        return answer_indienen(push.dossier.bericht_id, verdict)

    def _decided(self, task: asyncio.Task[Verdict]) -> None:
        self._deciding.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, also if its request is gone

    async def _controleren(self, exchange: Exchange, omgeving: OmgevingId, push: Push) -> str:
        redenen = await self._use_cases.controleren(omgeving, push.dossier)
        exchange.outcome = Outcome.GECONTROLEERD
        exchange.reden_codes = tuple(reden.code for reden in redenen)
        return answer_controleren(push.dossier.bericht_id, redenen)

    async def _opvragen(self, exchange: Exchange, omgeving: OmgevingId, question: StatusQuestion) -> str:
        status = await self._use_cases.opvragen(omgeving, question.bericht_id, question.dossiernummer)
        exchange.outcome = Outcome.STATUS
        return answer_opvragen(status)

    # --- answers ---

    async def _send_answer(self, text: str, exchange: Exchange, received: Received, send: Send) -> None:
        message = received.message
        action = message.operation.answer_action
        body = envelope(
            message.version,
            text,
            addressing=message.addressing,
            action=action,
            message_id=_message_id(exchange),
        )
        exchange.http_status = 200
        await send_response(send, 200, body, _soap_headers(message.version, exchange))

    async def _send_fault(
        self,
        error: Exception,
        exchange: Exchange,
        reader: Reader | None,
        body: Body,
        headers: RequestHeaders,
        send: Send,
    ) -> None:
        version = reader.version if reader is not None else headers.likely_version()
        answer = fault(
            error,
            version,
            addressing=reader.addressing if reader is not None else Addressing(),
            referentie=exchange.inzending_id,
            message_id=_message_id(exchange),
        )
        exchange.operation = reader.operation if reader is not None else None
        exchange.outcome = Outcome.FAULT
        exchange.http_status = answer.status
        exchange.fault_code = answer.code
        exchange.fault_is_ours = answer.is_ours
        exchange.defect = "" if is_known(error) else _whereabouts(error)
        fields = _soap_headers(version, exchange)
        if answer.status == 401:
            fields += [("WWW-Authenticate", challenge) for challenge in CHALLENGES]
        if answer.retry_after_seconds is not None:
            fields.append(("Retry-After", str(answer.retry_after_seconds)))
        if body.complete:
            await send_response(send, answer.status, answer.body, fields)
            return
        fields.append(("Connection", "close"))
        await send_response(send, answer.status, answer.body, fields, more_body=True)
        if not headers.get("expect"):  # who waits for 100 Continue has nothing under way
            await body.drain()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _soap_headers(version: SoapVersion, exchange: Exchange) -> list[tuple[str, str]]:
    return [
        ("Content-Type", f"{version.content_type}; charset=utf-8"),
        (REFERENTIE, exchange.inzending_id),
    ]


def _message_id(exchange: Exchange) -> str:
    return uuid.UUID(exchange.inzending_id).urn


def _whereabouts(error: BaseException) -> str:
    """Type, file and line of a defect. Its text may hold a child's data, so it stays unread."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where
