"""The bugs: each a mistake that somebody could make, in a few lines, patched over what is right.

Every patch replaces one name of the product; a name that is not there any more is an error at once, so
that a bug cannot quietly stop being one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from faststream import AckPolicy
from nats.js.api import StorageType
from nats.js.errors import NoStreamResponseError
from nats.js.manager import JetStreamManager
from sqlalchemy import Connection, update

import brokers.embedded
import brokers.nats
import database.outbox
import database.sqlite
import kindkans.taking
from brokers.messages import Incoming, Later
from brokers.nats import NatsConnection
from database.engine import now_ms
from database.outbox import Claimed
from dossier.cloud_events import CONTENT_TYPE
from dossier.delivery import Delivery
from dossier.errors import Unavailable
from dossier.reden import Reden, RedenCode
from dossier.verdict import Refused
from gateway.intake import Intake
from kindkans import statements
from kindkans.schema import inbox
from outbox.relay import Relay
from storage.bucket import S3Bucket


def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Puts what `make` makes of the original in its place."""
    setattr(owner, name, make(getattr(owner, name)))


# --- the relay ---


def mark_before_confirm() -> None:
    def make(deliver: Any) -> Any:
        async def marked_first(self: Any, token: str, claimed: Sequence[Claimed]) -> Any:
            await self._settle(token, list(claimed), [], [])
            return await deliver(self, token, claimed)

        return marked_first

    patch(Relay, "_deliver", make)


def cursor_instead_of_claim() -> None:
    """What is older than the newest that it has seen, it never looks at. (Later versions do wait.)"""
    seen = [0]

    def make(claim: Any) -> Any:
        def newer(connection: Connection, **how: Any) -> list[Claimed]:
            found = [c for c in claim(connection, **how) if c.created_ms >= seen[0] or c.versie > 1]
            seen[0] = max([seen[0], *(c.created_ms for c in found)])
            return found

        return newer

    patch(database.outbox, "claim", make)


def lease_without_token() -> None:
    """Whoever marks an event is believed, also when another has it now."""

    def make(mark: Any) -> Any:
        def mark_all(connection: Connection, event_ids: Any, *, token: str, receipt_within_ms: int) -> Any:
            table = database.outbox.outbox
            connection.execute(
                update(table)
                .where(table.c.event_id.in_(event_ids), table.c.state != "bezorgd")
                .values(claim_token=token, claimed_until_ms=now_ms())
            )
            return mark(connection, event_ids, token=token, receipt_within_ms=receipt_within_ms)

        return mark_all

    patch(database.outbox, "mark_published", make)


def unroutable_ignored() -> None:
    """On RabbitMQ: a publish that is not mandatory. On NATS: that no stream takes it is no error."""

    def make(publish: Any) -> Any:
        async def ignoring(self: Any, subject: str, message_id: str, body: bytes) -> None:
            try:
                await publish(self, subject, message_id, body)
            except Unavailable as exc:
                if not isinstance(exc.__cause__, NoStreamResponseError):
                    raise

        return ignoring

    patch(NatsConnection, "publish", make)


def publish_without_confirm() -> None:
    """NATS without `stream=`: a publish returns when it is on its way."""

    def make(_send: Any) -> Any:
        async def unconfirmed(self: Any, subject: str, headers: dict[str, str], body: bytes) -> None:
            await self._broker.publish(body, subject, headers=headers | {"content-type": CONTENT_TYPE})

        return unconfirmed

    patch(NatsConnection, "_send", make)


# --- the broker ---


def transient_messages() -> None:
    """Streams in memory. (The check of starting roles refuses them, so that must be deceived as well.)"""

    def in_memory(add: Any) -> Any:
        async def add_in_memory(self: Any, config: Any) -> Any:
            small = {"max_bytes": 4 << 20}  # the server has 16 MB for all of these
            return await add(self, config.evolve(storage=StorageType.MEMORY, **small))

        return add_in_memory

    patch(JetStreamManager, "add_stream", in_memory)


