"""Named places where a fault test makes this process die, stop, hang or fail.

They exist only in a process that is started with FAILPOINTS set, as wrappers around the parts' own
seams (ASGI, use cases, observers, handlers, database events): without it nothing is wrapped.

    FAILPOINTS=relay.confirmed=kill          at the first time that it is passed
    FAILPOINTS=store.received=error@3,intake.inserted=stop
    FAILPOINTS=store.poison=content         the store does, each time, what an event's content says
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, event

from brokers.messages import Done, Handler, Incoming, Outcome
from dossier.errors import ConfigurationError
from gateway.poison import PoisonedOpener, PoisonedSource

_AMID_COMMIT_SECONDS = 0.003
_UNTIL_SENT_SECONDS = 0.001


class Failpoint(StrEnum):
    INTAKE_HEADERS = "intake.headers"  # read, and nothing of the body
    INTAKE_BODY = "intake.body"  # some of it
    INTAKE_PARSED = "intake.parsed"  # all read and in storage; nothing decided
    INTAKE_VALIDATED = "intake.validated"  # decided; nothing written
    INTAKE_INSERTED = "intake.inserted"  # written; COMMIT not sent
    INTAKE_COMMIT_SENT = "intake.commit_sent"  # within the COMMIT
    INTAKE_COMMITTED = "intake.committed"  # nothing of the answer sent
    INTAKE_ANSWERING = "intake.answering"  # half of the answer sent
    RELAY_CLAIMED = "relay.claimed"
    RELAY_PUBLISHING = "relay.publishing"  # nothing sent
    RELAY_PUBLISHED = "relay.published"  # sent, not confirmed
    RELAY_CONFIRMED = "relay.confirmed"  # not marked
    RELAY_MARKED = "relay.marked"
    STORE_RECEIVED = "store.received"
    STORE_INBOXED = "store.inboxed"  # in the inbox; nothing else written, not committed
    STORE_APPLIED = "store.applied"  # all written, not committed
    STORE_COMMITTED = "store.committed"  # no receipt, no acknowledgement
    STORE_ACKED = "store.acked"


POISON = "store.poison=content"


class Action(StrEnum):
    KILL = "kill"  # SIGKILL
    STOP = "stop"  # SIGSTOP, until somebody sends SIGCONT
    HANG = "hang"  # blocks the thread for an hour
    ERROR = "error"  # raises RuntimeError


@dataclass(slots=True)
class _Armed:
    action: Action
    countdown: int  # 1: at the next time


@dataclass(slots=True)
class Failpoints:
    """Which are armed. Each acts once."""

    armed: Mapping[Failpoint, _Armed] = field(default_factory=dict)
    poison: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def parse(cls, text: str) -> Failpoints:
        """`text` as in the module's docstring; empty: none. Raises ConfigurationError."""
        armed = {}
        items = [item.strip() for item in text.split(",") if item]
        for item in items:
            if item == POISON:
                continue
            try:
                point, _, action = item.partition("=")
                name, _, countdown = action.partition("@")
                armed[Failpoint(point)] = _Armed(Action(name), int(countdown or "1"))
            except ValueError:
                raise ConfigurationError("FAILPOINTS must be like relay.confirmed=kill@3") from None
        return cls(armed, POISON in items)

    def hit(self, point: Failpoint) -> None:
        """Acts if `point` is armed and this is the time."""
        if self._is_due(point):
            _act(self.armed[point].action)

    def any_of(self, prefix: str) -> bool:
        return any(point.startswith(prefix) for point in self.armed)

    def _is_due(self, point: Failpoint) -> bool:
        found = self.armed.get(point)
        if found is None:
            return False
        with self._lock:
            found.countdown -= 1
            return found.countdown == 0

    # --- the seams ---

    def app(self, app: Any) -> Any:
        """The ASGI application of the intake."""
        return _App(app, self) if self.any_of("intake.") else app

    def use_cases(self, use_cases: Any) -> Any:
        return _UseCases(use_cases, self) if self.any_of("intake.") else use_cases

    def gateway_engine(self, engine: Engine) -> None:
        if self.any_of("intake."):
            _listen(engine, self, _INTAKE)

    def store_engine(self, engine: Engine) -> None:
        if self.any_of("store."):
            _listen(engine, self, _STORE)

    def outbox_observer(self, observer: Any) -> Any:
        points = {"publishing": Failpoint.RELAY_CLAIMED, "published": Failpoint.RELAY_MARKED}
        return _Observer(observer, self, points) if self.any_of("relay.") else observer

    def store_observer(self, observer: Any) -> Any:
        points = dict.fromkeys(("stored", "moved"), Failpoint.STORE_COMMITTED)
        return _Observer(observer, self, points) if self.any_of("store.") else observer

    def store_broker_observer(self, observer: Any) -> Any:
        points = {"handled": Failpoint.STORE_ACKED}
        return _Observer(observer, self, points) if self.any_of("store.") else observer

    def handler(self, handler: Handler) -> Handler:
        """Of the store."""

        async def handle(incoming: Incoming) -> Outcome:
            self.hit(Failpoint.STORE_RECEIVED)
            return await handler(incoming)

        return handle if self.any_of("store.") else handler

    def opener(self, seal: Any) -> Any:
        """What the store opens dossiers with."""
        return PoisonedOpener(seal, lambda name: _act(Action(name))) if self.poison else seal

    def source(self, objects: Any) -> Any:
        """What the store reads bijlagen from."""
        return PoisonedSource(objects) if self.poison else objects

    def publish(self, publish: Any) -> Any:
        """Of the relay."""

        async def publish_(subject: str, message_id: str, body: bytes) -> None:
            self.hit(Failpoint.RELAY_PUBLISHING)
            sending = asyncio.ensure_future(publish(subject, message_id, body))
            if Failpoint.RELAY_PUBLISHED in self.armed:
                await asyncio.sleep(_UNTIL_SENT_SECONDS)
                self.hit(Failpoint.RELAY_PUBLISHED)
            await sending
            self.hit(Failpoint.RELAY_CONFIRMED)

        return publish_ if self.any_of("relay.") else publish


