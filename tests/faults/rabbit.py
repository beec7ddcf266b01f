"""RabbitMQ below a stack: a vhost of its own, and a user who may no more than the operations page says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import urllib.error
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from brokers.address import BrokerAddress, parse_address
from brokers.provision import provision
from brokers.topology import Queue, Topology
from components.base import FOLDER_VARIABLE, Missing, component, missing
from components.brokers import Rabbit
from components.rabbitmq import RabbitApi, RabbitServer, fresh_vhost, run_rabbitmq, start_rabbitmq

_OURS = r"^kindkans\..*"
_RIGHTS = {"configure": _OURS, "write": rf"{_OURS}|^amq\.default$", "read": rf"{_OURS}|^amq\.default$"}
_NOBODYS = "^$"  # a pattern of names that no queue has
_FULL = "full"  # a policy
_PASSWORD = "geheim-van-rabbit-4e1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class RabbitVhost:
    """What a fault does to it, and what it looks at."""

    api: RabbitApi
    url: str  # BROKER_URL
    user: str
    data: Path | None  # of its server, if that is ours
    server: RabbitServer | None = None  # if it is this stack's alone, to be killed

    @property
    def environment(self) -> dict[str, str]:
        return {"BROKER_URL": self.url, "BROKER_PASSWORD": _PASSWORD}

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def own_server(self) -> RabbitServer:
        assert self.server is not None, "this server is shared"
        return self.server

    @property
    def address(self) -> BrokerAddress:
        return parse_address(self.url, password=_PASSWORD)

    def provision(self) -> None:
        asyncio.run(provision(self.address, Topology()))

    def waiting(self, queue: Queue) -> int:
        """Messages in it that nobody was handed."""
        return asyncio.run(Rabbit(self.address).waiting(queue))

    def publish(self, queue: Queue, *bodies: bytes) -> None:
        """As somebody who knows no better."""
        asyncio.run(self._publish(queue, bodies))

    async def _publish(self, queue: Queue, bodies: Sequence[bytes]) -> None:
        async with Rabbit(self.address).channel() as channel:
            for body in bodies:
                await channel.basic_publish(body, routing_key=queue.subject)

    def delete(self, *queues: Queue) -> None:
        for queue in queues:
            self.api.delete_queue(self.name, queue.subject)

    def create(self) -> None:
        """The vhost, empty, and the rights on it."""
        self.api.call("PUT", f"/vhosts/{self.name}")
        self.api.permit(self.name, "guest")
        self.permit()

    def drop(self) -> None:
        """With all that is in it."""
        self.api.delete_vhost(self.name)

    def permit(self) -> None:
        self.api.permit(self.name, self.user, **_RIGHTS)

    def forbid_writing(self) -> None:
        """To queues and to the default exchange. A channel that has written before still may: see below."""
        self.api.permit(self.name, self.user, **(_RIGHTS | {"write": _NOBODYS}))

    def close_connections(self) -> int:
        """By the server; how many. It counts them every five seconds: the youngest it may not know yet."""
        found = self.api.call("GET", f"/vhosts/{self.name}/connections")
        for one in found:
            with contextlib.suppress(urllib.error.HTTPError):  # it has closed meanwhile
                self.api.call("DELETE", f"/connections/{quote(one['name'])}")
        return len(found)

    def make_full(self, queue: Queue, messages: int) -> None:
        """It takes no more than so many."""
        policy = {
            "pattern": f"^{queue.subject}$",
            "definition": {"max-length": messages},
            "apply-to": "queues",
        }
        self.api.call("PUT", f"/policies/{self.name}/{_FULL}", policy)

    def make_room(self) -> None:
        self.api.call("DELETE", f"/policies/{self.name}/{_FULL}")


@contextmanager
def vhost_of_its_own(server: RabbitServer | None = None) -> Iterator[RabbitVhost]:
    """Provisioned; on `server`, or else on the server of the run. Skips or fails the test without one."""
    api = server.api if server else run_rabbitmq()[1]
    user = f"gateway-{secrets.token_hex(4)}"
    with fresh_vhost(server) as url:
        vhost = RabbitVhost(
            api=api,
            url=url.replace("guest:guest@", f"{user}@"),
            user=user,
            data=server.data if server else _data_of_the_run(),
            server=server,
        )
        api.create_user(user, _PASSWORD)
        vhost.permit()
        vhost.provision()
        try:
            yield vhost
        finally:
            api.call("DELETE", f"/users/{user}")


@contextmanager
def rabbitmq_of_its_own() -> Iterator[RabbitServer]:
    """A server that nobody else minds being killed. Skips or fails the test where it can't be had."""
    folder = Path(os.environ[FOLDER_VARIABLE]) / f"rabbitmq-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        server = RabbitServer(folder)
    except Missing as exc:
        missing("rabbitmq", str(exc))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _data_of_the_run() -> Path | None:
    address = component("rabbitmq", start_rabbitmq).address
    return Path(address["data"]) if "data" in address else None