def deceived_about_storage() -> None:
    def make(stream_info: Any) -> Any:
        async def lying(self: Any, name: str, *rest: Any) -> Any:
            info = await stream_info(self, name, *rest)
            info.config.storage = StorageType.FILE
            return info

        return lying

    patch(JetStreamManager, "stream_info", make)


def default_sync() -> None:
    """The server of the wheel, syncing every two minutes as it does by itself."""

    def make(config: str) -> str:
        without = config.replace("  sync_interval: always\n", "")
        assert without != config
        return without

    patch(brokers.embedded, "_CONFIG", make)


# --- the store ---


def ack_before_commit() -> None:
    def make(_handle: Any) -> Any:
        async def acked_first(self: Any, queue: Any, handler: Any, message: Any) -> None:
            await message.ack()
            await self._outcome(queue, handler, message)

        return acked_first

    patch(NatsConnection, "_handle", make)


def default_ack_policy() -> None:
    """FastStream's own: what raises is rejected, and gone."""

    def make(_handle: Any) -> Any:
        async def left_to_faststream(self: Any, queue: Any, handler: Any, message: Any) -> None:
            body, deliveries = bytes(message.body), message.raw_message.metadata.num_delivered
            if isinstance(await handler(Incoming(body=body, deliveries=deliveries)), Later):
                raise RuntimeError("not now")

        return left_to_faststream

    class Policy:
        MANUAL = AckPolicy.REJECT_ON_ERROR

    patch(NatsConnection, "_handle", make)
    patch(brokers.nats, "AckPolicy", lambda _: Policy)


def inbox_check_then_insert() -> None:
    def make(_receive: Any) -> Any:
        def check_first(connection: Connection, delivery: Delivery, *rest: Any) -> Any:
            held = statements.find_held(connection, delivery.event_id)
            if held is not None:
                return held
            statements._insert_new(connection, inbox, {"event_id": delivery.event_id}, "received_ms")
            statements._apply(connection, delivery, *rest)
            return None

        return check_first

    patch(kindkans.taking, "receive", make)


# --- the intake ---


def refused_on_a_database_error() -> None:
    def make(indienen: Any) -> Any:
        async def minus_one(self: Any, *arguments: Any) -> Any:
            try:
                return await indienen(self, *arguments)
            except Unavailable:
                return Refused((Reden(code=RedenCode.BRIN_ONBEKEND, veld="school/brin"),))

        return minus_one

    patch(Intake, "indienen", make)


def sticky_refusal() -> None:
    refused: dict[str, Refused] = {}

    def make(indienen: Any) -> Any:
        async def remembering(self: Any, inzending_id: Any, omgeving: Any, dossier: Any, at: Any) -> Any:
            if dossier.bericht_id in refused:
                return refused[dossier.bericht_id]
            verdict = await indienen(self, inzending_id, omgeving, dossier, at)
            if isinstance(verdict, Refused):
                refused[dossier.bericht_id] = verdict
            return verdict

        return remembering

    patch(Intake, "indienen", make)


def failed_put_believed() -> None:
    """A bijlage counts as kept, whatever S3 said."""

    def make(put_new: Any) -> Any:
        async def believing(self: Any, key: str, content: Any) -> None:
            with contextlib.suppress(Unavailable):
                await put_new(self, key, content)

        return believing

    patch(S3Bucket, "put_new", make)


def sqlite_synchronous_normal() -> None:
    def make(on_connect: Any) -> Any:
        def normal(connection: Any, record: Any) -> None:
            on_connect(connection, record)
            connection.execute("PRAGMA synchronous=NORMAL")

        return normal

    patch(database.sqlite, "_on_connect", make)


PLANTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        mark_before_confirm,
        cursor_instead_of_claim,
        lease_without_token,
        unroutable_ignored,
        publish_without_confirm,
        transient_messages,
        deceived_about_storage,
        default_sync,
        ack_before_commit,
        default_ack_policy,
        inbox_check_then_insert,
        refused_on_a_database_error,
        sticky_refusal,
        failed_put_believed,
        sqlite_synchronous_normal,
    )
}