class _Observer:
    """An observer, with failpoints behind some of its events."""

    def __init__(self, inner: Any, failpoints: Failpoints, points: Mapping[str, Failpoint]) -> None:
        self._inner = inner
        self._failpoints = failpoints
        self._points = points

    def __getattr__(self, name: str) -> Callable[..., Any]:
        tell = getattr(self._inner, name)
        point = self._points.get(name)

        def told(*arguments: Any) -> Any:
            answer = tell(*arguments)
            # Only the end of what went well: an acknowledged message, not one that is put off.
            if point is not None and not (name == "handled" and arguments[1] != Done.__name__.lower()):
                self._failpoints.hit(point)
            return answer

        return told


class _UseCases:
    def __init__(self, inner: Any, failpoints: Failpoints) -> None:
        self._inner = inner
        self._failpoints = failpoints

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def indienen(self, *arguments: Any) -> Any:
        self._failpoints.hit(Failpoint.INTAKE_PARSED)
        verdict = await self._inner.indienen(*arguments)
        self._failpoints.hit(Failpoint.INTAKE_COMMITTED)
        return verdict


class _App:
    def __init__(self, inner: Any, failpoints: Failpoints) -> None:
        self._inner = inner
        self._failpoints = failpoints

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("method") != "POST":
            await self._inner(scope, receive, send)
            return

        async def receive_() -> Any:
            message = await receive()
            if message.get("more_body"):
                self._failpoints.hit(Failpoint.INTAKE_BODY)
            return message

        async def send_(message: Any) -> None:
            body = message.get("body", b"")
            if body and Failpoint.INTAKE_ANSWERING in self._failpoints.armed:
                half = len(body) // 2
                await send({**message, "body": body[:half], "more_body": True})
                self._failpoints.hit(Failpoint.INTAKE_ANSWERING)
                message = {**message, "body": body[half:]}
            await send(message)

        self._failpoints.hit(Failpoint.INTAKE_HEADERS)
        await self._inner(scope, receive_, send_)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stages:
    inserts: tuple[str, ...]  # how the statements begin; the last is the one that names the transaction
    before: Failpoint | None = None
    after: Failpoint | None = None
    commit: Failpoint
    amid_commit: Failpoint | None = None


_INTAKE = _Stages(
    inserts=("INSERT INTO dossier ", "INSERT INTO inzending "),
    before=Failpoint.INTAKE_VALIDATED,
    commit=Failpoint.INTAKE_INSERTED,
    amid_commit=Failpoint.INTAKE_COMMIT_SENT,
)
_STORE = _Stages(
    inserts=("INSERT INTO inbox ",), after=Failpoint.STORE_INBOXED, commit=Failpoint.STORE_APPLIED
)
_SEEN = "failpoint_seen"  # this connection's transaction holds the insert


def _listen(engine: Engine, failpoints: Failpoints, stages: _Stages) -> None:
    def before(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if stages.before is not None and statement.startswith(stages.inserts):
            failpoints.hit(stages.before)

    def after(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(stages.inserts[-1]):
            connection.info[_SEEN] = True
            if stages.after is not None:
                failpoints.hit(stages.after)

    def commit(connection: Connection) -> None:
        if not connection.info.pop(_SEEN, False):
            return
        failpoints.hit(stages.commit)
        if stages.amid_commit is not None and failpoints._is_due(stages.amid_commit):
            action = failpoints.armed[stages.amid_commit].action
            delay = random.uniform(0, _AMID_COMMIT_SECONDS)  # noqa: S311 - no secret
            threading.Timer(delay, _act, (action,)).start()

    def rollback(connection: Connection) -> None:
        connection.info.pop(_SEEN, None)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "commit", commit)
    event.listen(engine, "rollback", rollback)


def _act(action: Action) -> None:
    match action:
        case Action.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Action.STOP:
            os.kill(os.getpid(), signal.SIGSTOP)
        case Action.HANG:
            time.sleep(3600)
        case Action.ERROR:
            raise RuntimeError("failpoint")
