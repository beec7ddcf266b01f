"""From the bytes of a body to a question, with the content of its bijlagen in storage.

Either a question comes back and everything it refers to is durable, or an exception leaves and of
this inzending nothing is left behind, soon (the sweeper takes what could not be removed).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from adapters.parnassys.bijlage_intake import BijlageIntake, Objects
from adapters.parnassys.contract_check import Contract
from adapters.parnassys.events import (
    BijlageData,
    BijlageEnd,
    BijlageStart,
    Event,
    Message,
    OperationSeen,
)
from adapters.parnassys.names import Operation
from adapters.parnassys.reader import Reader
from adapters.parnassys.sniff import Sniffer
from adapters.parnassys.translate import Inhoud, StatusQuestion, to_dossier, to_status_question
from dossier.dossier import Dossier
from dossier.identifiers import InzendingId
from validators.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """indienenHulpvraag or controlerenHulpvraag; for the latter nothing is stored."""

    operation: Operation
    dossier: Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    question: Push | StatusQuestion
    message: Message
    parse_seconds: float  # in the reader and the check, as against waiting for bytes and disk


_ABORT_SECONDS = 3.0  # below the slack between the endpoint's deadline and the guard's


class Receiver:
    """One for the process; it holds nothing of a message."""

    def __init__(self, *, contract: Contract, sniffer: Sniffer, objects: Objects, limits: Limits) -> None:
        self._contract = contract
        self._sniffer = sniffer
        self._objects = objects
        self._limits = limits
        self._aborting: set[asyncio.Task[None]] = set()

    async def receive(
        self, reader: Reader, body: AsyncIterator[bytes], inzending_id: InzendingId
    ) -> Received:
        """Raises MalformedMessage and its kinds, Unavailable, and whatever `body` raises."""
        intake = BijlageIntake(inzending_id, self._objects, self._sniffer, self._limits)
        try:
            return await self._receive(reader, body, intake)
        except BaseException:
            # It goes on when we leave: a storage that is frozen must not keep a sender from its Fault.
            aborting = asyncio.ensure_future(intake.abort())
            self._aborting.add(aborting)
            aborting.add_done_callback(self._aborting.discard)
            await asyncio.wait({aborting}, timeout=_ABORT_SECONDS)
            raise

    async def _receive(self, reader: Reader, body: AsyncIterator[bytes], intake: BijlageIntake) -> Received:
        parse_seconds = 0.0
        async for chunk in body:
            started = time.perf_counter()
            events = reader.feed(chunk)
            parse_seconds += time.perf_counter() - started
            for event in events:
                await _store(event, intake)
        started = time.perf_counter()
        *events, message = reader.close()
        assert isinstance(message, Message)  # noqa: S101 - the reader's promise
        self._contract.check(message.payload)
        parse_seconds += time.perf_counter() - started
        for event in events:
            await _store(event, intake)
        await intake.close()
        return Received(
            question=_question(message, intake.inhoud), message=message, parse_seconds=parse_seconds
        )


async def _store(event: Event, intake: BijlageIntake) -> None:
    match event:
        case BijlageData(chunk=chunk):
            await intake.data(chunk)
        case BijlageStart(number=number):
            intake.start(number)
        case BijlageEnd(size_bytes=size_bytes):
            await intake.end(size_bytes)
        case OperationSeen(operation=operation):
            intake.keep = operation is Operation.INDIENEN
        case Message():
            pass


def _question(message: Message, inhoud: dict[int, Inhoud]) -> Push | StatusQuestion:
    if message.operation is Operation.OPVRAGEN:
        return to_status_question(message)
    return Push(operation=message.operation, dossier=to_dossier(message, inhoud))
