"""The roles apart on whole sets of components, as they are used: the same promises on each."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from acceptance.process import Gateway, wait_for
from acceptance.storages import held_bijlagen
from adapters.parnassys.standin.messages import File, Push, indienen
from brokers.address import parse_address, read_address
from brokers.topology import Topology
from components.brokers import Broker, Nats, Rabbit
from components.nats import NatsCluster
from components.postgres import create_database, drop_database
from components.rabbitmq import rabbit_environment
from components.s3 import SECRET, in_bucket, s3_storage
from gateway.settings import EMBEDDED

CANARY = b"Quirijn Zonnebloem"
NUMBER = re.compile(r"dossiernummer>(-?[0-9]+)<")
Environment = dict[str, str]
Component = Callable[[ExitStack, pytest.FixtureRequest], Environment]


def none(stack: ExitStack, request: pytest.FixtureRequest) -> Environment:
    """What the gateway takes where nothing is set."""
    return {}


def postgresql(stack: ExitStack, request: pytest.FixtureRequest) -> Environment:
    port = request.getfixturevalue("postgres_port")
    urls = {name: create_database(port) for name in ("DATABASE_URL", "KINDKANS_DATABASE_URL")}
    for url in urls.values():
        stack.callback(drop_database, port, url)
    return urls


def rabbitmq(stack: ExitStack, request: pytest.FixtureRequest) -> Environment:
    return stack.enter_context(rabbit_environment())


def nats_cluster(stack: ExitStack, request: pytest.FixtureRequest) -> Environment:
    cluster = NatsCluster(request.getfixturevalue("tmp_path") / "cluster")
    stack.callback(cluster.stop)
    cluster.start()
    return {"BROKER_URL": cluster.address.url, "BROKER_REPLICAS": "3"}


def s3(stack: ExitStack, request: pytest.FixtureRequest) -> Environment:
    return stack.enter_context(s3_storage())


SETS: dict[str, tuple[Component, ...]] = {
    "sqlite, embedded nats, files": (none,),
    "postgresql, rabbitmq, s3": (postgresql, rabbitmq, s3),
    "postgresql, nats cluster, s3": (postgresql, nats_cluster, s3),
}


@pytest.fixture(params=SETS.values(), ids=SETS.keys())
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """Not started."""
    with ExitStack() as stack:
        environment: Environment = {}
        for component in request.param:
            environment |= component(stack, request)
        made = Gateway(tmp_path / "data", environment=environment)
        stack.callback(made.close)
        yield made


def roles(gateway: Gateway) -> tuple[str, ...]:
    broker = ("broker",) if gateway.settings.broker_url == EMBEDDED else ()
    return (*broker, "kindkans", "relay", "intake")


def test_what_is_pushed_arrives_once_sealed_and_whole(gateway: Gateway) -> None:
    assert gateway.cli("migrate").returncode == 0
    if gateway.settings.broker_url != EMBEDDED:
        # Again: a cluster that has just begun may not be ready for it.
        wait_for(lambda: gateway.cli("provision").returncode == 0)
    gateway.make_world()
    gateway.start_all(*roles(gateway))
    pushes = [Push(brin="17GU", files=files(number)) for number in range(1, 21)]
    bad = Push(brin="99ZZ", files=files(21))
    messages = [indienen(push).body for push in pushes] * 2 + [indienen(bad).body]  # each twice, at once
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: gateway.post(body, role="intake"), messages))
    proof = gateway.reconciled(60)
    dead = asyncio.run(_broker(gateway).waiting(Topology().dead_letters))
    gateway.stop(*reversed(roles(gateway)))
    numbers = [int(NUMBER.search(answer.text)[1]) for answer in answers]  # type: ignore[index]
    there = kept(gateway)

    assert {answer.status_code for answer in answers} == {200}
    assert numbers[:20] == numbers[20:40]
    assert len(set(numbers)) == 21
    assert numbers[40] == -1
    assert (proof.answered, proof.held, proof.equal) == (20, 20, 20)
    assert dead == 0
    sent = [hashlib.sha256(file.content).hexdigest() for push in pushes for file in push.files]
    assert sorted(held_bijlagen(gateway)) == sorted(sent)
    # Both keep each of the 40, and nothing of what was a double or was refused.
    assert len(there) == 80
    assert not any(CANARY in key.encode() + body or b"OPP" in key.encode() for key, body in there.items())
    assert not any(SECRET in gateway.log(role).read_text() for role in roles(gateway))


def files(number: int) -> tuple[File, ...]:
    """Two, of which no other push has the content."""
    canary, salt = CANARY.decode(), secrets.token_bytes(8)
    return tuple(File(naam=f"OPP {canary} {n}.txt", content=salt + CANARY * (number * n)) for n in (10, 500))


def kept(gateway: Gateway) -> dict[str, bytes]:
    """Every bijlage of both, by its key or path, as it lies in storage. On S3 no file may be left here."""
    here = {
        str(path.relative_to(gateway.folder)): path.read_bytes()
        for name in ("bijlagen", "kindkans-bijlagen", "spool")
        for path in (gateway.folder / name).rglob("*")
        if path.is_file()
    }
    return here | {key: body for key, body in in_bucket(gateway.environment).items() if "/." not in key}


def _broker(gateway: Gateway) -> Broker:
    settings = gateway.settings
    if settings.broker_url == EMBEDDED:
        return Nats(read_address(gateway.folder / "nats"))
    address = parse_address(settings.broker_url, password=settings.broker_password)
    return Rabbit(address) if address.is_rabbit else Nats(address)
