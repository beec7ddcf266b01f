"""Takes deliveries: inbox and effect in one transaction, then the receipt, then the acknowledgement.

What can never be processed is dead at once, with a code; what fails by itself is dead after some tries;
what takes too long, or ends the process each time, fails by itself too (patience.py, suspects.py);
what fails because something is away waits for ever. Whatever is answered may be answered twice.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, assert_never

from brokers.messages import Dead, Done, Incoming, Later, PublishRefused
from brokers.messages import Outcome as Handling
from dossier.correction import Correction, decode_event
from dossier.delivery import Delivery, Outcome, Receipt
from dossier.errors import PoisonCode, PoisonEvent, Unavailable
from dossier.identifiers import BerichtId, InzendingId
from dossier.timestamps import utc_now
from kindkans.copying import OwnObjects, SourceObjects
from kindkans.failures import count_failure, forget_failures
from kindkans.observer import SilentStore, StoreObserver
from kindkans.patience import Neighbours, Waits
from kindkans.poison import Addressee, addressee_of
from kindkans.settings import StoreSettings
from kindkans.statements import Held, apply_correction
from kindkans.suspects import Suspects
from kindkans.taking import Opener, Taking, Transact
from storage.objects import ObjectMissing

_BUSY_SECONDS = 1.0
Event = Delivery | Correction


class Publish(Protocol):
    """Returns when the broker has it durable. Raises Unavailable, PublishRefused."""

    async def __call__(self, subject: str, message_id: str, body: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class _Stored:
    """And confirmed."""


@dataclass(frozen=True, slots=True)
class _Never:
    code: PoisonCode


@dataclass(frozen=True, slots=True)
class _Away:
    what: str  # database, storage or broker


@dataclass(frozen=True, slots=True)
class _Failed:
    """By the event itself."""

    code: PoisonCode
    kind: str  # of exception


_Attempt = _Stored | _Never | _Away | _Failed


class DeliveryHandler:
    """A `brokers.messages.Handler` for the queue of deliveries. Safe to repeat and to run concurrently."""

    def __init__(
        self,
        transact: Transact,
        publish: Publish,
        receipts_subject: str,
        *,
        seal: Opener,
        source: SourceObjects,
        own: OwnObjects,
        settings: StoreSettings | None = None,
        observer: StoreObserver | None = None,
        traceparent: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`traceparent`: of the trace that goes on with the receipt, if this store traces."""
        self._transact = transact
        self._publish = publish
        self._receipts_subject = receipts_subject
        self._settings = settings or StoreSettings()
        self._observer = observer or SilentStore()
        self._taking = Taking(transact, seal, source, own, self._observer)
        self._traceparent = traceparent
        self._neighbours = Neighbours()
        self._suspects = Suspects(transact, self._settings.suspect_wait_seconds)

    async def __call__(self, incoming: Incoming) -> Handling:
        try:
            event = decode_event(incoming.body)
        except PoisonEvent as exc:
            return await self._reject(addressee_of(incoming.body), exc.code, incoming)
        with self._observer.about(event.event_id, _bericht_id(event)):
            return await self._decoded(event, incoming)

    async def _reject(self, addressee: Addressee | None, code: PoisonCode, incoming: Incoming) -> Handling:
        if addressee is None:
            return await self._die(None, code, incoming)
        with self._observer.about(addressee.event_id, None):
            return await self._die(addressee, code, incoming)

    async def _decoded(self, event: Event, incoming: Incoming) -> Handling:
        if incoming.deliveries == 1:
            return await self._handle(event, incoming)
        async with self._suspects.turn() as ours:
            if not ours:
                return Later(_BUSY_SECONDS)
            return await self._handle_suspect(event, incoming)

    async def _handle(self, event: Event, incoming: Incoming) -> Handling:
        match await self._attempt(event):
            case _Stored():
                return Done()
            case _Never(code):
                return await self._die(Addressee.of(event), code, incoming)
            case _Away(what):
                return self._postpone(event.event_id, what, incoming)
            case _Failed() as failed:
                return await self._count(event, failed, incoming)
            case _ as never:
                assert_never(never)

    async def _handle_suspect(self, event: Event, incoming: Incoming) -> Handling:
        """As `_handle`, of what may have killed a process: it is counted before it is tried."""
        event_id = event.event_id
        try:
            tries = await self._suspects.begin(event_id)
        except Unavailable as exc:
            return self._postpone(event_id, exc.what, incoming)
        if tries > self._settings.max_tries:
            return await self._die(Addressee.of(event), PoisonCode.VERWERKING_AFGEBROKEN, incoming)
        match await self._attempt(event):
            case _Stored():
                return await self._clear(event_id, incoming)
            case _Never(code):
                return await self._die(Addressee.of(event), code, incoming)
            case _Away(what):
                await self._suspects.take_back(event_id)
                return self._postpone(event_id, what, incoming)
            case _Failed() as failed:
                return await self._fail(event, failed, tries, incoming)
            case _ as never:
                assert_never(never)

    async def _clear(self, event_id: InzendingId, incoming: Incoming) -> Handling:
        try:
            await self._suspects.clear(event_id)
        except Unavailable as exc:  # it comes again, as a duplicate
            return self._postpone(event_id, exc.what, incoming)
        return Done()

    async def _attempt(self, event: Event) -> _Attempt:
        """Into the store and confirmed, within the time that one handling may take."""
        waits = Waits(self._neighbours)
        limit = asyncio.timeout(self._settings.handling_seconds)
        try:
            async with limit:
                held = await self._take(event, waits)
                with waits.on("broker"):
                    await self._confirm(event, held)
        except PoisonEvent as exc:
            return _Never(exc.code)
        except Unavailable as exc:
            return _Away(exc.what)
        except PublishRefused:
            return _Away("broker")
        except Exception as exc:
            kind = type(exc).__name__
            if isinstance(exc, ObjectMissing):
                return _Failed(PoisonCode.BIJLAGE_ONTBREEKT, kind)
            if isinstance(exc, TimeoutError) and limit.expired():
                away = waits.away
                return _Away(away) if away else _Failed(PoisonCode.VERWERKING_TE_LANG, kind)
            return _Failed(PoisonCode.VERWERKING_MISLUKT, kind)
        return _Stored()

    async def _take(self, event: Event, waits: Waits) -> Held:
        """Into the store, unless it is there; what the store holds of it then."""
        began = time.perf_counter()
        self._observer.processing(event.event_id)
        if isinstance(event, Correction):
            with waits.on("database"):
                held = await self._transact(lambda connection: apply_correction(connection, event))
        else:
            held = await self._taking.take(event, waits)
        if held is not None:
            self._observer.duplicate(event.event_id)
            return held
        seconds = time.perf_counter() - began
        if isinstance(event, Correction):
            self._observer.moved(event, seconds)
            return Held(inhoud_hash="", copy_id=None)
        self._observer.stored(event, seconds)
        return Held(inhoud_hash=event.inhoud_hash, copy_id=None)

    async def _confirm(self, event: Event, held: Held) -> None:
        await self._send(
            Receipt(
                event_id=event.event_id,
                occurred_at=utc_now(),
                dossiernummer=event.dossiernummer,
                versie=event.versie,
                inhoud_hash=held.inhoud_hash,
                outcome=Outcome.ONTVANGEN,
                traceparent=self._traceparent() or event.traceparent,
            )
        )

    async def _die(self, addressee: Addressee | None, code: PoisonCode, incoming: Incoming) -> Handling:
        """The gateway is told first, if we can read whom to tell about; then the message may go."""
        if addressee is None:
            self._observer.dead(None, None, code)
            return Dead(code.value)
        event_id = addressee.event_id
        receipt = Receipt(
            event_id=event_id,
            occurred_at=utc_now(),
            dossiernummer=addressee.dossiernummer,
            versie=addressee.versie,
            inhoud_hash="",
            outcome=Outcome.DOOD,
            code=code,
            traceparent=self._traceparent() or addressee.traceparent,
        )
        try:
            await self._transact(lambda connection: forget_failures(connection, event_id))
            await self._send(receipt)
        except (Unavailable, PublishRefused) as exc:
            what = exc.what if isinstance(exc, Unavailable) else "broker"
            return self._postpone(event_id, what, incoming)
        self._observer.dead(event_id, addressee.dossiernummer, code)
        return Dead(code.value)

    async def _count(self, event: Event, failed: _Failed, incoming: Incoming) -> Handling:
        """A failure at the first delivery, which had no beginning on record."""
        event_id = event.event_id
        try:
            tries = await self._transact(lambda connection: count_failure(connection, event_id))
        except Unavailable as exc:
            return self._postpone(event_id, exc.what, incoming)
        return await self._fail(event, failed, tries, incoming)

    async def _fail(self, event: Event, failed: _Failed, tries: int, incoming: Incoming) -> Handling:
        self._observer.failed(event.event_id, tries, failed.kind)
        if tries >= self._settings.max_tries:
            return await self._die(Addressee.of(event), failed.code, incoming)
        return Later(self._settings.failure.delay_seconds(tries))

    def _postpone(self, event_id: InzendingId, what: str, incoming: Incoming) -> Later:
        self._observer.postponed(event_id, what)
        return Later(self._settings.unavailable.delay_seconds(incoming.deliveries))

    async def _send(self, receipt: Receipt) -> None:
        # An id of its own: a receipt that repeats an earlier one is meant to arrive.
        await self._publish(self._receipts_subject, secrets.token_hex(16), receipt.encode())


def _bericht_id(event: Event) -> BerichtId | None:
    """Of the push; a move has none, nor has an event of before it stood in it."""
    herkomst = event.herkomst if isinstance(event, Delivery) else None
    return herkomst.bericht_id if herkomst else None
