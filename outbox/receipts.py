"""Takes the store's receipts: only a receipt, with our own hash of the content in it, makes `bezorgd`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from brokers.backoff import Backoff
from brokers.messages import Dead, Done, Incoming, Later
from brokers.messages import Outcome as Handling
from database import inzendingen, moves, outbox, outbox_rows
from database.outbox_rows import Promised, State
from dossier.delivery import Outcome, Receipt
from dossier.errors import PoisonCode, PoisonEvent, Unavailable
from dossier.identifiers import BerichtId
from outbox.observer import OutboxObserver, SilentOutbox
from outbox.relay import Transact
from outbox.settings import UNKNOWN_EVENT

_DATABASE_DOWN = Backoff(first_seconds=0.5, cap_seconds=30.0)


@dataclass(frozen=True, slots=True)
class _Delivered:
    age_ms: int | None  # at the first time; None when it was known already


@dataclass(frozen=True, slots=True)
class _Died:
    code: str
    first_time: bool


@dataclass(frozen=True, slots=True)
class _Unknown:
    pass


class ReceiptHandler:
    """A `brokers.messages.Handler` for the queue of receipts. Safe to repeat."""

    def __init__(
        self,
        transact: Transact,
        *,
        observer: OutboxObserver | None = None,
        on_finished: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_finished`: a dossier's next version may go now (the relay's `nudge`)."""
        self._transact = transact
        self._observer = observer or SilentOutbox()
        self._on_finished = on_finished

    async def __call__(self, incoming: Incoming) -> Handling:
        try:
            receipt = Receipt.decode(incoming.body)
        except PoisonEvent as exc:
            self._observer.receipt_rejected(exc.code.value)
            return Dead(exc.code.value)
        with self._observer.about(receipt.event_id, None):
            try:
                effect, bericht_id = await self._transact(lambda connection: _apply(connection, receipt))
            except Unavailable:
                return Later(_DATABASE_DOWN.delay_seconds(incoming.deliveries))
        with self._observer.about(receipt.event_id, bericht_id):
            return self._tell(receipt, effect)

    def _tell(self, receipt: Receipt, effect: _Effect) -> Handling:
        match effect:
            case _Unknown():
                self._observer.receipt_rejected(UNKNOWN_EVENT)
                return Dead(UNKNOWN_EVENT)
            case _Delivered(age_ms=int(age_ms)):
                self._observer.delivered(receipt.event_id, max(0, age_ms) / 1000)
            case _Died(code, first_time=True):
                self._observer.dead(receipt.event_id, code)
        self._on_finished()
        return Done()


_Effect = _Delivered | _Died | _Unknown


def _apply(connection: Connection, receipt: Receipt) -> tuple[_Effect, BerichtId | None]:
    """And the berichtId of the push that it was about, if it was one."""
    promised = outbox_rows.find_promised(connection, receipt.event_id)
    if promised is None:
        return _without_row(connection, receipt)
    if promised.state is State.WACHTEND:
        outbox.confirm_published(connection, receipt.event_id)
    return _effect(connection, receipt, promised), promised.bericht_id


def _effect(connection: Connection, receipt: Receipt, promised: Promised) -> _Effect:
    if receipt.outcome is Outcome.DOOD:
        return _die(connection, receipt, receipt.code or PoisonCode.VERWERKING_MISLUKT)
    ours = (promised.dossiernummer, promised.versie, promised.inhoud_hash)
    if (receipt.dossiernummer, receipt.versie, receipt.inhoud_hash) != ours:
        return _die(connection, receipt, PoisonCode.INHOUD_WIJKT_AF)
    return _Delivered(outbox.mark_delivered(connection, receipt.event_id))


def _die(connection: Connection, receipt: Receipt, code: PoisonCode) -> _Died:
    return _Died(code.value, outbox.mark_dead(connection, receipt.event_id, code.value))


def _without_row(connection: Connection, receipt: Receipt) -> tuple[_Effect, BerichtId | None]:
    """Delivered long ago, and retention has taken its row; or none of ours."""
    push = inzendingen.find_inzending(connection, receipt.event_id)
    original = push or moves.find_move(connection, receipt.event_id)
    gone = original is not None and original.bezorgd_ms is not None
    return _Delivered(age_ms=None) if gone else _Unknown(), push.bericht_id if push else None
