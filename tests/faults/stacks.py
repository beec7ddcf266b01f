"""A stack for each set of components, made when the first fault asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.base import component
from components.postgres import create_database, drop_database, start_postgres
from faults.catalogue.case import On
from faults.stack import Stack


@contextmanager
def stack_on(on: On, folder: Path) -> Iterator[Stack]:
    """Running, with the demo's world in it. Skips or fails the test where a component is missing."""
    match on:
        case On.EMBEDDED:
            yield from _running(Stack.create(folder))
        case On.POSTGRES:
            with _databases() as environment:
                yield from _running(Stack.create(folder, **environment))
        case On.PRODUCTION:
            raise NotImplementedError("RabbitMQ and S3")


def _running(stack: Stack) -> Iterator[Stack]:
    try:
        stack.start_all()
        yield stack
    finally:
        stack.close()


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    port = int(component("postgres", start_postgres).address["port"])
    urls = {name: create_database(port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
    yield urls
    for url in urls.values():
        drop_database(port, url)
