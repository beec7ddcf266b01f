"""Puts a delivery into the store: the seal is checked, bijlagen are copied, rows are written."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from dossier.delivery import Delivery, Sealed
from dossier.errors import PoisonCode, PoisonEvent, Unavailable
from dossier.identifiers import InzendingId, new_inzending_id
from kindkans.copying import Copied, OwnObjects, SourceObjects, copy_bijlagen
from kindkans.dossiers.content import UnreadableContent, parse_content
from kindkans.dossiers.indexing import Kenmerken, kenmerken_of
from kindkans.observer import StoreObserver
from kindkans.patience import Waits
from kindkans.statements import Held, find_held, receive

T = TypeVar("T")


class Transact(Protocol):
    """Runs work in a transaction; its result is durable. Raises Unavailable when the database fails."""

    async def __call__(self, work: Callable[[Connection], T]) -> T: ...


class Opener(Protocol):
    """Raises PoisonEvent(ZEGEL_ONGELDIG), Unavailable for a key that we do not have."""

    def open(self, sealed: Sealed, context: str) -> bytes: ...

    def keyed_hash(self, value: bytes) -> str: ...

    def naam_hash(self, achternaam: str) -> str: ...


class Taking:
    """Safe to repeat and to run concurrently."""

    def __init__(
        self,
        transact: Transact,
        seal: Opener,
        source: SourceObjects,
        own: OwnObjects,
        observer: StoreObserver,
    ) -> None:
        self._transact = transact
        self._seal = seal
        self._source = source
        self._own = own
        self._observer = observer

    async def take(self, delivery: Delivery, waits: Waits) -> Held | None:
        """None: new, and now ours; else what the store had already. Raises PoisonEvent, ObjectMissing,
        Unavailable."""
        kenmerken = self._checked_content(delivery)
        held = await self._held_already(delivery, waits)
        if held is not None:
            return held
        copy_id = new_inzending_id()
        with waits.on("storage"):
            copied = await self._copy(delivery, copy_id)
        with waits.on("database"):
            held = await self._write(delivery, copied, copy_id, kenmerken or Kenmerken())
        if held is None and kenmerken is None:
            self._observer.unreadable(delivery.dossiernummer, delivery.versie)
        return held

    def _checked_content(self, delivery: Delivery) -> Kenmerken | None:
        """None: it is what was sealed, and we can not read it. It is kept all the same: it was delivered."""
        plain = self._seal.open(delivery.verzegeld, delivery.event_id)
        if not secrets.compare_digest(self._seal.keyed_hash(plain), delivery.inhoud_hash):
            raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)
        try:
            return kenmerken_of(self._seal, parse_content(plain))
        except UnreadableContent:
            return None

    async def _held_already(self, delivery: Delivery, waits: Waits) -> Held | None:
        """A saving only: the insert into the inbox decides. Worth its question if there are bijlagen."""
        if not delivery.bijlagen:
            return None
        with waits.on("database"):
            return await self._transact(lambda connection: find_held(connection, delivery.event_id))

    async def _copy(self, delivery: Delivery, copy_id: InzendingId) -> tuple[Copied, ...]:
        try:
            return await copy_bijlagen(delivery.bijlagen, self._source, self._own, copy_id)
        except Exception:  # not when the time is over: then storage may hang, and the sweeper does it
            await self._discard(copy_id)
            raise

    async def _write(
        self, delivery: Delivery, copied: tuple[Copied, ...], copy_id: InzendingId, kenmerken: Kenmerken
    ) -> Held | None:
        """As `receive`. The copies go only when it is certain that no row names them."""
        try:
            held = await self._transact(
                lambda connection: receive(connection, delivery, copied, copy_id, kenmerken)
            )
        except Unavailable:
            raise  # it may be committed all the same; else the sweeper removes the copies
        except Exception:
            await self._discard(copy_id)
            raise
        if held is not None and held.copy_id == copy_id:
            return None  # our own first try, of which the outcome was unknown
        if held is not None and copied:
            await self._discard(copy_id)
        return held

    async def _discard(self, copy_id: InzendingId) -> None:
        try:
            await self._own.discard(copy_id)
        except Unavailable:
            self._observer.left_behind(copy_id)
