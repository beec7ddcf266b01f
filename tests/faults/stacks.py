"""A stack for each set of components, made when the first fault asks for it."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.base import FOLDER_VARIABLE, Missing, component, missing
from components.postgres import PostgresServer, create_database, drop_database, start_postgres
from components.rabbitmq import RabbitServer
from components.s3 import s3_storage
from faults.catalogue.case import On
from faults.power import Disk
from faults.rabbit import rabbitmq_of_its_own, vhost_of_its_own
from faults.stack import ROLES, Stack

SMALL_DISKS = {"": 48, "bijlagen": 24, "kindkans-bijlagen": 24, "nats": 48}  # MiB, by folder

_numbers = itertools.count(1)


@contextmanager
def stack_on(on: On, folder: Path, prepare: Callable[[Stack], None] = lambda stack: None) -> Iterator[Stack]:
    """Running, with the demo's world in it. Skips or fails the test where a component is missing.

    `prepare` sees it before it is started.
    """
    match on:
        case On.EMBEDDED:
            yield from _running(Stack.create(folder), prepare)
        case On.IMPATIENT:
            yield from _running(Stack.create(folder, RECEIPT_WITHIN_SECONDS="3"), prepare)
        case On.SMALL_DISKS:
            with _small_disks(folder):
                yield from _running(Stack.create(folder), prepare)
        case On.POWER:
            with Disk.mounted(folder) as disk:
                stack = Stack.create(disk.path)
                stack.disk = disk
                yield from _running(stack, prepare)
        case On.POSTGRES:
            with postgres_of_its_own() as server:
                stack = Stack.create(folder, **databases(server))
                stack.postgres = server
                yield from _running(stack, prepare)
        case On.PRODUCTION:
            with _production() as stack_of:
                yield from _running(stack_of(folder), prepare)
        case On.PRODUCTION_IMPATIENT:
            with _production() as stack_of:
                yield from _running(stack_of(folder, RECEIPT_WITHIN_SECONDS="3"), prepare)
        case On.PRODUCTION_ALONE:
            with rabbitmq_of_its_own() as server, _production(server) as stack_of:
                yield from _running(stack_of(folder), prepare)


@contextmanager
def _production(server: RabbitServer | None = None) -> Iterator[Callable[..., Stack]]:
    """What makes the stack, on the run's servers; `server` is a RabbitMQ of its own."""
    port = int(component("postgres", start_postgres).address["port"])
    with vhost_of_its_own(server) as rabbit, s3_storage() as storage, _databases_of_the_run(port) as urls:

        def stack_of(folder: Path, **environment: str) -> Stack:
            stack = Stack.create(folder, **rabbit.environment, **storage, **urls, **environment)
            stack.rabbit = rabbit
            stack.roles = tuple(role for role in ROLES if role != "broker")
            return stack

        yield stack_of


@contextmanager
def _databases_of_the_run(port: int) -> Iterator[dict[str, str]]:
    urls = {name: create_database(port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
    try:
        yield urls
    finally:
        for url in urls.values():
            drop_database(port, url)


def _running(stack: Stack, prepare: Callable[[Stack], None]) -> Iterator[Stack]:
    prepare(stack)
    try:
        stack.start_all()
        yield stack
    finally:
        stack.close()


@contextmanager
def _small_disks(folder: Path) -> Iterator[None]:
    """In memory, which is full like any other."""
    mounted: list[Path] = []
    try:
        for name, mebibytes in SMALL_DISKS.items():
            path = folder / name
            path.mkdir(parents=True, exist_ok=True)
            if not _mount(path, mebibytes):
                missing("tmpfs", "nothing may be mounted here; that needs root")
            mounted.append(path)
        yield
    finally:
        for path in reversed(mounted):
            subprocess.run(["/usr/bin/umount", "--lazy", str(path)], check=False, capture_output=True)


def _mount(path: Path, mebibytes: int) -> bool:
    command = ["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=700", "tmpfs", str(path)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextmanager
def postgres_of_its_own() -> Iterator[PostgresServer]:
    """A server that nobody else minds being killed. Skips or fails the test where it can't be had."""
    # Below the run's folder: a server that is no root's can't look into a test's.
    folder = Path(os.environ[FOLDER_VARIABLE]) / f"postgres-{os.getpid()}-{next(_numbers)}"
    try:
        server = PostgresServer(folder)
    except Missing as exc:
        missing("postgres", str(exc))
    server.create()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def databases(server: PostgresServer) -> dict[str, str]:
    """Two new ones on it, as settings."""
    return {name: create_database(server.port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
