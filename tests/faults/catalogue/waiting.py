"""What a fault waits for, so that it is known to have happened, and to have healed by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from sqlalchemy import Engine

from acceptance.process import wait_for
from brokers.address import read_address, write_address
from components import outbox_states
from database.engine import reading
from database.outbox_rows import State
from faults.history import Fault, NoAnswer
from faults.load import Load
from faults.proxy import FaultProxy
from faults.stack import Stack

DATABASE_OF = {
    "intake": "DATABASE_URL",
    "relay": "DATABASE_URL",
    "kindkans": "KINDKANS_DATABASE_URL",
}


def until_noticed(load: Load, more: int = 1, seconds: float = 120.0) -> None:
    """Returns when so many pushes got a Fault or no answer, more than now."""
    wanted = _unknown(load) + more
    wait_for(lambda: _unknown(load) >= wanted, seconds)


def until_delivered(stack: Stack, more: int = 10, seconds: float = 120.0) -> None:
    """Returns when so many events have their receipt, more than now: relay, broker and store work."""
    with stack.databases() as (ours, _):
        wanted = _delivered(ours) + more
        wait_for(lambda: _delivered(ours) >= wanted, seconds)


def until_logged(stack: Stack, role: str, words: str, seconds: float = 120.0) -> None:
    """Returns when `role` has written a line with these words, one more than now."""
    wanted = stack.log(role).read_text().count(words) + 1
    wait_for(lambda: stack.log(role).read_text().count(words) >= wanted, seconds)


@contextmanager
def database_through_proxy(stack: Stack, *roles: str) -> Iterator[FaultProxy]:
    """These roles reach PostgreSQL through the proxy. At the end they must work, by themselves."""
    with FaultProxy(stack.postgres.port) as proxy:
        for role in roles:
            url = stack.environment[DATABASE_OF[role]]
            through = url.replace(f":{stack.postgres.port}/", f":{proxy.port}/")
            stack.restart(role, **{DATABASE_OF[role]: through})
        try:
            yield proxy
            until_delivered(stack)
        finally:
            proxy.heal()
            for role in roles:
                stack.restart(role)


@contextmanager
def broker_through_proxy(stack: Stack, *roles: str) -> Iterator[FaultProxy]:
    """These roles reach the stack's broker through the proxy. Else as `database_through_proxy`."""
    if stack.rabbit is None:
        yield from _embedded_through_proxy(stack, roles)
        return
    with FaultProxy(stack.rabbit.port) as proxy:
        through = stack.rabbit.url.replace(f":{stack.rabbit.port}/", f":{proxy.port}/")
        yield from _through(proxy, stack, roles, {"BROKER_URL": through})


def _embedded_through_proxy(stack: Stack, roles: tuple[str, ...]) -> Iterator[FaultProxy]:
    """By the file that says where it is: a server in BROKER_URL would have to show how it syncs."""
    folder = stack.folder / "nats"
    broker = read_address(folder)
    with FaultProxy(urlsplit(broker.url).port or 0) as proxy:
        write_address(folder, replace(broker, url=f"nats://127.0.0.1:{proxy.port}"))
        yield from _through(proxy, stack, roles, {}, back=lambda: write_address(folder, broker))


@contextmanager
def storage_through_proxy(stack: Stack, *roles: str) -> Iterator[FaultProxy]:
    """These roles reach S3 through the proxy. Else as `database_through_proxy`."""
    with FaultProxy(urlsplit(stack.environment["STORAGE_ENDPOINT"]).port or 0) as proxy:
        endpoint = f"http://127.0.0.1:{proxy.port}"
        yield from _through(proxy, stack, roles, {"STORAGE_ENDPOINT": endpoint})


def _through(
    proxy: FaultProxy,
    stack: Stack,
    roles: tuple[str, ...],
    environment: dict[str, str],
    back: Callable[[], object] = lambda: None,
) -> Iterator[FaultProxy]:
    for role in roles:
        stack.restart(role, **environment)
    try:
        yield proxy
        until_delivered(stack)
    finally:
        proxy.heal()
        back()
        for role in roles:
            stack.restart(role)


@contextmanager
def at_the_end(heal: Callable[[], object]) -> Iterator[None]:
    """Heals, also when what is waited for does not come."""
    try:
        yield
    finally:
        heal()


def _unknown(load: Load) -> int:
    return sum(isinstance(a.told, Fault | NoAnswer) for sent in load.history for a in sent.attempts)


def _delivered(engine: Engine) -> int:
    with reading(engine) as connection:
        return outbox_states.counts(connection)[State.BEZORGD]
